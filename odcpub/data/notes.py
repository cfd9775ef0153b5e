"""Notes: what a database remembers of tables and columns, as one line of their comments. No I/O.

``odcpub: key=Score name=Points refers=Customer``, below whatever else a comment says. A dump carries comments along,
and reading them costs no query of its own.
"""

from __future__ import annotations

import re

from odcpub.data.schema import Note

NOTHING = Note()
_FIELDS = ("key", "name", "refers", "dropped")
_LINE = re.compile(rf"^odcpub:((?: (?:{'|'.join(_FIELDS)})=\S+)+)[ \t]*$\n?", re.MULTILINE)


def noted(comment: str | None) -> Note:
    """What a comment says."""
    if not comment:
        return NOTHING
    found = _LINE.search(comment)
    if found is None:
        return Note(words=comment)
    said = dict(part.split("=", 1) for part in found[1].split())
    return Note(**said, words=_LINE.sub("", comment).removesuffix("\n"))


def comment_text(note: Note) -> str:
    """The comment that says it, with the words that were there; empty where there is nothing to say."""
    said = [f"{name}={value}" for name in _FIELDS if (value := getattr(note, name))]
    return "\n".join([*([note.words] if note.words else []), *([" ".join(("odcpub:", *said))] if said else [])])
