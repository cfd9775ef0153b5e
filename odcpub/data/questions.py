"""What only the author can decide: was it renamed, is a name taken. No I/O.

One revision that drops an element and adds a like one beside it is refused until the model says which it is: a
guess would leave the rows behind (an empty column) or give values another meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from odcpub.data.schema import Table
from odcpub.data.target import RESERVED
from odcpub.model.elements import Asset, Attribute, Basic, DeleteRule, Entity, StaticEntity
from odcpub.model.physical import physical

_FAMILIES = {
    Basic.TEXT: "text",
    Basic.EMAIL: "text",
    Basic.PHONE_NUMBER: "text",
    Basic.INTEGER: "number",
    Basic.LONG_INTEGER: "number",
    Basic.DECIMAL: "number",
    Basic.CURRENCY: "number",
    Basic.DATE: "moment",
    Basic.DATE_TIME: "moment",
}


def questions(asset: Asset, previous: Asset | None, live: Mapping[str, Table]) -> tuple[str, ...]:
    """All refusals that follow from the models alone; ``previous``: the revision that the stage runs, if any. What is
    in ``live``, the database's tables by name, is no other renamed: it was there before, and is back."""
    found = [*_taken(asset), *_impossible(asset)]
    if previous is not None:
        found += _renamed_entities(previous, asset, live)
        found += _renamed_attributes(previous, asset, live)
    return tuple(found)


def _taken(asset: Asset) -> Iterator[str]:
    elements: tuple[Entity | StaticEntity, ...] = (*asset.static_entities, *asset.entities)
    tables = Counter(physical(element.key) for element in elements)
    for element in elements:
        table = physical(element.key)
        if table in RESERVED or tables[table] > 1:
            why = "the platform's own" if table in RESERVED else "another entity's"
            yield f"{element.name}: its table would be called {table}: that name is {why}; choose another key"
    for entity in asset.entities:
        columns = Counter(["id", *(physical(attribute.key) for attribute in entity.attributes)])
        for attribute in entity.attributes:
            column = physical(attribute.key)
            if columns[column] > 1:
                yield (
                    f"{entity.name}.{attribute.name}: its column would be called {column}: another attribute's is, "
                    "too; choose another key"
                )


def _impossible(asset: Asset) -> Iterator[str]:
    for entity in asset.entities:
        for attribute in entity.attributes:
            reference = attribute.type.basic is Basic.IDENTIFIER
            if reference and attribute.mandatory and attribute.on_delete is DeleteRule.IGNORE:
                yield (
                    f"{entity.name}.{attribute.name}: a mandatory reference can't be emptied when its row is deleted; "
                    "use on_delete: Protect or Delete, or leave it optional"
                )


def _renamed_entities(previous: Asset, asset: Asset, live: Collection[str]) -> Iterator[str]:
    kinds: tuple[tuple[str, Sequence[Entity | StaticEntity], Sequence[Entity | StaticEntity]], ...] = (
        ("entity", previous.entities, asset.entities),
        ("static entity", previous.static_entities, asset.static_entities),
    )
    for what, before, now in kinds:
        for gone, added in _gone_and_added(before, now, live):
            if _parts(gone) & _parts(added):
                yield from _asked(what, "", gone, added)


def _renamed_attributes(previous: Asset, asset: Asset, live: Mapping[str, Table]) -> Iterator[str]:
    before = {entity.key: entity for entity in previous.entities}
    for entity in asset.entities:
        if entity.key not in before:
            continue
        table = live.get(physical(entity.key))
        columns = {column.name for column in table.columns} if table else set()
        for gone, added in _gone_and_added(before[entity.key].attributes, entity.attributes, columns):
            if _family(gone) == _family(added):
                yield from _asked("attribute", f"{entity.name}.", gone, added)


_Element = TypeVar("_Element", bound=Entity | StaticEntity | Attribute)


def _gone_and_added(
    before: Sequence[_Element], now: Sequence[_Element], live: Collection[str]
) -> Iterator[tuple[_Element, _Element]]:
    """Each that is gone with each that is new, to the database too."""
    old, new = {one.key: one for one in before}, {one.key: one for one in now}
    added = [key for key in sorted(new.keys() - old.keys()) if physical(key) not in live]
    for gone in sorted(old.keys() - new.keys()):
        for key in added:
            yield old[gone], new[key]


def _asked(
    what: str, path: str, gone: Entity | StaticEntity | Attribute, added: Entity | StaticEntity | Attribute
) -> Iterator[str]:
    """Where the author has not answered, or with a key that nothing ever had: a misspelt one would leave the values
    behind."""
    if not added.explicit_key:
        yield (
            f"{path}{added.name}: is it {gone.name}, renamed? One is new and the other gone in the same revision: "
            f"write `key: {gone.key}` if it is the same and keeps its values, `key: {added.key}` if it is another"
        )
    elif added.key != added.name:
        yield (
            f"{path}{added.name}: no {what} was ever called {added.key}; {gone.name} is gone from the model: did you "
            f"mean `key: {gone.key}`? If it is a new one, write `key: {added.name}`"
        )


def _parts(element: Entity | StaticEntity) -> set[str]:
    if isinstance(element, StaticEntity):
        return {record.key for record in element.records}
    return {attribute.key for attribute in element.attributes}


def _family(attribute: Attribute) -> str:
    basic = attribute.type.basic
    if basic is Basic.IDENTIFIER:
        return f"reference to {attribute.type.target_key or attribute.type.target}"
    return _FAMILIES.get(basic, basic.value)
