"""The part of JDL that speaks to JHipster's generator: applications, options, deployments. No I/O.

Of it the model keeps an application's name; the rest is read so that it can be listed.
"""

from __future__ import annotations

from odcpub.errors import Place
from odcpub.model.importers.jdl import tree
from odcpub.model.importers.jdl.cursor import Cursor
from odcpub.model.importers.jdl.tokens import Token, TokenKind

WORDS = (
    "angularSuffix",
    "clientRootFolder",
    "dto",
    "embedded",
    "filter",
    "microservice",
    "noFluentMethod",
    "paginate",
    "readOnly",
    "search",
    "service",
    "skipClient",
    "skipServer",
    "use",
)
_VALUES = (TokenKind.NAME, TokenKind.STRING, TokenKind.NUMBER)


def statement(cursor: Cursor, word: Token) -> tree.Unmapped:
    """``paginate A, B with pagination except C``, ``use dto for A``; the word itself is taken already."""
    names = _names(cursor)
    text = f"{word.text} {', '.join(names)}"
    for joint in ("for", "with", "except", "with"):
        if cursor.accept(joint):
            text += f" {joint} {_value(cursor) if joint == 'with' else ', '.join(_names(cursor))}"
    return tree.Unmapped(text, word.place)


def deployment(cursor: Cursor, place: Place) -> tree.Unmapped:
    """A block of a deployment; of it only the type is told."""
    kind = dict(_pairs(cursor, "deployment")).get("deploymentType", "")
    return tree.Unmapped(f"deployment {kind}".strip(), place)


def application(cursor: Cursor, place: Place, doc: str) -> tree.Application:
    """A block of an application; ``doc``: the comment before it."""
    entities: list[str] = []

    def part() -> tuple[tuple[str, str], ...]:
        word = cursor.name("config, entities, an option or '}'")
        if word.text == "config":
            _namespace(cursor)
            return _pairs(cursor, "config")
        if word.text == "entities":
            entities.extend(name for name in _names(cursor) if name not in ("*", "all"))
            return (("entities except", ", ".join(_names(cursor))),) if cursor.accept("except") else ()
        return ((statement(cursor, word).text, ""),)

    pairs = dict(pair for pairs in cursor.block("application", part) for pair in pairs)
    keys = tuple(key for key in pairs if key != "baseName")
    return tree.Application(pairs.get("baseName", ""), keys, tuple(entities), doc, place)


def _namespace(cursor: Cursor) -> None:
    """``config(generator-jhipster-x)``: a blueprint's own configuration."""
    if cursor.accept("("):
        cursor.expect_kind("the configuration's owner", *_VALUES)
        cursor.expect(")")


def _pairs(cursor: Cursor, what: str) -> tuple[tuple[str, str], ...]:
    def pair() -> tuple[str, str]:
        key = cursor.name("a key or '}'")
        return key.text, _list(cursor) if cursor.at("[") else _value(cursor)

    return cursor.block(what, pair)


def _list(cursor: Cursor) -> str:
    cursor.expect("[")
    values = []
    while not cursor.accept("]"):
        values.append(_value(cursor))
        if not cursor.at("]"):
            cursor.expect(",")
    return ", ".join(values)


def _value(cursor: Cursor) -> str:
    """A name, dotted name, path, number or quoted text."""
    scope = "@" if cursor.accept("@") else ""
    text = scope + cursor.expect_kind("a value", *_VALUES).text
    while (cursor.at(".") or cursor.at("/") or cursor.at(":")) and not cursor.token.first_on_line:
        text += cursor.take().text + cursor.expect_kind("the rest of the value", *_VALUES).text
    return text


def _names(cursor: Cursor) -> list[str]:
    names = [_one_name(cursor)]
    while cursor.accept(","):
        names.append(_one_name(cursor))
    return names


def _one_name(cursor: Cursor) -> str:
    return "*" if cursor.accept("*") else cursor.name("an entity's name, * or all").text
