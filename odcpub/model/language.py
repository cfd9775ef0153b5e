"""The tables of the model language: keys, shapes, types, limits, kept words. No I/O.

The one source for reading a model, for its JSON Schema and for the tests that compare docs/model.md with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from odcpub.model.data_types import Family, of_family
from odcpub.model.elements import Basic, DeleteRule

NAME_PATTERN = "[A-Za-z][A-Za-z0-9_]*"
NAME_LENGTH = 50
LABEL_LENGTH = 200
DESCRIPTION_LENGTH = 4_000
MAX_ATTRIBUTES = 1_000
MAX_INDEX_ATTRIBUTES = 32
MAX_SORT = 8
"""Expressions that a list is ordered by."""
MAX_BUTTONS = 30
MAX_PARTS = 50
LISTED = 5
MAX_LISTED = 50
"""Rows of a list on a dashboard, unless its author says how many, and at most."""
MAX_INDEX_BYTES = 2_600
"""PostgreSQL refuses rows whose index entry is longer than 2,704 bytes; a character takes up to four."""


class Shape(StrEnum):
    """What stands after a key."""

    NAME = "name"
    NAMES = "list of names"
    TEXT = "text"
    BOOLEAN = "true or false"
    INTEGER = "whole number"
    NUMBER = "number"
    UUID = "UUID"
    COLOUR = "colour"
    TYPE = "data type"
    LITERAL = "value or expression"
    PATTERN = "pattern"
    DELETE_RULE = "delete rule"
    RANGE = "version range"
    ELEMENTS = "elements"
    STEPS = "list of steps, each after '- '"
    HANDLERS = "list of refusals and steps, each after '- '"
    EXPRESSION = "expression"
    FORMULAS = "mapping of names to expressions"
    SORT = "list of expressions, such as [Ticket.OpenedAt desc]"
    COLUMNS = "list of attributes, such as [Name, Email]"
    BUTTONS = "list of server actions, such as [CloseTicket]"
    PARTS = "list of parts, each after '- '"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of an element: what it takes, whether it must be there, what it means. ``of``: the kind of ELEMENTS."""

    name: str
    shape: Shape
    about: str
    required: bool = False
    of: str = ""


_DESCRIPTION = Key("description", Shape.TEXT, "What it is for, in the author's words.")


def _identity(what: str) -> Key:
    return Key("key", Shape.NAME, f"The {what}'s first name, its identity; needed once it has been renamed.")


_TYPE = Key("type", Shape.TYPE, "The data type.", required=True)
_LIMITS = (
    Key("length", Shape.INTEGER, "Text: the most characters; unbounded unless said."),
    Key("min_length", Shape.INTEGER, "Text, Email, Phone Number: the fewest characters."),
    Key("digits", Shape.INTEGER, "Decimal: digits in all, 28 unless said."),
    Key("decimals", Shape.INTEGER, "Decimal: digits after the point, 8 unless said."),
    Key("minimum", Shape.NUMBER, "Numbers: the least value."),
    Key("maximum", Shape.NUMBER, "Numbers: the greatest value."),
    Key("pattern", Shape.PATTERN, "Text, Email, Phone Number: a regular expression for the whole value."),
)

ASSET_KINDS = ("app", "library", "extension")

