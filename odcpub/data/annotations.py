"""Catalog annotations: what a database remembers of tables and columns, as one line of their comments. No I/O.

``odcpub: key=Score name=Points refers=Customer``, below whatever else a comment says. A dump carries comments along,
and reading them costs no query of its own.
"""

from __future__ import annotations

import re

from odcpub.data.schema import Annotation, Referent

NOTHING = Annotation()
_FIELDS = ("key", "name", "refers", "dropped")
_LINE = re.compile(rf"^odcpub:((?: (?:{'|'.join(_FIELDS)})=\S+)+)[ \t]*$\n?", re.MULTILINE)


def read_annotation(comment: str | None) -> Annotation:
    """What a comment says."""
    if not comment:
        return NOTHING
    found = _LINE.search(comment)
    if found is None:
        return Annotation(words=comment)
    said = dict(part.split("=", 1) for part in found[1].split())
    words = _LINE.sub("", comment).removesuffix("\n")
    return Annotation(
        _referent(said.get("refers")), said.get("key", ""), said.get("name", ""), "dropped" in said, words
    )


def comment_text(annotation: Annotation) -> str:
    """The comment that says it, with the words that were there; empty where there is nothing to say."""
    said = _values(annotation)
    line = " ".join(("odcpub:", *(f"{name}={value}" for name, value in said))) if said else ""
    return "\n".join(part for part in (annotation.words, line) if part)


def _values(annotation: Annotation) -> list[tuple[str, str]]:
    refers, dropped = referent_text(annotation.refers), dropped_text(annotation.dropped)
    found = zip(_FIELDS, (annotation.key, annotation.name, refers, dropped), strict=True)
    return [(name, value) for name, value in found if value]


def referent_text(refers: Referent | None) -> str:
    """``Customer``; of a library ``CurrencyCode@5f5b7a53-…``; empty for None."""
    if refers is None:
        return ""
    return f"{refers.entity}@{refers.library}" if refers.library else refers.entity


def dropped_text(dropped: bool) -> str:
    """``yes``, or nothing where the model has it."""
    return "yes" if dropped else ""


def _referent(text: str | None) -> Referent | None:
    if text is None:
        return None
    entity, _, library = text.partition("@")
    return Referent(entity, library)
