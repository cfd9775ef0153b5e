"""Small random models for random actions: entities that refer to one another, a static entity, structures. No I/O.

Kinds of values are named as ``tests.expressions.TYPES`` names them; besides, ``Id:Ticket`` is an identifier of a row,
``Row:Ticket`` a row, ``Point`` a structure, ``List:…`` a list of one of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f13"
YAML: Mapping[str, dict[str, Any]] = {
    "Text": {"type": "Text"},
    "Integer": {"type": "Integer"},
    "LongInteger": {"type": "Long Integer"},
    "Decimal": {"type": "Decimal"},
    "Currency": {"type": "Currency"},
    "Boolean": {"type": "Boolean"},
    "Date": {"type": "Date"},
    "Time": {"type": "Time"},
    "DateTime": {"type": "Date Time"},
    "Email": {"type": "Email"},
    "PhoneNumber": {"type": "Phone Number"},
    "CustomerId": {"type": "Customer Identifier"},
    "StatusId": {"type": "Status Identifier"},
    "Price": {"type": "Decimal", "digits": 10, "decimals": 2},
    "Exact": {"type": "Decimal", "digits": 28, "decimals": 15},
}
"""What declares a value of a kind."""
WORDS = (
    *("Subject", "Amount", "Owner", "Hours", "Email", "Hour", "User", "Unit", "Started", "Due", "Place", "Grade"),
    *("Urgent", "PhoneNo", "Note2", "IsNew", "URL", "Euro", "Other", "Item"),
    *("class", "String", "Task", "Item1", "Message", "Code", "Run", "Found", "Count", "Equals", "ToString", "Odc", "T"),
    *("Select", "User_Id", "Order", "Null", "Value"),
)
"""Names of attributes: some mean something in C#, in SQL or to generated code."""
NAMES = ("Ticket", "Invoice", "OrderLine", "Unit2", "Task", "Group", "Refusal", "Table")
STATIC = {"Id": "StatusId", "Label": "Text", "Order": "Integer", "Is_Active": "Boolean"}
"""What a record of the static entity Status has."""
DELETE_RULES = ("Protect", "Delete", "Ignore")
STRUCTURES: Mapping[str, Mapping[str, str]] = {
    "Point": {"X": "Integer", "Name": "Text", "State": "StatusId"},
    "Box": {"Title": "Text", "Corner": "Point", "Price": "Currency"},
}


def yaml_of(kind: str) -> dict[str, Any]:
    """What declares a variable of a kind."""
    if kind.startswith("List:"):
        return {"type": f"{yaml_of(kind.removeprefix('List:'))['type']} List"}
    if kind.startswith("Id:"):
        return {"type": f"{kind.removeprefix('Id:')} Identifier"}
    return dict(YAML.get(kind) or {"type": kind})


@dataclass(frozen=True)
class Attribute:
    """``rules``: all keys of it."""

    name: str
    kind: str
    rules: Mapping[str, Any]

    @property
    def needed(self) -> bool:
        """Whether a new row must be given it."""
        return bool(self.rules.get("mandatory")) and "default" not in self.rules


@dataclass(frozen=True)
class Entity:
    """``indexes``: attributes of unique ones."""

    name: str
    attributes: tuple[Attribute, ...]
    indexes: tuple[tuple[str, ...], ...]

    def members(self) -> dict[str, str]:
        """Kinds of what a row has."""
        return {"Id": "CustomerId" if self.name == "Customer" else f"Id:{self.name}"} | {
            one.name: one.kind for one in self.attributes
        }


@dataclass(frozen=True)
class Model:
    """Entities by name; those that may refer to one another come later."""

    entities: Mapping[str, Entity]

    def yaml(self) -> dict[str, Any]:
        """All but the actions."""
        records: dict[str, Any] = {"Open": {}, "Closed": {}, "Lost": {"is_active": False}}
        return {
            "app": "Random",
            "key": KEY,
            "settings": {"Rate": {"type": "Currency", "default": 80}, "Word": {"type": "Text", "default": "Hi"}},
            "static_entities": {"Status": {"records": records}},
            "structures": {
                name: {"attributes": {one: yaml_of(kind) for one, kind in members.items()}}
                for name, members in STRUCTURES.items()
            },
            "entities": {name: _entity(entity) for name, entity in self.entities.items()},
        }


def _entity(entity: Entity) -> dict[str, Any]:
    made: dict[str, Any] = {"attributes": {one.name: dict(one.rules) for one in entity.attributes}}
    if entity.indexes:
        made["indexes"] = {
            f"By{number}": {"attributes": list(names), "unique": True} for number, names in enumerate(entity.indexes)
        }
    return made


def model(random: Random) -> Model:
    found: dict[str, Entity] = {}
    for name in ("Customer", *random.sample(NAMES, random.randint(1, 3))):
        found[name] = _random_entity(random, name, list(found))
    return Model(found)


def _random_entity(random: Random, name: str, before: list[str]) -> Entity:
    kinds = random.sample(sorted(YAML.keys() - {"CustomerId"}), random.randint(4, 8))
    words = random.sample(WORDS, len(kinds) + 2)
    attributes = [_attribute(random, words.pop(), kind) for kind in kinds]
    for target in random.sample([*before, name], min(2, len(before) + 1)):
        kind = "CustomerId" if target == "Customer" else f"Id:{target}"
        rule = "Ignore" if target == name else random.choice(DELETE_RULES)
        mandatory = rule != "Ignore" and random.random() < 0.4
        rules = yaml_of(kind) | {"on_delete": rule} | ({"mandatory": True} if mandatory else {})
        attributes.append(Attribute(words.pop(), kind, rules))
    short = [one.name for one in attributes if one.kind in ("Integer", "Date", "Decimal") or "length" in one.rules]
    index = tuple(sorted(random.sample(short, min(len(short), random.choice((0, 1, 1, 2))))))
    return Entity(name, tuple(attributes), (index,) if index else ())


def _attribute(random: Random, name: str, kind: str) -> Attribute:
    rules = yaml_of(kind) | {key: value for key, value in _limits(random, kind).items() if random.random() < 0.4}
    if random.random() < 0.2:
        rules["mandatory"] = True
    if random.random() < 0.3 and (default := _DEFAULTS.get(kind)) is not None:
        rules["default"] = default
    return Attribute(name, kind, rules)


def _limits(random: Random, kind: str) -> dict[str, Any]:
    if kind == "Text":
        return random.choice([{"length": 20, "min_length": 2}, {"pattern": "[A-Za-z ]*"}, {"length": 6}])
    if kind in ("Integer", "LongInteger", "Decimal", "Currency", "Price"):
        return {"minimum": random.choice([-100, 0]), "maximum": random.choice([100, 1000])}
    return {}


_DEFAULTS: Mapping[str, Any] = {
    "Text": "abc",
    "Integer": 3,
    "LongInteger": 4,
    "Currency": 12.5,
    "Boolean": False,
    "Date": "2026-01-31",
    "Time": "10:30:00",
    "StatusId": "Open",
    "Decimal": "=1 / 3",
}
