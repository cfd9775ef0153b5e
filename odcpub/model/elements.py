"""The elements of an app model as frozen values; the language is described in docs/model.md. No I/O.

Every element has a ``name`` (what authors call it now), a ``key`` (its first name: its identity, equal to
``name`` unless the author wrote ``key:``), a ``description`` and the ``place`` where it stands. ``explicit_key``
tells that the author wrote ``key:``, be it equal to the name: the answer to the question "renamed?".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from odcpub.errors import Place

NOWHERE = Place("", 0, 0)
ACCENT = "#2457a6"
"""The accent colour of an app whose author names none."""


class Kind(StrEnum):
    """The kinds of asset; the first key of a model says which."""

    APP = "app"
    LIBRARY = "library"
    EXTENSION = "extension"


class Basic(StrEnum):
    """ODC's data types. IDENTIFIER and STRUCTURE name a target."""

    TEXT = "Text"
    INTEGER = "Integer"
    LONG_INTEGER = "Long Integer"
    DECIMAL = "Decimal"
    CURRENCY = "Currency"
    BOOLEAN = "Boolean"
    DATE = "Date"
    TIME = "Time"
    DATE_TIME = "Date Time"
    EMAIL = "Email"
    PHONE_NUMBER = "Phone Number"
    BINARY_DATA = "Binary Data"
    IDENTIFIER = "Identifier"
    STRUCTURE = "Structure"


class DeleteRule(StrEnum):
    """What deleting a row does to the rows that refer to it. Ignore: the reference is emptied."""

    PROTECT = "Protect"
    DELETE = "Delete"
    IGNORE = "Ignore"


class Function(StrEnum):
    """The functions a default may call; moments are UTC."""

    CURR_DATE = "CurrDate"
    CURR_TIME = "CurrTime"
    CURR_DATE_TIME = "CurrDateTime"


@dataclass(frozen=True, slots=True)
class Computed:
    """An expression that gives another value at another time, as ``odcpub.model.expressions.written`` writes it."""

    text: str


Scalar = str | int | Decimal | bool
"""A literal: dates and times stay ISO 8601 text (``2026-01-31``, ``12:30:00``, ``2026-01-31T12:30:00Z``)."""


@dataclass(frozen=True, slots=True)
class DataType:
    """A data type with its measures.

    ``length``: characters, None for an unbounded text. ``digits``/``decimals``: of a Decimal.
    ``target``: of an Identifier or Structure, the *current* name of what is meant, ``Library.Name`` for a
    library's; ``target_key`` its first name (with the library's name in front likewise).
    ``many``: a list of such values; in variables and structures alone.
    """

    basic: Basic
    length: int | None = None
    digits: int | None = None
    decimals: int | None = None
    target: str = ""
    target_key: str = ""
    many: bool = False


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of an entity, static entity or structure; limits are in its type's own units."""

    name: str
    key: str
    type: DataType
    mandatory: bool = False
    default: Scalar | Function | Computed | None = None
    min_length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    pattern: str | None = None
    on_delete: DeleteRule = DeleteRule.PROTECT
    description: str = ""
    place: Place = NOWHERE
    explicit_key: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """An index; ``attributes`` are current attribute names, in order."""

    name: str
    key: str
    attributes: tuple[str, ...]
    unique: bool = False
    description: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Entity:
    """A table of the app. Its identifier ``Id`` is a 64-bit number the database gives; it is no attribute here."""

    name: str
    key: str
    attributes: tuple[Attribute, ...]
    indexes: tuple[Index, ...] = ()
    display: str = ""
    description: str = ""
    place: Place = NOWHERE
    explicit_key: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a static entity. ``key`` is its identifier, the same in every stage; ``order`` counts from 1."""

    key: str
    label: str
    order: int
    is_active: bool = True
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class StaticEntity:
    """Id (text, the record's key), Label, Order, Is_Active. A table in an app, an enumeration in a library."""

    name: str
    key: str
    records: tuple[Record, ...]
    description: str = ""
    place: Place = NOWHERE
    explicit_key: bool = False


@dataclass(frozen=True, slots=True)
class Structure:
    """Attributes without identity or table."""

    name: str
    key: str
    attributes: tuple[Attribute, ...]
    description: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that each stage may set. A secret has no default and is never shown. ``key``: empty where the author
    wrote none."""

    name: str
    type: DataType
    default: Scalar | None = None
    secret: bool = False
    mandatory: bool = False
    description: str = ""
    place: Place = NOWHERE
    key: str = ""

    @property
    def identity(self) -> str:
        """The first name, under which stages keep its values."""
        return self.key or self.name


@dataclass(frozen=True, slots=True)
class Clause:
    """A key of a step and what its author wrote there: a text (a name or an expression), members by their keys (of a
    list, without), or steps. ``place``: where the text, or else the value, begins; ``key_place``: where the key does,
    of what is given by names."""

    key: str
    text: str = ""
    members: tuple[Clause, ...] = ()
    steps: tuple[Step, ...] = ()
    place: Place = NOWHERE
    key_place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a server action as its author wrote it; ``kind`` is its first key. Its meaning: docs/logic.md."""

    kind: str
    clauses: tuple[Clause, ...]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, weakref_slot=True)
