"""Pieces of JavaScript with what is known of their values; what the printer of pages is made of. Pure, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from odcpub.compiler.marked import JavaScript
from odcpub.model.expressions.tree import Member, Name


@dataclass(frozen=True, slots=True)
class Part:
    """``js`` gives a value of its type. ``nullable``: False where it never is null. ``atom``: needs no brackets."""

    js: JavaScript
    nullable: bool = True
    atom: bool = True

    @property
    def inner(self) -> JavaScript:
        """As an operand."""
        return self.js if self.atom else JavaScript.code("({})", self.js)


class Names(Protocol):
    """Where values come from, as the runtime modules hold them, and the moment of ``CurrDateTime()``."""

    def symbol(self, name: Name) -> Part: ...

    def member(self, member: Member, owner: Part) -> Part:
        """An attribute of what ``owner`` gives, which may be null."""

    @property
    def now(self) -> JavaScript: ...

    @property
    def app(self) -> JavaScript:
        """The name of the app."""
