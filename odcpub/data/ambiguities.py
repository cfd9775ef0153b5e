"""What only the author can decide: was it renamed, is a name taken. No I/O.

One revision that drops an element and adds a like one beside it is refused until the model says which it is: a
guess would leave the rows behind (an empty column) or give values another meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from odcpub.data.schema import Annotation, Table
from odcpub.data.target import RESERVED
from odcpub.model.data_types import DATA_TYPES, Family
from odcpub.model.elements import Asset, Attribute, Basic, DeleteRule, Entity, StaticEntity
from odcpub.model.physical import physical
from odcpub.once import Once

_Element = Entity | StaticEntity | Attribute
_E = TypeVar("_E", bound=_Element)
_ALIKE = (Family.TEXT, Family.NUMBER, Family.MOMENT)
"""Families whose types an author takes for one another. A time of day is no moment of a calendar."""


def ambiguities(
    asset: Asset, previous: Asset | None, live: Mapping[str, Table], runs: Asset | None = None
) -> tuple[str, ...]:
    """All refusals that follow from the models; ``previous``: the revision that the stage runs, if its author can
    still answer; ``runs``: the same in either case; ``live``: the database's tables by name, with what the model has
    dropped."""
    found = [*_taken(asset), *_impossible(asset), *_other_first_names(asset, runs or previous, live)]
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
        yield from _columns_taken(entity)


def _same_columns(entity: Entity) -> Iterator[str]:
    columns = Counter(["id", *(physical(attribute.key) for attribute in entity.attributes)])
    for attribute in entity.attributes:
        column = physical(attribute.key)
        if columns[column] > 1:
            yield (
                f"{entity.name}.{attribute.name}: its column would be called {column}: another attribute's is, "
                "too; choose another key"
            )


_columns_taken: Once[Entity, tuple[str, ...]] = Once(lambda entity: tuple(_same_columns(entity)))


def _impossible(asset: Asset) -> Iterator[str]:
    for entity in asset.entities:
        for attribute in entity.attributes:
            reference = attribute.type.basic is Basic.IDENTIFIER
            if reference and attribute.mandatory and attribute.on_delete is DeleteRule.IGNORE:
                yield (
                    f"{entity.name}.{attribute.name}: a mandatory reference can't be emptied when its row is deleted; "
                    "use on_delete: Protect or Delete, or leave it optional"
                )


def _other_first_names(asset: Asset, runs: Asset | None, live: Mapping[str, Table]) -> Iterator[str]:
    """Two first names can be one in the database (UrlName, URLName): the one would get the other's values."""
    tables = {name: table.annotation.key for name, table in live.items()}
    yield from _others("", tables, _all(runs), _all(asset))
    before = {physical(entity.key): entity.attributes for entity in (runs.entities if runs is not None else ())}
    for entity in _changed(asset, runs):
        name = physical(entity.key)
        columns = {column.name: column.annotation.key for column in live[name].columns} if name in live else {}
        yield from _others(f"{entity.name}.", columns, before.get(name, ()), entity.attributes)


def _others(path: str, live: Mapping[str, str], before: Sequence[_Element], now: Sequence[_Element]) -> Iterator[str]:
    """``live``: what the database has by physical name, with the first name where it was dropped."""
    first = {name: key for name, key in live.items() if key} | {physical(one.key): one.key for one in before}
    for new in sorted(now, key=_key):
        name = physical(new.key)
        if name in live and first.get(name, new.key) != new.key:
            yield (
                f"{path}{new.name}: is it what was first called {first[name]}? Both would be {name} in the database: "
                f"write `key: {first[name]}` if it is the same and keeps its values, else a key that is spelt otherwise"
            )


def _all(asset: Asset | None) -> tuple[_Element, ...]:
    return (*asset.static_entities, *asset.entities) if asset is not None else ()


def _changed(asset: Asset, before: Asset | None) -> Iterator[Entity]:
    """Without those that are the very same as before: what nobody has touched leaves nothing to ask."""
    same = {id(one) for one in before.entities} if before is not None else set()
    return (one for one in asset.entities if id(one) not in same)


def _renamed_entities(previous: Asset, asset: Asset, live: Mapping[str, Table]) -> Iterator[str]:
    named = {physical(one.key) for one in asset.static_entities} | {physical(one.key) for one in asset.entities}
    kinds: tuple[tuple[str, bool, Sequence[Entity | StaticEntity], Sequence[Entity | StaticEntity]], ...] = (
        ("entity", False, previous.entities, asset.entities),
        ("static entity", True, previous.static_entities, asset.static_entities),
    )
    for what, static, before, now in kinds:
        left = [table.annotation for table in live.values() if table.name not in named and table.static is static]
        compared = _Compared(what, "", before, now, lambda one, other: _parts(one) & _parts(other))
        yield from _asked(compared, _Kept(live, left))


