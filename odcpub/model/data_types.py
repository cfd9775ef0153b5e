"""All that is fixed about each data type, in one table: every decision by data type looks it up here. No I/O.

The runtimes say the same in their own languages (``templates/api/runtime``, ``templates/web/js``);
``tests/unit/compiler/test_runtimes.py`` compares them with this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from odcpub.model.elements import Basic, DataType, Function

MAX_LENGTH = 10_485_760
"""Characters of a text that has a limit: PostgreSQL's ``character varying`` goes no further."""
MAX_DIGITS = 28
"""Digits of a number that C#'s ``decimal`` holds exactly."""
DEFAULT_DIGITS, DEFAULT_DECIMALS = MAX_DIGITS, 8
"""Of a Currency, and of a Decimal unless said."""


class Family(StrEnum):
    """Types whose values are handled alike."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth value"
    MOMENT = "moment"
    FILE = "file"
    REFERENCE = "reference"
    STRUCTURE = "structure"


class Json(StrEnum):
    """What a value is in the published app's JSON. DIGITS: a number written as text, so that no reader rounds it."""

    STRING = "string"
    DIGITS = "digits"
    NUMBER = "number"
    BOOLEAN = "boolean"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """``csharp``: the type of a class's property; ``sql``: of a column, without its measures; ``json``: of an answer's
    value; ``control``: the page's input, a function of ``controls.js``. ``length``: the most characters, where the type
    itself fixes them; ``whole``: the least and the greatest value of a whole number; ``measured``: it has digits and
    decimals; ``form``: a regular expression for the whole value; ``now``: the function that gives such a value."""

    family: Family
    csharp: str = ""
    sql: str = ""
    json: Json = Json.STRING
    control: str = ""
    length: int | None = None
    whole: tuple[int, int] | None = None
    measured: bool = False
    form: str = ""
    now: Function | None = None


DATA_TYPES: Mapping[Basic, TypeFacts] = {
    Basic.TEXT: TypeFacts(Family.TEXT, "string?", "text", control="textControl"),
    Basic.INTEGER: TypeFacts(
        Family.NUMBER, "int?", "integer", Json.NUMBER, "numberControl", whole=(-(2**31), 2**31 - 1)
    ),
    Basic.LONG_INTEGER: TypeFacts(
        Family.NUMBER, "long?", "bigint", Json.DIGITS, "numberControl", whole=(-(2**63), 2**63 - 1)
    ),
    Basic.DECIMAL: TypeFacts(Family.NUMBER, "decimal?", "numeric", Json.DIGITS, "numberControl", measured=True),
    Basic.CURRENCY: TypeFacts(Family.NUMBER, "decimal?", "numeric", Json.DIGITS, "numberControl", measured=True),
    Basic.BOOLEAN: TypeFacts(Family.TRUTH, "bool?", "boolean", Json.BOOLEAN, "yesNoControl"),
    Basic.DATE: TypeFacts(
        Family.MOMENT, "global::System.DateOnly?", "date", control="nativeControl", now=Function.CURR_DATE
    ),
    Basic.TIME: TypeFacts(
        Family.MOMENT, "global::System.TimeOnly?", "time without time zone", control="nativeControl",
        now=Function.CURR_TIME,
    ),
    Basic.DATE_TIME: TypeFacts(
        Family.MOMENT, "global::System.DateTimeOffset?", "timestamp with time zone", control="momentControl",
        now=Function.CURR_DATE_TIME,
    ),
    Basic.EMAIL: TypeFacts(
        Family.TEXT, "string?", "text", control="lineControl", length=250, form=r"[^@\s]+@[^@\s]+\.[^@\s]+"
    ),
    Basic.PHONE_NUMBER: TypeFacts(Family.TEXT, "string?", "text", control="lineControl", length=20),
    Basic.BINARY_DATA: TypeFacts(Family.FILE, "byte[]?", "bytea", Json.OBJECT, "fileControl"),
    Basic.IDENTIFIER: TypeFacts(Family.REFERENCE, "long?", "bigint", Json.NUMBER, "referenceControl"),
    Basic.STRUCTURE: TypeFacts(Family.STRUCTURE),
}  # fmt: skip
"""An Identifier of a static entity is text in C#, SQL and JSON. A Structure is a class of its own and in no table."""


def of_family(*families: Family) -> frozenset[Basic]:
    """The types of these families."""
    return frozenset(basic for basic, facts in DATA_TYPES.items() if facts.family in families)


def length_of(type_: DataType) -> int | None:
    """The most characters of a text; None where there is no limit."""
    fixed = DATA_TYPES[type_.basic].length
    return type_.length if fixed is None else fixed


def measures_of(type_: DataType) -> tuple[int, int] | None:
    """Digits in all and decimals; None for a type without."""
    if not DATA_TYPES[type_.basic].measured:
        return None
    digits = DEFAULT_DIGITS if type_.digits is None else type_.digits
    return digits, DEFAULT_DECIMALS if type_.decimals is None else type_.decimals
