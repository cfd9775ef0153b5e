"""Words of messages: values and lists as messages quote them, suggestions for misspelt words. No I/O."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable

from odcpub.escaping import escaped, in_short

MANY = 500
"""Words among which a like one is sought without regard to the first letter."""
NAMELESS = "''"
"""An empty name as messages quote it."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that ``word`` was probably meant to be, or an empty text. Among very many words it is one with the
    same first letter, since comparing takes time."""
    choices = {choice.casefold(): choice for choice in known}
    meant = word[:100].casefold()
    if len(choices) > MANY:
        choices = {folded: choice for folded, choice in choices.items() if folded[:1] == meant[:1]}
    found = difflib.get_close_matches(meant, choices, n=1, cutoff=0.6)
    return shown(choices[found[0]]) if found else ""


def suggest(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """The hint for a misspelt word: the nearest known one, else ``otherwise``."""
    found = nearest(word, known)
    return f"did you mean {found}?" if found else otherwise


def listed(words: Iterable[str], limit: int = 12) -> str:
    """``A, B, C`` with at most ``limit`` words."""
    all_words = list(words)
    more = len(all_words) - limit
    return ", ".join(map(shown, all_words[:limit])) + (f" and {more} more" if more > 0 else "")


def shown(text: object, limit: int = 60) -> str:
    """A value as messages quote it: short, on one line, nothing that a terminal would act on."""
    return in_short(text, limit)


def named(name: str, limit: int = 60) -> str:
    """A name that nothing has, as it was given: a blank or a line end may be what is wrong with it."""
    return escaped(name[:limit]) + ("…" if len(name) > limit else "")


def exact_json(text: str) -> object:
    """The value of a JSON text. A number that is not whole stays as it is written, as a text: no float holds all its
    digits. Raises ValueError, for a member that is given twice too, and RecursionError."""
    return json.loads(text, parse_float=str, parse_constant=_no_constant, object_pairs_hook=_members)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for name, value in pairs:
        if name in members:
            raise ValueError(f"{shown(name)} is given twice")
        members[name] = value
    return members
