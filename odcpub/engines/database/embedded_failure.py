"""What the embedded PostgreSQL's own tools say when they fail, in words. No I/O."""

from __future__ import annotations

from pathlib import Path

from odcpub.address import CHOOSE
from odcpub.errors import EngineError, TemporaryEngineError

_TAKEN = "Address already in use"
_FAILURES = (
    ("No space left on device", "the disk is full", "make room, then run the same command again"),
    ("could not extend file", "the disk is full", "make room, then run the same command again"),
    (_TAKEN, "its port is taken by another program", "run the same command again"),
    ("Permission denied", "a file of its data can't be read or written", "give the folder back to this user"),
    ("pre-existing shared memory block", "processes of its last run are still ending", "run the same command again"),
    ("could not create shared memory", "the system gives it no shared memory",
     "raise the limit (sysctl kernel.shmmax), or use a server"),
    ("unshare failed", "user namespaces are not allowed here, and PostgreSQL does not run as root",
     f"run odcpub as an ordinary user, or use a PostgreSQL server: {CHOOSE}"),
)  # fmt: skip


def failure(tool: str, said: str, log: Path) -> EngineError:
    """The first row of the table whose sign is in what the tool and the server said; else their last line of an error.
    ``log``: the server's, for the hint."""
    for sign, what, hint in _FAILURES:
        if sign in said:
            kind = TemporaryEngineError if sign == _TAKEN else EngineError
            return kind(f"embedded PostgreSQL: {what}", hint)
    lines = [line for line in said.splitlines() if "FATAL" in line or "error" in line.lower()]
    reason = lines[-1].strip() if lines else "it says nothing"
    return EngineError(f"embedded PostgreSQL: {tool} failed: {reason}", f"see its log: {log}")
