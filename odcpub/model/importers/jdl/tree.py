"""What a JDL file says, as it stands: one frozen type a declaration, each with its place. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from odcpub.errors import Place


class RelationKind(StrEnum):
    """The four kinds of relationship, by JDL's own words."""

    ONE_TO_ONE = "OneToOne"
    ONE_TO_MANY = "OneToMany"
    MANY_TO_ONE = "ManyToOne"
    MANY_TO_MANY = "ManyToMany"


@dataclass(frozen=True, slots=True)
class Annotation:
    """``@name(value)``; ``value`` is empty where none was given."""

    name: str
    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Argument:
    """What stands in a validation's parentheses; ``kind`` is the token's: a name is a constant's."""

    kind: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Validation:
    """``required``, ``maxlength(20)`` …"""

    name: str
    argument: Argument | None
    place: Place


@dataclass(frozen=True, slots=True)
class FieldNode:
    """A field of an entity; ``type`` is a JDL type or an enum's name."""

    name: str
    type: str
    type_place: Place
    validations: tuple[Validation, ...]
    annotations: tuple[Annotation, ...]
    doc: str
    place: Place


@dataclass(frozen=True, slots=True)
class EntityNode:
    """``entity Name(table) { fields }``."""

    name: str
    table: str
    fields: tuple[FieldNode, ...]
    annotations: tuple[Annotation, ...]
    doc: str
    place: Place


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A value of an enum; without a label of its own its name is its label."""

    name: str
    label: str
    doc: str
    annotations: tuple[Annotation, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class EnumNode:
    """``enum Name { VALUE("label") … }``."""

    name: str
    values: tuple[EnumValue, ...]
    doc: str
    place: Place


@dataclass(frozen=True, slots=True)
class Side:
    """One end of a relationship: ``Entity{name(display) required}``; what was left out is empty."""

    entity: str
    name: str
    display: str
    required: bool
    doc: str
    annotations: tuple[Annotation, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class RelationNode:
    """A relationship; ``options`` are the words after ``with``."""

    kind: RelationKind
    source: Side
    target: Side
    options: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Constant:
    """``NAME = 50``."""

    name: str
    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Application:
    """An ``application`` block: its name, the keys of its config and the entities it lists (empty: all)."""

    base_name: str
    keys: tuple[str, ...]
    entities: tuple[str, ...]
    doc: str
    place: Place


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A statement of the generator's own (options, deployments), as short text for a warning."""

    text: str
    place: Place


Declaration = EntityNode | EnumNode | RelationNode | Constant | Application | Unmapped
