"""The table of built-in functions. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import tree
from odcpub.model.expressions.catalog_conversions import CONVERSIONS
from odcpub.model.expressions.catalog_dates import DATES
from odcpub.model.expressions.catalog_formats import FORMATS
from odcpub.model.expressions.catalog_numbers import NUMBERS
from odcpub.model.expressions.catalog_readings import READINGS
from odcpub.model.expressions.catalog_texts import TEXTS
from odcpub.model.expressions.functions import Function, InQueries, Parameter
from odcpub.model.expressions.python.conversions import nothing
from odcpub.model.expressions.rules import IF, NO_VALUE, NOTHING
from odcpub.model.language import PLAIN_TYPES

HAS_VALUE = "HasValue"
_ANY = (
    *(DataType(basic) for basic in PLAIN_TYPES if basic is not Basic.DECIMAL),
    tree.DECIMAL,
    tree.IDENTIFIER,
    tree.TEXT_IDENTIFIER,
    tree.STRUCTURE,
)
_OTHERS = (
    Function(
        IF,
        (Parameter("condition", (tree.BOOLEAN,)), Parameter("whenTrue"), Parameter("otherwise")),
        None,
        "The second argument where the condition is True, else the third; the other one is not computed.",
        empty="A condition without a value counts as False.",
        examples=(('If(1 < 2, "a", "b")', '"a"'), ("If(False, 1, 2.5)", "2.5")),
        in_queries=InQueries.TRANSLATED,
    ),
    Function(
        HAS_VALUE,
        (Parameter("value", _ANY),),
        tree.BOOLEAN,
        "Whether there is a value, or a row. ODC has no such function, since every type there has a default instead.",
        empty="False.",
        examples=(("HasValue(0)", "True"), ('HasValue("")', "False"), ("HasValue(NullDate())", "False")),
        in_queries=InQueries.TRANSLATED,
        python=lambda value: value is not None,
    ),
    Function(
        NO_VALUE,
        (),
        NOTHING,
        "No value, of the type that is expected where it stands. ODC has NullDate and NullIdentifier alone.",
        examples=(("HasValue(If(True, NoValue(), 1))", "False"),),
        in_queries=InQueries.TRANSLATED,
        python=nothing,
    ),
    Function("GetAppName", (), tree.TEXT, "The name of the app."),
    Function(
        "GenerateGuid",
        (),
        tree.TEXT,
        "A new random identifier of 36 characters, as 8-4-4-4-12 small hexadecimal digits.",
        python=lambda: str(uuid4()),
    ),
)

GROUPS: Mapping[str, tuple[Function, ...]] = {
    "Text": TEXTS,
    "Numbers": NUMBERS,
    "Date and time": DATES,
    "Conversion": tuple(sorted((*CONVERSIONS, *READINGS), key=lambda one: one.name)),
    "Format": FORMATS,
    "Others": _OTHERS,
}
FUNCTIONS: Mapping[str, Function] = {one.name: one for group in GROUPS.values() for one in group}

LEFT_OUT: Mapping[str, str] = {
    "EncodeSql": "an expression is never a part of an SQL statement's text: values are parameters",
    "NullObject": "there is no type Object",
    "ToObject": "there is no type Object",
    "GetUserId": "apps have no sign-in yet",
    "CheckEndUserRole": "apps have no sign-in yet",
    "CheckRole": "apps have no sign-in yet",
    "GetCurrentLocale": "an app has one language",
    "GetUserAgent": "an expression means the same whoever asks",
    "GetBookmarkableURL": "an expression means the same whoever asks",
    "GetOwnerURLPath": "an app is the only one at its address",
    "GetApplicationServerType": "there is one kind of server",
    "GetDatabaseProvider": "there is one kind of database",
    "GetEntryEspaceName": "O11 alone has eSpaces; GetAppName gives the app's name",
    "GetEntryEspaceId": "O11 alone has eSpaces",
    "GetOwnerEspaceIdentifier": "O11 alone has eSpaces",
    "GeneratePassword": "O11 alone has it; GenerateGuid gives what nobody can guess",
}
"""ODC's and O11's functions that are not here → why."""
