"""Which assembly needs which, checked and sorted. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from graphlib import CycleError, TopologicalSorter

from odcpub.compiler.drafts import Assembly
from odcpub.errors import EngineError

HINT = "this is a fault in what odcpub generated; report it with the model"


def check_references(assemblies: Sequence[Assembly], given: Collection[str]) -> None:
    """Raises ``EngineError`` on a name used twice, a reference to nothing, or references in a circle."""
    names = Counter(assembly.name for assembly in assemblies)
    for name, count in sorted(names.items()):
        if count > 1:
            raise EngineError(f"{name}: two assemblies of one name", HINT)
    for assembly in assemblies:
        for reference in assembly.references:
            if reference not in names and reference not in given:
                raise EngineError(f"{assembly.name}: refers to {reference}, which does not exist", HINT)
    dependencies_first(assemblies)


def dependencies_first(assemblies: Sequence[Assembly]) -> tuple[Assembly, ...]:
    """The assemblies, each after those it refers to."""
    by_name = {assembly.name: assembly for assembly in assemblies}
    graph = {one.name: [name for name in one.references if name in by_name] for one in assemblies}
    try:
        return tuple(by_name[name] for name in TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise EngineError(f"{' → '.join(error.args[1])}: assemblies refer to one another in a circle", HINT) from None
