"""One file of a model while it is read: its lines, places in it, the problems found so far. No I/O."""

from __future__ import annotations

from functools import cached_property

from odcpub.errors import Place, Problem, Severity
from odcpub.model.places import text_place
from odcpub.model.problems import Code
from odcpub.model.yaml_text import Node, Scalar


class Reading:
    """One file being read: its path, its text and the problems found so far."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self._text = text
        self.problems: list[Problem] = []
        self._cut: dict[int, list[tuple[int, int]]] = {}

    @property
    def told(self) -> tuple[Problem, ...]:
        """The problems, without those that follow from an expression that YAML cut short."""
        return tuple(one for one in self.problems if not (one.place and self._follows(one.place)))

    def _follows(self, place: Place) -> bool:
        return any(begin < place.column <= end for begin, end in self._cut.get(place.line, ()))

    def cut(self, node: Scalar, meant: str) -> None:
        """Notes that YAML took what follows a value for something else, though it belongs to it: ``meant``. A key that
        it made of the end has its value, nothing, right behind that."""
        end = self.line(node).find(meant, node.column - 1) + len(meant) + 1
        self._cut.setdefault(node.line, []).append((node.column, end))

    def line(self, node: Node) -> str:
        """The line of the file on which the node begins."""
        return self._lines[node.line - 1] if node.line <= len(self._lines) else ""

    @cached_property
    def _lines(self) -> list[str]:
        return self._text.split("\n")

    def place(self, node: Node) -> Place:
        """Where the node stands in the file."""
        return Place(self.file, node.line, node.column)

    def text_place(self, node: Scalar) -> Place:
        """Where the text of a scalar begins, and its characters are."""
        return text_place(self.file, self._lines, node)

    def problem(self, code: Code, where: Node | Place, element: str, message: str, hint: str = "") -> None:
        """Notes an error at a node or place."""
        place = where if isinstance(where, Place) else self.place(where)
        self.problems.append(Problem(str(code), message, hint, place, element))

    def warning(self, code: Code, node: Node, element: str, message: str, hint: str = "") -> None:
        """Notes a warning at the node."""
        self.problems.append(Problem(str(code), message, hint, self.place(node), element, Severity.WARNING))
