"""Rules in the words of the model, for whoever is told that one is not in force. No I/O."""

from __future__ import annotations

from decimal import Decimal

from odcpub.data.literals import number
from odcpub.data.names import Names
from odcpub.data.rule_names import RuleKind
from odcpub.data.schema import Check, ForeignKey

_WORDS = {
    RuleKind.NOT_BLANK: "is not blank",
    RuleKind.MIN_LENGTH: "has at least {} characters",
    RuleKind.MAX_LENGTH: "has at most {} characters",
    RuleKind.MINIMUM: "is at least {}",
    RuleKind.MAXIMUM: "is at most {}",
    RuleKind.PATTERN: "fits its pattern",
    RuleKind.KNOWN: "is a record of its static entity",
}


def said(names: Names, table: str, rule: Check | ForeignKey) -> str:
    """``Ticket.Subject has at least 3 characters``; ``rule`` is one of the target's."""
    element = names(table, rule.column)
    if isinstance(rule, ForeignKey):
        return f"{element} refers to what is there in {names(rule.target)}"
    assert rule.kind is not None  # noqa: S101 - it is the target's
    bound = number(rule.passes) if isinstance(rule.passes, Decimal) else ""
    return f"{element} {_WORDS[rule.kind].format(bound)}"


def fits(element: str, type_: str) -> str:
    """``Ticket.Subject fits character varying(20)``."""
    return f"{element} fits {type_}"


def mandatory(element: str) -> str:
    """``Ticket.Subject is mandatory``."""
    return f"{element} is mandatory"
