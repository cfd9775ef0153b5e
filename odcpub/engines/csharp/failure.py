"""What the C# compiler refuses. No I/O."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from odcpub.compiler.drafts import Assembly, Source
from odcpub.errors import Place, Problem, Refused, counted


class CompileFailed(Refused):
    """The C# of an asset does not compile; all problems at once, each with the element it belongs to."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            f"C#: {counted(len(problems), 'error')}",
            "the elements named above were turned into C# that does not compile; please report it",
        )
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An error as Roslyn tells it; line and column from 1, or 0 and no path where it has no place. ``origin``: the file
    and line of the model that it comes from, where the source says so."""

    assembly: str
    path: str
    line: int
    column: int
    id: str
    message: str
    origin: str = ""
    origin_line: int = 0


def element_at(source: Source, line: int) -> str:
    """The element that a line belongs to; empty before the first one."""
    index = bisect_right([first for first, _ in source.elements], line)
    return source.elements[index - 1][1] if index else ""


def explain(diagnostics: Iterable[Diagnostic], assemblies: Sequence[Assembly]) -> tuple[Problem, ...]:
    """Problems with elements, in the order of assembly, file, line and column."""
    order = {assembly.name: index for index, assembly in enumerate(assemblies)}
    sources = {(assembly.name, source.path): source for assembly in assemblies for source in assembly.sources}
    ranked = sorted(diagnostics, key=lambda one: (order[one.assembly], one.path, one.line, one.column, one.id))
    return tuple(_problem(one, sources.get((one.assembly, one.path))) for one in ranked)


def _problem(one: Diagnostic, source: Source | None) -> Problem:
    place = Place(one.path, one.line, one.column) if one.path else None
    if one.origin:
        place = Place(one.origin, one.origin_line, 1)
    element = element_at(source, one.line) if source else ""
    return Problem(one.id, one.message, place=place, element=element or one.assembly)
