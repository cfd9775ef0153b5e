"""What the actions of an asset know besides their own variables: elements, settings, other actions. No I/O.

It is the very same object as long as nothing of it changes, and says what did, so that an action which that does not
concern is not checked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from weakref import ref

from odcpub.model.elements import (
    Asset,
    Attribute,
    Basic,
    Entity,
    Kind,
    Library,
    ServerAction,
    Setting,
    StaticEntity,
    Structure,
)
from odcpub.model.expressions.names import names_of, seen
from odcpub.model.logic.differences import Meaning, changed, of_attributes, of_row, of_setting, of_static
from odcpub.once import Once


@dataclass(frozen=True, slots=True)
class Signature:
    """What a caller knows of an action, with types as the caller's asset names them. ``library``: empty for its own."""

    library: str
    name: str
    inputs: tuple[Attribute, ...]
    outputs: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class _Facts:
    """All that actions may depend on; what is equal makes no difference to any of them."""

    kind: Kind
    entities: tuple[Entity, ...]
    static_entities: tuple[StaticEntity, ...]
    structures: tuple[Structure, ...]
    settings: tuple[Setting, ...]
    uses: tuple[str, ...]
    libraries: tuple[Library, ...]
    actions: tuple[Signature, ...]


class Surroundings:
    """``rows``: entities and static entities by name; ``actions``: signatures by the name that a call has; ``taken``:
    what no variable is called, in small letters, each with what it is; ``absent``: libraries that are used and not
    there, and ``unknown``: attributes whose types are wrong, both told elsewhere; ``like``: what was known before, of
    which the words ``changed`` mean something else now (all words, where it is None); the rest as in an expression's
    scope."""

    __slots__ = (
        "__weakref__",
        "absent",
        "actions",
        "changed",
        "facts",
        "is_library",
        "like",
        "members",
        "rows",
        "statics",
        "symbols",
        "taken",
        "unknown",
    )

    def __init__(self, facts: _Facts, like: Surroundings | None = None) -> None:
        self.facts = facts
        self.like = ref(like) if like else None
        self.changed = _changed(like.facts, facts) if like else None
        self.is_library = facts.kind is Kind.LIBRARY
        self.absent = frozenset(facts.uses) - {library.asset.name for library in facts.libraries}
        every = (one for entity in facts.entities for one in entity.attributes)
        self.unknown = frozenset(one.name for one in every if one.type.basic is Basic.STRUCTURE)
        self.rows: dict[str, Entity | StaticEntity] = {}
        if not self.is_library:
            self.rows |= {one.name: one for one in facts.entities}
            self.rows |= {one.name: one for one in facts.static_entities}
        names = names_of(facts.settings, facts.static_entities, facts.entities, facts.structures, facts.libraries)
        self.symbols, self.members, self.statics = names.symbols, names.members, names.statics
        self.actions: dict[str, Signature] = {
            f"{one.library}.{one.name}" if one.library else one.name: one for one in _signatures(facts)
        }
        self.taken = {name.casefold(): what for name, what in _taken(facts)}


def surroundings(asset: Asset, libraries: Mapping[str, Library], like: Surroundings | None = None) -> Surroundings:
    """What the actions of ``asset`` know, made once. ``libraries``: those that it uses, by name; those that these use
    come along. ``like``: taken where it says the same."""
    known = _KNOWN(asset)
    used = _all_of(libraries)
    number = tuple(map(id, used))
    if number not in known:
        facts = _facts(asset, used)
        known[number] = used, like if like and like.facts == facts else Surroundings(facts, like)
    return known[number][1]


def _all_of(libraries: Mapping[str, Library]) -> tuple[Library, ...]:
    """Libraries with those that they use, in the order of their names: an asset has one version of each."""
    found: dict[str, Library] = {}
    waiting = list(libraries.values())
    while waiting:
        library = waiting.pop()
        if found.setdefault(library.asset.name, library) is library:
            waiting.extend(one for one in library.uses if one.asset.name not in found)
    return tuple(found[name] for name in sorted(found))


def _changed(old: _Facts, new: _Facts) -> frozenset[str] | None:
    if (old.kind, old.uses, old.libraries) != (new.kind, new.uses, new.libraries):
        return None
    return frozenset(
        chain(
            changed(old.entities, new.entities, of_row),
            changed(old.static_entities, new.static_entities, of_static),
            changed(old.structures, new.structures, of_row),
            changed(old.settings, new.settings, of_setting),
            changed(old.actions, new.actions, _of_signature),
        )
    )


def _of_signature(action: Signature) -> Meaning:
    outputs = {f".{name}": its for name, its in of_attributes(action.outputs).items()}
    return {"": tuple(one.name for one in action.inputs), **of_attributes(action.inputs), **outputs}


def latest(asset: Asset | None) -> Surroundings | None:
    """What was made of an asset before, None for nothing."""
    return next((found for _, found in _KNOWN(asset).values()), None) if asset else None


_Made = dict[tuple[int, ...], tuple[tuple[Library, ...], Surroundings]]


def _none_yet(asset: Asset) -> _Made:
    return {}


_KNOWN: Once[Asset, _Made] = Once(_none_yet)
"""Asset → its libraries, by their numbers → these, which keep their numbers thereby, and what its actions know."""


def _facts(asset: Asset, libraries: tuple[Library, ...]) -> _Facts:
    signatures = tuple(Signature("", one.name, one.inputs, one.outputs) for one in asset.server_actions)
    return _Facts(
        asset.kind,
        asset.entities,
        asset.static_entities,
        asset.structures,
        asset.settings,
        tuple(use.name for use in asset.uses),
        libraries,
        signatures,
    )


def _signatures(facts: _Facts) -> Iterator[Signature]:
    yield from facts.actions
    for library in facts.libraries:
        if library.asset.name in facts.uses:
            yield from (_of_library(library.asset.name, one) for one in library.asset.server_actions)


def _of_library(library: str, action: ServerAction) -> Signature:
    inputs = tuple(replace(one, type=seen(library, one.type)) for one in action.inputs)
    outputs = tuple(replace(one, type=seen(library, one.type)) for one in action.outputs)
    return Signature(library, action.name, inputs, outputs)


def _taken(facts: _Facts) -> Iterator[tuple[str, str]]:
    yield from ((one.name, "an entity") for one in facts.entities)
    yield from ((one.name, "a static entity") for one in facts.static_entities)
    yield from ((one.name, "a structure") for one in facts.structures)
    yield from ((name, "a library") for name in facts.uses)
