"""That an app is not ready: as it says itself, and the failure of a new version to become so, with its last words.
No I/O.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

LAST_LINES = 20
NOW = "/_odc/ready?now"
"""Where an app says whether it is ready now; without ``now``, whether it has ever been (docs/published-app.md)."""
_SAYS = "Not ready: "
LASTING_SECONDS = 2.0
"""How long a version may say that it is not ready for a reason that doesn't go by itself: it may have looked before
what it needs was there."""
_PASSWORD = re.compile(r"(?i)\bpassword\s*=\s*('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[^;]+)")


class Answer(NamedTuple):
    """An app's answer: the HTTP status; its first words, of problem details the detail; and whether these say that the
    reason is one that waiting doesn't mend."""

    status: int
    said: str
    lasting: bool = False


def said(answer: Answer | None) -> str:
    """``not ready: …``, where that is what an app answers at ``NOW``; empty where it says or is anything else."""
    if answer is None or answer.status != 503 or not answer.said.startswith(_SAYS):
        return ""
    return f"not ready: {answer.said.removeprefix(_SAYS).rstrip('.')}"


class Patience:
    """How long a version that is on its way is waited for: ``seconds``, or until it has said for a while that something
    must be changed first."""

    def __init__(self, seconds: float, now: float) -> None:
        self._seconds, self._end, self._since = seconds, now + seconds, now

    def is_over(self, lasting: bool, now: float) -> bool:
        if not lasting:
            self._since = now
        return now > self._end or now > self._since + LASTING_SECONDS

    def reason(self, said: str, lasting: bool) -> str:
        """Why it is waited for no longer. ``said``: by the version, last."""
        said = said.removeprefix(_SAYS)
        return said if lasting else ": ".join(filter(None, (f"not ready after {self._seconds:g} s", said)))


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