def _renamed_attributes(previous: Asset, asset: Asset, live: Mapping[str, Table]) -> Iterator[str]:
    before = {entity.key: entity.attributes for entity in previous.entities}
    for entity in _changed(asset, previous):
        table = live.get(physical(entity.key))
        columns = table.columns if table is not None else ()
        named = {physical(attribute.key) for attribute in entity.attributes}
        kept = _Kept([one.name for one in columns], [one.annotation for one in columns if one.name not in named])
        compared = _Compared(
            "attribute", f"{entity.name}.", before.get(entity.key, ()), entity.attributes,
            lambda one, other: _family(one) == _family(other),
        )  # fmt: skip
        yield from _asked(compared, kept)


class _Kept:
    """What the database has: ``names``, physical ones, and first by last names of what the model has dropped."""

    def __init__(self, names: Collection[str], left: Sequence[Annotation]) -> None:
        self.names = frozenset(names)
        self.first = {physical(one.name): one.key for one in left if one.name}


@dataclass(frozen=True, slots=True)
class _Compared(Generic[_E]):
    """``what``: the kind of element, in words; ``path``: before its name; ``alike``: whether one could be the other,
    renamed."""

    what: str
    path: str
    before: Sequence[_E]
    now: Sequence[_E]
    alike: Callable[[_E, _E], object]


def _asked(of: _Compared[_E], kept: _Kept) -> Iterator[str]:
    """A question for every new or turned element whose author has not answered it."""
    path, before, now, alike = of.path, of.before, of.now, of.alike
    old = {one.key: one for one in before}
    by_name = {one.name: one for one in before}
    answered = {one.key for one in now if one.explicit_key}
    gone = [old[key] for key in sorted(old.keys() - {one.key for one in now})]
    for new in sorted(now, key=_key):
        was = by_name.get(new.name)
        if new.explicit_key:
            if new.key != new.name and new.key not in old and physical(new.key) not in kept.names:
                if physical(new.key) in kept.first:
                    yield _last_named(path, kept.first[physical(new.key)], new)
                meant = by_name.get(new.key)
                if meant is not None and meant in gone:
                    yield _by_name(path, meant, new)
                else:
                    yield from (_misspelt(of.what, path, one, new) for one in gone if alike(one, new))
        elif was is not None and was.key != new.key and was.key not in answered:
            yield _turned(path, was, new)
        elif new.key not in old:
            if physical(new.name) in kept.first:
                yield _returned(path, kept.first[physical(new.name)], new)
            back = physical(new.key) in kept.names
            others = (one for one in gone if physical(one.key) != physical(new.key))
            yield from (_renamed(path, one, new, back) for one in others if alike(one, new))


def _key(element: _Element) -> str:
    return element.key


def _renamed(path: str, gone: _Element, new: _Element, back: bool) -> str:
    other = "the one of this name that was dropped, back with its values" if back else "another"
    return (
        f"{path}{new.name}: is it {gone.name}, renamed? One is new and the other gone in the same revision: "
        f"write `key: {gone.key}` if it is the same and keeps its values, `key: {new.key}` if it is {other}"
    )


def _turned(path: str, was: _Element, new: _Element) -> str:
    """The same name, but other values: its key was taken away."""
    return (
        f"{path}{new.name}: is it the same as before? Its key was {was.key} and is gone: write `key: {was.key}` if it "
        f"is and keeps its values, `key: {new.key}` if it is another"
    )


def _returned(path: str, first: str, new: _Element) -> str:
    return (
        f"{path}{new.name}: is it back? It was dropped under this name, and its first name is {first}: write "
        f"`key: {first}` if it is the same and brings its values back, `key: {new.key}` if it is another"
    )


def _last_named(path: str, first: str, new: _Element) -> str:
    return (
        f"{path}{new.name}: what was called {new.key} when it was dropped has {first} for its first name: write "
        f"`key: {first}` to bring its values back, `key: {new.name}` if it is a new one"
    )


def _by_name(path: str, gone: _Element, new: _Element) -> str:
    """Renamed a second time: its author gave the name it had, and not its first one."""
    return (
        f"{path}{new.name}: {gone.name} has {gone.key} for its first name, which stays its key: write "
        f"`key: {gone.key}` if it is the same and keeps its values, `key: {new.name}` if it is a new one"
    )


def _misspelt(what: str, path: str, gone: _Element, new: _Element) -> str:
    """A key that nothing ever had would leave the values behind."""
    return (
        f"{path}{new.name}: no {what} was ever called {new.key}; {gone.name} is gone from the model: did you "
        f"mean `key: {gone.key}`? If it is a new one, write `key: {new.name}`"
    )


def _parts(element: Entity | StaticEntity) -> set[str]:
    if isinstance(element, StaticEntity):
        return {record.key for record in element.records}
    return {attribute.key for attribute in element.attributes}


def _family(attribute: Attribute) -> str:
    basic = attribute.type.basic
    if basic is Basic.IDENTIFIER:
        return f"reference to {attribute.type.target_key or attribute.type.target}"
    family = DATA_TYPES[basic].family
    return family.value if family in _ALIKE and basic is not Basic.TIME else basic.value
