"""JDL's parser: tokens → declarations, by recursive descent. No I/O.

Every syntax error is reported: inside a block it goes on at the next item, outside at the next declaration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from odcpub.model.importers.jdl import options, tree
from odcpub.model.importers.jdl.cursor import BLOCKS, Cursor, SyntaxProblem
from odcpub.model.importers.jdl.findings import Code, Findings
from odcpub.model.importers.jdl.tokens import Token, TokenKind, tokenize
from odcpub.text import listed, suggest

_KINDS = tuple(tree.RelationKind)
VALIDATIONS = ("required", "unique", "minlength", "maxlength", "min", "max", "pattern", "minbytes", "maxbytes")


def parse(text: str, file: str, findings: Findings) -> tuple[tree.Declaration, ...]:
    """The declarations of ``text`` in their order; problems go to ``findings``."""
    parser = _Parser(Cursor(tokenize(text, file, findings), findings))
    return tuple(parser.declarations())


class _Parser:
    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def declarations(self) -> list[tree.Declaration]:
        found: list[tree.Declaration] = []
        while not self._cursor.ended:
            before = self._cursor.position
            try:
                found += self._declaration()
            except SyntaxProblem as problem:
                self._cursor.record(problem)
                if self._cursor.position == before or not self._cursor.at_block():
                    self._cursor.skip_declaration()
        return found

    def _declaration(self) -> list[tree.Declaration]:
        doc, annotations = self._preamble()
        cursor = self._cursor
        if cursor.ended and doc and not annotations:
            return []
        word = cursor.name("a declaration", f"begin a declaration with {listed(BLOCKS)} or the name of an option")
        if word.text == "entity":
            return [self._entity(doc, annotations)]
        loose = [tree.Unmapped(f"@{annotation.name}", annotation.place) for annotation in annotations]
        return [*loose, *self._other(word, doc)]

    def _other(self, word: Token, doc: str) -> Sequence[tree.Declaration]:
        cursor = self._cursor
        match word.text:
            case "enum":
                return [self._enum(doc)]
            case "relationship":
                return self._relationships()
            case "application":
                return [options.application(cursor, word.place, doc)]
            case "deployment":
                return [options.deployment(cursor, word.place)]
        if cursor.accept("="):
            value = cursor.expect_kind("a number", TokenKind.NUMBER, hint="write a number, as in LIMIT = 50")
            return [tree.Constant(word.text, value.text, word.place)]
        if word.text in options.WORDS:
            return [options.statement(cursor, word)]
        otherwise = f"begin a declaration with {listed(BLOCKS)} or the name of an option"
        hint = suggest(word.text, (*BLOCKS, *options.WORDS), otherwise)
        raise SyntaxProblem(Code.SYNTAX, word.place, f"'{word.text}' starts no declaration", hint)

    def _preamble(self) -> tuple[str, tuple[tree.Annotation, ...]]:
        """Comments and annotations before something, in any order."""
        docs, annotations = [], []
        while self._cursor.token.kind is TokenKind.DOC or self._cursor.at("@"):
            if self._cursor.token.kind is TokenKind.DOC:
                docs.append(self._cursor.take().text)
            else:
                annotations.append(self._annotation())
        return _joined(docs), tuple(annotations)

    def _annotation(self) -> tree.Annotation:
        place = self._cursor.expect("@").place
        name = self._cursor.name("the annotation's name")
        value: list[str] = []
        if self._cursor.accept("("):
            while not self._cursor.at(")"):
                if self._cursor.ended or self._cursor.at("{") or self._cursor.at("}"):
                    raise self._cursor.unexpected("')'", f"close the parenthesis of @{name.text}")
                value.append(self._cursor.take().text)
            self._cursor.take()
        return tree.Annotation(name.text, "".join(value), place)

    def _entity(self, doc: str, annotations: tuple[tree.Annotation, ...]) -> tree.EntityNode:
        name = self._cursor.name("the entity's name")
        table = ""
        if self._cursor.accept("("):
            table = self._cursor.name("the table's name").text
            self._cursor.expect(")")
        fields: tuple[tree.FieldNode, ...] = ()
        if self._cursor.at("{"):
            fields = self._cursor.block(f"entity {name.text}", self._field)
        return tree.EntityNode(name.text, table, fields, annotations, doc, name.place)

    def _field(self) -> tree.FieldNode:
        doc, annotations = self._preamble()
        name = self._cursor.name("a field's name or '}'")
        kind = self._cursor.name(f"the type of {name.text}", "write a name and a type, as in title String")
        validations = []
        while self._at_validation():
            validations.append(self._validation())
        doc = _joined((doc, self._trailing_doc()))
        return tree.FieldNode(name.text, kind.text, kind.place, tuple(validations), annotations, doc, name.place)

    def _at_validation(self) -> bool:
        """A validation, or a misspelt one, rather than the next field: commas between fields may be missing."""
        token, then = self._cursor.token, self._cursor.ahead()
        if token.kind is not TokenKind.NAME:
            return False
        typed = then.kind is TokenKind.NAME and not then.first_on_line and then.text not in VALIDATIONS
        if token.text in VALIDATIONS:
            return not (token.first_on_line and typed)
        return not (token.first_on_line or typed)

    def _validation(self) -> tree.Validation:
        cursor = self._cursor
        word = cursor.take()
        argument = None
        if cursor.accept("("):
            kinds = (TokenKind.NUMBER, TokenKind.NAME, TokenKind.REGEX, TokenKind.STRING)
            token = cursor.expect_kind(f"the value of {word.text}", *kinds)
            argument = tree.Argument(token.kind, token.text, token.place)
            cursor.expect(")")
        return tree.Validation(word.text, argument, word.place)

    def _trailing_doc(self) -> str:
        """A comment that stands behind its item, before or after the comma, on the same line."""
        cursor = self._cursor
        if cursor.token.kind is TokenKind.DOC and not cursor.token.first_on_line and self._ends_item(1):
            return cursor.take().text
        behind = cursor.ahead()
        if cursor.at(",") and behind.kind is TokenKind.DOC and not behind.first_on_line and self._ends_item(2):
            cursor.take()
            return cursor.take().text
        return ""

    def _ends_item(self, count: int) -> bool:
        token = self._cursor.ahead(count)
        return token.first_on_line or token.text in (",", "}")

    def _enum(self, doc: str) -> tree.EnumNode:
        name = self._cursor.name("the enum's name")
        values = self._cursor.block(f"enum {name.text}", self._enum_value)
        return tree.EnumNode(name.text, values, doc, name.place)

    def _enum_value(self) -> tree.EnumValue:
        doc, annotations = self._preamble()
        name = self._cursor.name("a value's name or '}'")
        label = name.text
        if self._cursor.accept("("):
            kinds = (TokenKind.STRING, TokenKind.NAME, TokenKind.NUMBER)
            label = self._cursor.expect_kind("the value's label", *kinds, hint='write it as in OPEN("Open")').text
            self._cursor.expect(")")
        doc = _joined((doc, self._trailing_doc()))
        return tree.EnumValue(name.text, label, doc, annotations, name.place)

    def _relationships(self) -> tuple[tree.RelationNode, ...]:
        word = self._cursor.name("the kind of relationship", f"use one of {', '.join(_KINDS)}")
        if word.text not in _KINDS:
            hint = suggest(word.text, _KINDS, f"use one of {listed(_KINDS)}")
            raise SyntaxProblem(Code.SYNTAX, word.place, f"'{word.text}' is no kind of relationship", hint)
        kind = tree.RelationKind(word.text)
        return self._cursor.block(f"relationship {kind}", lambda: self._relationship(kind))

    def _relationship(self, kind: tree.RelationKind) -> tree.RelationNode:
        source = self._side()
        self._cursor.expect("to", "write a relationship as A{b} to B{a}")
        target = self._side()
        words = []
        while self._cursor.accept("with"):
            words.append(self._cursor.name("an option, as builtInEntity").text)
        source = replace(source, doc=_joined((source.doc, self._trailing_doc())))
        return tree.RelationNode(kind, source, target, tuple(words), source.place)

    def _side(self) -> tree.Side:
        doc, annotations = self._preamble()
        entity = self._cursor.name("an entity's name or '}'")
        name, display, required = "", "", False
        if self._cursor.accept("{"):
            name = self._cursor.name("the relationship's name").text
            if self._cursor.accept("("):
                display = self._cursor.name("the field to display").text
                self._cursor.expect(")")
            required = self._cursor.accept("required")
            self._cursor.expect("}", "write a name, (a field to display) and required between the braces")
        return tree.Side(entity.text, name, display, required, doc, annotations, entity.place)


def _joined(docs: list[str] | tuple[str, ...]) -> str:
    return "\n".join(doc for doc in docs if doc)
