"""What the embedded PostgreSQL's own tools say when they fail, in words. No I/O."""

from __future__ import annotations

from pathlib import Path

from odcpub.address import CHOOSE
from odcpub.errors import EngineError, TemporaryEngineError

_TAKEN = "Address already in use"
_FAILURES = (
    ("could not resize shared memory segment", "the machine's shared memory is full (/dev/shm)",
     "give the container more of it (docker run --shm-size=256m), then run the same command again"),
    ("No space left on device", "the disk is full", "make room, then run the same command again"),
    ("could not extend file", "the disk is full", "make room, then run the same command again"),
    (_TAKEN, "its port is taken by another program", "run the same command again"),
    ("Permission denied", "a file of its data can't be read or written", "give the folder back to this user"),
    ("pre-existing shared memory block", "processes of its last run are still ending", "run the same command again"),
    ("could not create shared memory", "the system gives it no shared memory",
     f"see which limit it names (sysctl kernel.shmmni kernel.shmall), or use a PostgreSQL server: {CHOOSE}"),
    ("unshare failed", "user namespaces are not allowed here, and PostgreSQL does not run as root",
     f"run odcpub as an ordinary user, or use a PostgreSQL server: {CHOOSE}"),
)  # fmt: skip


def failure(tool: str, said: str, log: Path) -> EngineError:
    """The row of the table whose sign is in the last such line of what the tool and the server said: what an earlier
    line warns of is no cause. Else their last line of an error. ``log``: the server's, for the hint."""
    lines = said.splitlines()
    for sign, what, hint in (row for line in reversed(lines) for row in _FAILURES if row[0] in line):
        kind = TemporaryEngineError if sign == _TAKEN else EngineError
        return kind(f"embedded PostgreSQL: {what}", hint)
    errors = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    reason = errors[-1].strip() if errors else "it says nothing"
    return EngineError(f"embedded PostgreSQL: {tool} failed: {reason}", f"see its log: {log}")
