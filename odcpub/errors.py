"""The one tree of errors that users meet. No I/O.

A message reads ``where: what is wrong: why`` and a hint says how to go on. The exit code of the
command line is a property of the class: 1 model or plan refused, 2 usage, 3 an engine failed.
"""

from __future__ import annotations

import errno
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

REPORT = "report this with the output of: odcpub doctor"
"""The hint of a fault of odcpub's own."""


class Severity(StrEnum):
    """ODC's message severities."""

    INFO = "Info"
    WARNING = "Warning"
    ERROR = "Error"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file of the model: path relative to the model's folder, line and column from 1.

    ``parts``: of a text that does not stand on one line as it is, where its characters from an index on stand, up to
    the next part: (index, line, column).
    """

    file: str
    line: int
    column: int
    parts: tuple[tuple[int, int, int], ...] = field(default=(), compare=False, repr=False)

    def at(self, index: int) -> Place:
        """The place of a character of the text that begins here."""
        before = bisect_right(self.parts, index, key=lambda part: part[0])
        start, line, column = self.parts[max(before - 1, 0)] if self.parts else (0, self.line, self.column)
        return Place(self.file, line, column + index - start)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about a model: stable code (``ODC-M101``), place, the element's path, message, hint."""

    code: str
    message: str
    hint: str = ""
    place: Place | None = None
    element: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        where = ": ".join(str(part) for part in (self.place, self.element) if part)
        return f"{where}: {self.message} [{self.code}]" if where else f"{self.message} [{self.code}]"


def counted(count: int, one: str, many: str = "") -> str:
    """``1 row``, ``2 rows``; ``many``: where it is not ``one`` and an s."""
    return f"{count} {one if count == 1 else many or one + 's'}"


class OdcpubError(Exception):
    """Anything that ends an operation with a message for the user. ``details``: further lines."""

    exit_code = 3
    details: tuple[str, ...] = ()

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(OdcpubError):
    """The command or request itself is wrong: unknown asset, stage or option."""

    exit_code = 2


class Missing(UsageError):
    """There is no asset, stage, revision or operation of that name or number."""


class Refused(OdcpubError):
    """A plan or request was understood and refused; nothing was changed. ``details`` are further lines."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "", details: Sequence[str] = ()) -> None:
        super().__init__(message, hint)
        self.details = tuple(details)


class ModelError(Refused):
    """The model, or ``what`` else an author writes, has problems; all of them at once."""

    def __init__(self, problems: Sequence[Problem], what: str = "the model") -> None:
        errors = sum(problem.severity is Severity.ERROR for problem in problems)
        super().__init__(f"{what} has {counted(errors, 'error')}")
        self.problems = tuple(problems)


class EngineError(OdcpubError):
    """An engine (compiler, builder, registry, database, runner) failed or cannot be reached."""


class DiskFull(EngineError):
    """Nothing more can be written."""


def system_failure(error: OSError, where: object) -> EngineError:
    """What the system refused, with the file it is about or else ``where``."""
    if error.errno == errno.ENOSPC:
        return DiskFull(f"{error.filename or where}: the disk is full", "make room, then run the same command again")
    hint = "check the permissions and the owner, then run the same command again"
    return EngineError(f"{error.filename or where}: {error.strerror or error}", hint)


class TemporaryEngineError(EngineError):
    """An engine failed in a way that may pass: a lock timeout, a refused connection."""
