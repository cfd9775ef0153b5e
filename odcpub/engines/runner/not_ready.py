"""That an app is not ready: as it says itself, and the failure of a new version to become so, with its last words.
No I/O.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from odcpub.errors import EngineError

LAST_LINES = 20
NOW = "/_odc/ready?now"
"""Where an app says whether it is ready now; without ``now``, whether it has ever been (docs/published-app.md)."""
_SAYS = "Not ready: "
_PASSWORD = re.compile(r"(?i)\bpassword\s*=\s*('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[^;]+)")


class NotReady(EngineError):
    """A new version can't become ready; the version before it serves on. ``log``: its last lines, secrets hidden."""

    def __init__(self, where: str, reason: str, hint: str = "", log: Sequence[str] = ()) -> None:
        super().__init__(f"{where}: the new version did not become ready: {reason}", hint)
        self.reason = reason
        self.log = tuple(log)
        self.details = self.log


def said(answer: tuple[int, str] | None) -> str:
    """``not ready: …``, where that is what an app answers at ``NOW``; empty where it says or is anything else."""
    if answer is None or answer[0] != 503 or not answer[1].startswith(_SAYS):
        return ""
    return f"not ready: {answer[1].removeprefix(_SAYS).rstrip('.')}"


def redact(lines: Iterable[str], secrets: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The lines with every secret value, and every password inside one, replaced; the longest value first."""
    words = {part for _, value in secrets for part in _parts(value)}
    table = sorted(words, key=lambda word: (-len(word), word))
    return tuple(_hide(line, table) for line in lines)


def _parts(value: str) -> Iterable[str]:
    """A value of one or two characters would blank half of every line and hide nothing."""
    inner = (match.group(1).strip().strip("'\"") for match in _PASSWORD.finditer(value))
    lines = (line.strip() for line in value.splitlines())
    return (part for part in (value, *inner, *lines) if len(part) > 2)


def _hide(line: str, words: Sequence[str]) -> str:
    for word in words:
        line = line.replace(word, "(hidden)")
    return line