KEYS: Mapping[str, tuple[Key, ...]] = {
    "asset": (
        Key("app", Shape.NAME, "The app's name; exactly one of app, library and extension."),
        Key("library", Shape.NAME, "The library's name."),
        Key("extension", Shape.NAME, "The extension's name."),
        Key("key", Shape.UUID, "The asset's identity; never changed.", required=True),
        _DESCRIPTION,
        Key("accent", Shape.COLOUR, "The published app's accent colour, such as '#2457a6'."),
        Key("uses", Shape.ELEMENTS, "Libraries and the versions accepted.", of="use"),
        Key("settings", Shape.ELEMENTS, "Values that each stage may set.", of="setting"),
        Key("static_entities", Shape.ELEMENTS, "Fixed lists of records.", of="static_entity"),
        Key("entities", Shape.ELEMENTS, "Tables of the app.", of="entity"),
        Key("structures", Shape.ELEMENTS, "Attributes without identity or table.", of="structure"),
        Key("server_actions", Shape.ELEMENTS, "Logic that runs on the server.", of="server_action"),
        Key("screens", Shape.ELEMENTS, "Lists and details of entities.", of="screen"),
    ),
    "setting": (
        _identity("setting"),
        Key("type", Shape.TYPE, "The value's data type.", required=True),
        Key("length", Shape.INTEGER, "Text: the most characters."),
        Key("digits", Shape.INTEGER, "Decimal: digits in all."),
        Key("decimals", Shape.INTEGER, "Decimal: digits after the point."),
        Key("default", Shape.LITERAL, "The value of stages that set none."),
        Key("secret", Shape.BOOLEAN, "Encrypted at rest and never shown; has no default."),
        Key("mandatory", Shape.BOOLEAN, "A stage without a value refuses the deployment."),
        _DESCRIPTION,
    ),
    "static_entity": (
        _identity("static entity"),
        Key("records", Shape.ELEMENTS, "The records by their identifiers, in order.", of="record"),
        _DESCRIPTION,
    ),
    "record": (
        Key("label", Shape.TEXT, "What people read; the record's identifier unless said."),
        Key("is_active", Shape.BOOLEAN, "false: kept by rows that have it, offered to no new one."),
    ),
    "entity": (
        _identity("entity"),
        Key("display", Shape.NAME, "The attribute that stands for a row; the first Text unless said."),
        Key("attributes", Shape.ELEMENTS, "The columns; the identifier Id is there by itself.", of="attribute"),
        Key("indexes", Shape.ELEMENTS, "Indexes, unique ones too.", of="index"),
        _DESCRIPTION,
    ),
    "attribute": (
        _identity("attribute"),
        _TYPE,
        Key("mandatory", Shape.BOOLEAN, "A row must have a value; an empty text is no value."),
        Key("default", Shape.LITERAL, "What new rows get that are given none: a literal, or '=' and an expression."),
        *_LIMITS,
        Key(
            "on_delete", Shape.DELETE_RULE, "Identifiers: what deleting the row referred to does; Protect unless said."
        ),
        _DESCRIPTION,
    ),
    "index": (
        _identity("index"),
        Key("attributes", Shape.NAMES, "The attributes, in order.", required=True),
        Key("unique", Shape.BOOLEAN, "No two rows may have the same values."),
        _DESCRIPTION,
    ),
    "structure": (
        _identity("structure"),
        Key("attributes", Shape.ELEMENTS, "The structure's attributes.", required=True, of="attribute"),
        _DESCRIPTION,
    ),
    "server_action": (
        _identity("action"),
        _DESCRIPTION,
        Key("inputs", Shape.ELEMENTS, "What the caller gives; at most 15.", of="input"),
        Key("outputs", Shape.ELEMENTS, "What the caller gets.", of="output"),
        Key("locals", Shape.ELEMENTS, "Variables of the action alone.", of="local"),
        Key("do", Shape.STEPS, "The steps, one after another.", required=True),
        Key("on_error", Shape.HANDLERS, "What to do when a step refuses."),
        Key("api", Shape.BOOLEAN, "true: programs may call it, by an endpoint of its own."),
        Key("timeout", Shape.INTEGER, "Seconds after which it is ended and undone, 1 to 60; 10 unless said."),
    ),
    "input": (
        _TYPE,
        Key("mandatory", Shape.BOOLEAN, "The caller must give a value; an empty text is no value."),
        Key("default", Shape.LITERAL, "The value where none is given: a literal, or '=' and an expression."),
        *_LIMITS,
        _DESCRIPTION,
    ),
    "output": (
        _TYPE,
        Key("default", Shape.LITERAL, "Its value at the beginning; none unless said."),
        _DESCRIPTION,
    ),
    "local": (
        _TYPE,
        Key("default", Shape.LITERAL, "Its value at the beginning; none unless said."),
        _DESCRIPTION,
    ),
    "screen": (
        Key("list", Shape.NAME, "The entity whose rows it lists; exactly one of list, detail and dashboard."),
        Key("detail", Shape.NAME, "The entity of which it shows and edits one row."),
        Key("dashboard", Shape.PARTS, "Numbers and short lists of the app's rows, in order."),
        Key("where", Shape.EXPRESSION, "List: the condition that is True for the rows it shows; all rows unless said."),
        Key(
            "sort", Shape.SORT, "List: the order until the user chooses another, each with desc for the greatest first."
        ),
        Key(
            "columns",
            Shape.COLUMNS,
            "List: the attributes shown, and expressions by their names; the first five attributes unless said.",
        ),
        Key("search", Shape.NAMES, "List: the attributes searched; the display attribute unless said."),
        Key("actions", Shape.BUTTONS, "The server actions that its buttons call."),
        _DESCRIPTION,
    ),
    "button": (
        Key("label", Shape.TEXT, "What the button says; the action's name in words unless said."),
        Key("with", Shape.FORMULAS, "Inputs that the user is not asked for, and their values."),
        Key("ask", Shape.FORMULAS, "What fields of the dialogue begin with."),
        Key("visible", Shape.EXPRESSION, "The condition for which the button is there; always unless said."),
        Key("enabled", Shape.EXPRESSION, "The condition for which the button can be used; always unless said."),
        Key("confirm", Shape.EXPRESSION, "The question that the user says yes to first, a Text."),
        Key("message", Shape.EXPRESSION, "What the user is told afterwards, a Text."),
        Key("go_to", Shape.NAME, "The screen shown afterwards; the same unless said."),
    ),
    "part": (
        Key("count", Shape.NAME, "The entity whose rows are counted; exactly one of the first six."),
        Key("sum", Shape.EXPRESSION, "The sum of an expression over an entity's rows."),
        Key("average", Shape.EXPRESSION, "The average of an expression over an entity's rows."),
        Key("least", Shape.EXPRESSION, "The least value of an expression over an entity's rows."),
        Key("greatest", Shape.EXPRESSION, "The greatest value of an expression over an entity's rows."),
        Key("list", Shape.NAME, "The entity of which a few rows are listed."),
        Key("label", Shape.TEXT, "The part's heading; of count and list the entity's name unless said."),
        Key("where", Shape.EXPRESSION, "The condition that is True for the rows; all rows unless said."),
        Key("columns", Shape.COLUMNS, "list: as those of a list screen; the display attribute unless said."),
        Key("sort", Shape.SORT, "list: the order, each with desc for the greatest first."),
        Key("maximum", Shape.INTEGER, "list: how many rows at most, 1 to 50; 5 unless said."),
        Key("to", Shape.NAME, "The list or dashboard that shows more."),
    ),
}

