"""The findings of a JDL import: one table of codes, and a collector. No I/O."""

from __future__ import annotations

from enum import StrEnum

from odcpub.errors import Place, Problem, Severity


class Code(StrEnum):
    """Codes of the import's problems: 1xx the text, 2xx what it says, 3xx warnings."""

    NOT_TEXT = "ODC-J101"
    EMPTY = "ODC-J102"
    SYNTAX = "ODC-J103"
    UNCLOSED = "ODC-J104"
    DUPLICATE = "ODC-J201"
    UNKNOWN_TYPE = "ODC-J202"
    MISSING_ENTITY = "ODC-J203"
    CONSTANT = "ODC-J204"
    VALIDATION = "ODC-J205"
    RENAMED = "ODC-J301"
    DROPPED = "ODC-J302"
    APPROXIMATED = "ODC-J303"


class Findings:
    """Collects problems; ``sorted`` gives them in the file's order."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    @property
    def failed(self) -> bool:
        """Whether one of them is an error: no files are made then."""
        return any(problem.severity is Severity.ERROR for problem in self._problems)

    def error(self, code: Code, place: Place, message: str, hint: str = "", element: str = "") -> None:
        """Tells of what must be corrected."""
        self._problems.append(Problem(code, message, hint, place, element))

    def warn(self, code: Code, place: Place, message: str, hint: str = "", element: str = "") -> None:
        """Tells of what is not taken as it stands."""
        self._problems.append(Problem(code, message, hint, place, element, Severity.WARNING))

    def sorted(self) -> tuple[Problem, ...]:
        """All of them, in the file's order."""
        return tuple(sorted(self._problems, key=lambda problem: (problem.place, problem.code, problem.message)))
