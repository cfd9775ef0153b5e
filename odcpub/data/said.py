"""Rules in the words of the model, for whoever is told that one is not in force. No I/O."""

from __future__ import annotations

import re

from odcpub.data.names import Names
from odcpub.data.own import kind
from odcpub.data.schema import Check, ForeignKey

_NUMBER = re.compile(r"[<>]=\s*(\S+)\Z")
_WORDS = {
    "filled": "is not blank",
    "shortest": "has at least {} characters",
    "longest": "has at most {} characters",
    "minimum": "is at least {}",
    "maximum": "is at most {}",
    "pattern": "fits its pattern",
    "known": "is a record of its static entity",
}


def said(names: Names, table: str, rule: Check | ForeignKey) -> str:
    """``Ticket.Subject has at least 3 characters``; ``rule`` is one of the target's."""
    element = names(table, rule.column)
    if isinstance(rule, ForeignKey):
        return f"{element} refers to what is there in {names(rule.target)}"
    bound = _NUMBER.search(rule.expression)
    return f"{element} {_WORDS[kind(rule.name)].format(bound[1] if bound is not None else '')}"


def fits(element: str, type_: str) -> str:
    """``Ticket.Subject fits character varying(20)``."""
    return f"{element} fits {type_}"


def mandatory(element: str) -> str:
    return f"{element} is mandatory"