KEPT: Mapping[str, tuple[str, ...]] = {
    "asset": (
        "client_actions",
        "events",
        "consumed_rest",
        "timers",
        "blocks",
        "themes",
        "roles",
    ),
    "screen": ("roles",),
}
"""Words the language keeps for later: answered "not supported yet", not "unknown key"."""

EXPRESSIVE = frozenset({"where", "sort", "computed columns", "actions", "dashboard"})
"""What of screens is looked at together with the whole model."""
NOT_YET = ("actions", "dashboard")
"""What of screens is read, and what pages do not show yet."""

TITLES: Mapping[str, str] = {
    "asset": "the model",
    "use": "a library used",
    "setting": "a setting",
    "static_entity": "a static entity",
    "record": "a record",
    "entity": "an entity",
    "attribute": "an attribute",
    "index": "an index",
    "structure": "a structure",
    "server_action": "a server action",
    "input": "an input",
    "output": "an output",
    "local": "a local variable",
    "screen": "a screen",
    "button": "an action of a screen",
    "part": "a part of a dashboard",
}

TEXT_TYPES = of_family(Family.TEXT)
NUMBER_TYPES = of_family(Family.NUMBER)
PLAIN_TYPES = tuple(basic for basic in Basic if basic not in of_family(Family.REFERENCE, Family.STRUCTURE))
SETTING_TYPES = tuple(basic for basic in PLAIN_TYPES if basic not in of_family(Family.FILE))
DELETE_RULES = tuple(rule.value for rule in DeleteRule)

LIMITS: Mapping[str, frozenset[Basic]] = {
    "length": frozenset({Basic.TEXT}),
    "min_length": TEXT_TYPES,
    "pattern": TEXT_TYPES,
    "digits": frozenset({Basic.DECIMAL}),
    "decimals": frozenset({Basic.DECIMAL}),
    "minimum": NUMBER_TYPES,
    "maximum": NUMBER_TYPES,
    "on_delete": frozenset({Basic.IDENTIFIER}),
}
"""The types that have each limit."""

RESERVED_ATTRIBUTES = frozenset({"id", "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
"""Physical names that a column cannot have: the identifier, and PostgreSQL's own system columns."""
RESERVED_TABLES = frozenset({"alembic_version"})
RESERVED_TABLE_PREFIX = "odcpub_"
RESERVED_ASSETS = frozenset({"public", "information_schema", "system", "microsoft", "npgsql", "odcpub"})
RESERVED_SCREENS = frozenset({"api"})
RESERVED_STRUCTURES = frozenset(basic.value.casefold() for basic in Basic)