class ServerAction:
    """Logic that runs on the server, as one transaction. ``api``: programs may call it, by an endpoint of its own.
    ``timeout``: seconds. ``handlers``: steps of kind ``on_error``."""

    name: str
    key: str
    inputs: tuple[Attribute, ...] = ()
    outputs: tuple[Attribute, ...] = ()
    locals: tuple[Attribute, ...] = ()
    steps: tuple[Step, ...] = ()
    handlers: tuple[Step, ...] = ()
    api: bool = False
    timeout: int = 10
    description: str = ""
    place: Place = NOWHERE


class ScreenKind(StrEnum):
    """What a screen shows: rows of an entity, one row, or numbers and short lists of several entities."""

    LIST = "list"
    DETAIL = "detail"
    DASHBOARD = "dashboard"


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression (``text``) by the name of what it gives: a computed column, or an input. ``place``: the text's."""

    name: str
    text: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class SortKey:
    """What a list's rows are ordered by: the ``text`` of an expression, without its direction."""

    text: str
    descending: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Button:
    """A server action that a screen calls; texts are expressions, empty where the author wrote none.

    ``label``: what the button says. ``given``: inputs that are fixed; ``asked``: what the dialogue's fields begin with.
    ``go_to``: the screen to go to afterwards, empty to stay. ``place``: of the action's name.
    """

    action: str
    label: str = ""
    given: tuple[Formula, ...] = ()
    asked: tuple[Formula, ...] = ()
    visible: str = ""
    enabled: str = ""
    confirm: str = ""
    message: str = ""
    go_to: str = ""
    place: Place = NOWHERE


class PartKind(StrEnum):
    """What a part of a dashboard shows of an entity's rows."""

    COUNT = "count"
    SUM = "sum"
    AVERAGE = "average"
    LEAST = "least"
    GREATEST = "greatest"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a dashboard: a number of an entity's rows, or a short list of ``maximum`` of them.

    ``entity``: empty where ``value`` names it, the expression that is summed and so on. ``columns``, ``computed``: as
    of a screen. ``to``: the screen that shows more, empty for none. ``place``: of what stands behind the part's kind.
    """

    kind: PartKind
    entity: str
    value: str = ""
    label: str = ""
    where: str = ""
    columns: tuple[str, ...] = ()
    computed: tuple[Formula, ...] = ()
    sort: tuple[SortKey, ...] = ()
    maximum: int = 5
    to: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Screen:
    """A list or detail screen of an entity (current names), or a dashboard, which has ``parts`` and no entity.

    ``columns``: names, in order, of which ``computed`` has those that are no attributes. ``where``: the expression that
    is True for the rows listed, empty for all. ``generated``: made because the author wrote none.
    """

    name: str
    kind: ScreenKind
    entity: str
    columns: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    generated: bool = False
    description: str = ""
    place: Place = NOWHERE
    computed: tuple[Formula, ...] = ()
    where: str = ""
    sort: tuple[SortKey, ...] = ()
    buttons: tuple[Button, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """A library that the asset uses: its name and the range of versions it accepts (``^1.0``)."""

    name: str
    range: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Asset:
    """A whole model; ``key`` is the asset's UUID.

    Elements are in the order of their names, so that it does not matter which file they stand in; screens, and what
    is within an element (attributes, records, columns), keep the author's order.
    """

    kind: Kind
    name: str
    key: str
    description: str = ""
    accent: str = ACCENT
    uses: tuple[Use, ...] = ()
    settings: tuple[Setting, ...] = ()
    static_entities: tuple[StaticEntity, ...] = ()
    entities: tuple[Entity, ...] = ()
    structures: tuple[Structure, ...] = ()
    server_actions: tuple[ServerAction, ...] = ()
    screens: tuple[Screen, ...] = ()
    place: Place = NOWHERE


VerifiedAsset = NewType("VerifiedAsset", Asset)
"""A model that ``odcpub.model.verify`` found no fault in, now or before it was stored; no other is compiled."""


@dataclass(frozen=True, slots=True)
class Library:
    """What a consumer knows of a released library: its verified model and what was locked.

    ``digest``: sha256 of its stored build. ``uses``: its own libraries, already resolved.
    """

    asset: VerifiedAsset
    version: str
    revision: int
    digest: str
    uses: tuple[Library, ...] = field(default=())
