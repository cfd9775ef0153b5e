"""Models for tests, in few words: an app of entities, attributes of each type, a library. No I/O."""

from __future__ import annotations

from typing import Any

from odcpub.model.elements import (
    Asset,
    Attribute,
    Basic,
    DataType,
    Entity,
    Index,
    Kind,
    Library,
    Record,
    StaticEntity,
)

MONEY = "5f5b7a53-6c0e-4a53-8d4c-6bb9f8f2a001"


def text(name: str, length: int | None = 100, **rules: Any) -> Attribute:
    return Attribute(name, rules.pop("key", name), DataType(Basic.TEXT, length=length), **rules)


def plain(name: str, basic: Basic, digits: int | None = None, decimals: int | None = None, **rules: Any) -> Attribute:
    return Attribute(name, rules.pop("key", name), DataType(basic, digits=digits, decimals=decimals), **rules)


def reference(name: str, target: str, **rules: Any) -> Attribute:
    return Attribute(
        name, rules.pop("key", name), DataType(Basic.IDENTIFIER, target=target, target_key=target), **rules
    )


def entity(name: str, *attributes: Attribute, key: str = "", unique: tuple[str, ...] = (), **rules: Any) -> Entity:
    indexes = (Index("Key", "Key", unique, True),) if unique else ()
    return Entity(name, key or name, attributes, indexes, **rules)


def static(name: str, **labels: str) -> StaticEntity:
    records = tuple(Record(key, label, order) for order, (key, label) in enumerate(labels.items(), start=1))
    return StaticEntity(name, name, records)


def app(*elements: Entity | StaticEntity) -> Asset:
    return Asset(
        Kind.APP, "Shop", "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10",
        static_entities=tuple(element for element in elements if isinstance(element, StaticEntity)),
        entities=tuple(element for element in elements if isinstance(element, Entity)),
    )  # fmt: skip


def library(key: str = MONEY, name: str = "Money", **records: dict[str, bool]) -> dict[str, Library]:
    """A library by name with static entities of these records (key → whether it is active)."""
    statics = tuple(
        StaticEntity(static, static, tuple(Record(one, one, n, active) for n, (one, active) in enumerate(keys.items())))
        for static, keys in records.items()
    )
    asset = Asset(Kind.LIBRARY, name, key, static_entities=statics)
    return {name: Library(asset, "1.0.0", 1, "sha256:" + "0" * 64)}
