"""What of an asset means something else than before, and which actions that may concern. No I/O.

A word is a name in small letters. An action is checked again where one of its words means something else now: of an
attribute that changed, the actions that name it or its entity.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Protocol, TypeVar

from odcpub.model.elements import Attribute, Clause, Entity, ServerAction, Setting, StaticEntity, Step, Structure
from odcpub.once import Once

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
Meaning = Mapping[str, Hashable]
"""What actions know of an element, by the names of what it has. Where something stands makes no difference."""


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Element = TypeVar("_Element", bound=_Named)


def changed(old: Iterable[_Element], new: Iterable[_Element], meaning: Callable[[_Element], Meaning]) -> Iterator[str]:
    """The words of what is not the same in both."""
    before, after = ({one.name: one for one in every} for every in (old, new))
    for name in before.keys() | after.keys():
        one, other = before.get(name), after.get(name)
        if one is other:
            continue
        was, is_ = meaning(one) if one else None, meaning(other) if other else None
        if was != is_:
            yield name.casefold()
            yield from (word.casefold() for word in _differing(was or {}, is_ or {}))


def _differing(old: Meaning, new: Meaning) -> Iterator[str]:
    yield from (name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def of_row(element: Entity | Structure) -> Meaning:
    """Its attributes, and its first name."""
    return {"": element.key, **of_attributes(element.attributes)}


def of_attributes(attributes: Iterable[Attribute]) -> Meaning:
    """Types, first names, and whether a value must be given."""
    return {one.name: (one.type, one.key, one.mandatory and one.default is None) for one in attributes}


def of_static(static: StaticEntity) -> Meaning:
    """Its records, and its first name."""
    return {"": static.key, **{record.key: True for record in static.records}}


def of_setting(setting: Setting) -> Meaning:
    """Its type, and whether it is a secret."""
    return {"": (setting.type, setting.secret)}


def _words(action: ServerAction) -> frozenset[str]:
    texts = [one.name for one in (*action.inputs, *action.outputs, *action.locals)]
    texts += [one.type.target for one in (*action.inputs, *action.outputs, *action.locals)]
    for step in (*action.steps, *action.handlers):
        texts.extend(_texts(step))
    return frozenset(word.casefold() for text in texts for word in _WORD.findall(text))


def _texts(step: Step) -> Iterator[str]:
    for clause in step.clauses:
        yield from _texts_of(clause)


def _texts_of(clause: Clause) -> Iterator[str]:
    yield clause.key
    yield clause.text
    for member in clause.members:
        yield from _texts_of(member)
    for step in clause.steps:
        yield from _texts(step)


words: Once[ServerAction, frozenset[str]] = Once(_words)
"""All words of an action."""
