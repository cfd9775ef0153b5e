"""What a screen's module says of an attribute, and what its HTML offers to choose from. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from odcpub.compiler.literals import js_members
from odcpub.compiler.marked import JavaScript
from odcpub.compiler.names import Names
from odcpub.compiler.words import label
from odcpub.model.data_types import DATA_TYPES, Json, length_of, measures_of
from odcpub.model.elements import Attribute, Basic, Computed, Function, Record
from odcpub.model.literals import as_text

FEW = 50
"""Of so many records at most one is chosen in a select, of more in a picker (``filters.js``, ``controls.js``)."""
Choices = Mapping[str, tuple[Record, ...]]
"""Static entity → its records."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a select."""

    value: str
    text: str


YES_NO = (("true", "yes"), ("false", "no"))


def choices_of(attributes: tuple[Attribute, ...], names: Names) -> Choices:
    """Of the static entities that these attributes refer to."""
    targets = {a.type.target for a in attributes if a.type.basic is Basic.IDENTIFIER}
    return {target: names.records[target] for target in sorted(targets) if target in names.records}


def choices(attribute: Attribute, known: Choices) -> tuple[Choice, ...]:
    """What the page can offer without asking: a static entity's active records, in their order, where they are few."""
    active = [record for record in known.get(attribute.type.target, ()) if record.is_active]
    if len(active) > FEW:
        return ()
    return tuple(Choice(one.key, one.label) for one in sorted(active, key=lambda one: (one.order, one.key)))


def shown(attribute: Attribute, known: Choices) -> JavaScript:
    """The attribute as a list shows it and filters by it."""
    return js_members(_named(attribute, known))


def entered(attribute: Attribute, known: Choices) -> JavaScript:
    """The attribute as a form shows, checks and sends it."""
    type_, default = attribute.type, attribute.default
    digits, decimals = measures_of(type_) or (None, None)
    members = _named(attribute, known) | {
        "length": length_of(type_),
        "minLength": attribute.min_length,
        "digits": digits,
        "decimals": decimals,
        "minimum": _number(attribute, attribute.minimum),
        "maximum": _number(attribute, attribute.maximum),
        "pattern": attribute.pattern,
        "form": attribute.description if attribute.pattern is not None and attribute.description else None,
        "computed": True if isinstance(default, Function | Computed) else None,
        "default": None if isinstance(default, Function | Computed) else _default(attribute),
    }
    return js_members(members)


def _named(attribute: Attribute, known: Choices) -> dict[str, JavaScript | str | int | bool | None]:
    reference = attribute.type.basic is Basic.IDENTIFIER
    return {
        "name": attribute.name,
        "label": label(attribute.name),
        "type": attribute.type.basic.value,
        "target": attribute.type.target if reference else None,
        "fixed": True if attribute.type.target in known else None,
        "mandatory": attribute.mandatory or None,
    }


def _number(attribute: Attribute, limit: Decimal | None) -> str | int | None:
    if limit is None:
        return None
    return as_text(limit) if _is_digits(attribute) else int(limit)


def _default(attribute: Attribute) -> str | int | bool | None:
    default = attribute.default
    if default is None or isinstance(default, Function | Computed):
        return None
    return as_text(default) if _is_digits(attribute) or isinstance(default, Decimal) else default


def _is_digits(attribute: Attribute) -> bool:
    return DATA_TYPES[attribute.type.basic].json is Json.DIGITS
