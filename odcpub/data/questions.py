"""What only the author can decide: was it renamed, is a name taken. No I/O.

One revision that drops an element and adds a like one beside it is refused until the model says which it is: a
guess would leave the rows behind (an empty column) or give values another meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

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


def questions(asset: Asset, previous: Asset | None) -> tuple[str, ...]:
    """All refusals that follow from the models alone; ``previous``: the revision that the stage runs, if any."""
    found = [*_taken(asset), *_impossible(asset)]
    if previous is not None:
        found += _renamed_entities(previous, asset)
        found += _renamed_attributes(previous, asset)
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


def _renamed_entities(previous: Asset, asset: Asset) -> Iterator[str]:
    for before, now in ((previous.entities, asset.entities), (previous.static_entities, asset.static_entities)):
        old = {element.key: element for element in before}
        new = {element.key: element for element in now}
        for gone in (old[key] for key in sorted(old.keys() - new.keys())):
            for added in (new[key] for key in sorted(new.keys() - old.keys())):
                if not added.explicit_key and _parts(gone) & _parts(added):
                    yield _question(added.name, gone.name, gone.key, added.key)


def _renamed_attributes(previous: Asset, asset: Asset) -> Iterator[str]:
    before = {entity.key: entity for entity in previous.entities}
    for entity in asset.entities:
        if entity.key not in before:
            continue
        old = {attribute.key: attribute for attribute in before[entity.key].attributes}
        new = {attribute.key: attribute for attribute in entity.attributes}
        for gone in (old[key] for key in sorted(old.keys() - new.keys())):
            for added in (new[key] for key in sorted(new.keys() - old.keys())):
                if not added.explicit_key and _family(gone) == _family(added):
                    yield _question(f"{entity.name}.{added.name}", gone.name, gone.key, added.key)


def _question(path: str, gone: str, old_key: str, new_key: str) -> str:
    return (
        f"{path}: is it {gone}, renamed? One is new and the other gone in the same revision: "
        f"write `key: {old_key}` if it is the same and keeps its values, `key: {new_key}` if it is another"
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
