"""A cursor over JDL's tokens: look, take, expect, and get over what is wrong. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from odcpub.errors import Place
from odcpub.model.importers.jdl.findings import Code, Findings
from odcpub.model.importers.jdl.tokens import Token, TokenKind

# Words that open a block, with what can follow them there; a field's name is followed by its type instead.
BLOCKS = ("entity", "enum", "relationship", "application", "deployment")
_ANONYMOUS = ("application", "deployment")
Item = TypeVar("Item")


class SyntaxProblem(Exception):
    """What stands at the cursor is not JDL; the parser records it and goes on behind it."""

    def __init__(self, code: Code, place: Place, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.place, self.message, self.hint = code, place, message, hint


class Cursor:
    """A place among the tokens; at the end it stays on the END token."""

    def __init__(self, tokens: Sequence[Token], findings: Findings) -> None:
        self._tokens, self._at, self._findings = tokens, 0, findings

    @property
    def token(self) -> Token:
        """The token here."""
        return self._tokens[self._at]

    @property
    def previous(self) -> Token:
        """The token before, or the first one."""
        return self._tokens[max(self._at - 1, 0)]

    @property
    def position(self) -> int:
        """How many tokens have been taken."""
        return self._at

    def ahead(self, count: int = 1) -> Token:
        """A token behind this one; the END token where there are fewer."""
        return self._tokens[min(self._at + count, len(self._tokens) - 1)]

    @property
    def ended(self) -> bool:
        """Whether all tokens have been taken."""
        return self.token.kind is TokenKind.END

    def take(self) -> Token:
        """The token here, and goes on to the next."""
        token = self.token
        if not self.ended:
            self._at += 1
        return token

    def at(self, text: str) -> bool:
        """Whether this symbol or name stands here; a text in quotes is neither."""
        return self.token.kind in (TokenKind.SYMBOL, TokenKind.NAME) and self.token.text == text

    def accept(self, text: str) -> bool:
        """Takes this symbol or name where it stands here; whether it did."""
        found = self.at(text)
        if found:
            self.take()
        return found

    def expect(self, text: str, hint: str = "") -> Token:
        """Takes this symbol or name. Raises SyntaxProblem where something else stands here."""
        if not self.at(text):
            raise self.unexpected(f"'{text}'", hint)
        return self.take()

    def expect_kind(self, what: str, *kinds: TokenKind, hint: str = "") -> Token:
        """Takes a token of one of these kinds; ``what``: it in words. Raises SyntaxProblem for another."""
        if self.token.kind not in kinds:
            raise self.unexpected(what, hint)
        return self.take()

    def name(self, what: str, hint: str = "") -> Token:
        """Takes a name; ``what``: it in words. Raises SyntaxProblem where none stands here."""
        return self.expect_kind(what, TokenKind.NAME, hint=hint)

    def unexpected(self, wanted: str, hint: str = "") -> SyntaxProblem:
        """The problem that something else stands here than what is ``wanted``."""
        hint = hint or f"put {wanted} there, or remove what stands before it"
        return SyntaxProblem(Code.SYNTAX, self.token.place, f"expected {wanted}, found {self.token}", hint)

    def at_block(self) -> bool:
        """Whether a declaration starts here, judged without knowing what is open around it."""
        token, then = self.token, self.ahead()
        if token.kind is not TokenKind.NAME or not token.first_on_line or token.text not in BLOCKS:
            return False
        if token.text in _ANONYMOUS or token.text == "relationship":
            return then.text == "{" or self.ahead(2).text == "{"
        return then.kind is TokenKind.NAME and (self.ahead(2).text in ("{", "(") or self.ahead(2).first_on_line)

    def record(self, problem: SyntaxProblem) -> None:
        """Tells of a problem that was got over."""
        self._findings.error(problem.code, problem.place, problem.message, problem.hint)

    def block(self, what: str, item: Callable[[], Item]) -> tuple[Item, ...]:
        """Items in braces, commas between them or not; what is wrong in one leaves the others."""
        opening = self.expect("{").place
        found: list[Item] = []
        while not self.accept("}"):
            if self.token.kind is TokenKind.DOC and self.ahead().text == "}":
                self.take()
            elif self.ended or self.at_block():
                message = f"the brace of {what} is never closed"
                self.record(SyntaxProblem(Code.UNCLOSED, opening, message, "add the missing '}'"))
                break
            else:
                self._item(item, found)
        return tuple(found)

    def _item(self, item: Callable[[], Item], found: list[Item]) -> None:
        before = self._at
        try:
            found.append(item())
            self.accept(",")
        except SyntaxProblem as problem:
            self.record(problem)
            if self._at == before:
                self.take()
            self._skip_item(sum(map(_depth, self._tokens[before : self._at])))

    def _skip_item(self, depth: int) -> None:
        """To where the next item of a block can start: behind a comma, on a later line, before the block's end.

        ``depth``: how many braces the item itself has open.
        """
        while not (self.ended or self.at_block() or self.token.first_on_line):
            if depth == 0 and (self.at("}") or self.accept(",")):
                return
            depth += _depth(self.take())

    def skip_declaration(self) -> None:
        """To the next declaration, at least one token further."""
        self.take()
        while not (self.ended or self.at_block() or self._at_constant() or self._at_annotation()):
            self.take()

    def _at_constant(self) -> bool:
        return self.token.kind is TokenKind.NAME and self.token.first_on_line and self.ahead().text == "="

    def _at_annotation(self) -> bool:
        return self.at("@") and self.token.first_on_line


def _depth(token: Token) -> int:
    return {"{": 1, "}": -1}.get(token.text, 0) if token.kind is TokenKind.SYMBOL else 0
