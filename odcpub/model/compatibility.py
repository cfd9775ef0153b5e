"""What of a library changed between two versions that those who use it would notice. No I/O.

Identity decides: an element that was renamed is missing under the name its users wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from odcpub.model.data_types import DEFAULT_DECIMALS, DEFAULT_DIGITS
from odcpub.model.elements import Asset, Attribute, Basic, DataType, Record, ServerAction, StaticEntity, Structure
from odcpub.model.types import spelled
from odcpub.model.versions import Version, parse_range


def breaking_changes(old: Asset, new: Asset) -> tuple[str, ...]:
    """A sentence for everything that worked with ``old`` and may not with ``new``; empty: nothing breaks."""
    return (*_static_entities(old, new), *_structures(old, new), *_actions(old, new), *_uses(old, new))


def _static_entities(old: Asset, new: Asset) -> Iterator[str]:
    now = {element.key: element for element in new.static_entities}
    for before in old.static_entities:
        after = now.get(before.key)
        if after is None:
            yield f"the static entity {before.name} is gone"
            continue
        if after.name != before.name:
            yield f"the static entity {before.name} is now called {after.name}"
        yield from _records(before, after)


def _records(before: StaticEntity, after: StaticEntity) -> Iterator[str]:
    now: dict[str, Record] = {record.key: record for record in after.records}
    for record in before.records:
        if record.key not in now:
            yield f"the record {before.name}.{record.key} is gone"
        elif record.is_active and not now[record.key].is_active:
            yield f"the record {before.name}.{record.key} is no longer active"


def _structures(old: Asset, new: Asset) -> Iterator[str]:
    now = {element.key: element for element in new.structures}
    for before in old.structures:
        after = now.get(before.key)
        if after is None:
            yield f"the structure {before.name} is gone"
            continue
        if after.name != before.name:
            yield f"the structure {before.name} is now called {after.name}"
        yield from _attributes(before, after)


def _attributes(before: Structure, after: Structure) -> Iterator[str]:
    now = {attribute.key: attribute for attribute in after.attributes}
    known = {attribute.key for attribute in before.attributes}
    for attribute in before.attributes:
        if attribute.key not in now:
            yield f"the attribute {before.name}.{attribute.name} is gone"
        else:
            yield from _attribute(before.name, attribute, now[attribute.key])
    for attribute in after.attributes:
        if attribute.key not in known and attribute.mandatory and attribute.default is None:
            yield f"the attribute {after.name}.{attribute.name} is new and mandatory"


def _attribute(owner: str, before: Attribute, after: Attribute) -> Iterator[str]:
    path = f"{owner}.{before.name}"
    if after.name != before.name:
        yield f"the attribute {path} is now called {after.name}"
    if _kind(after) != _kind(before):
        yield f"the attribute {path} was a {_measured(before)} and is now a {_measured(after)}"
    if after.mandatory and not before.mandatory:
        yield f"the attribute {path} is now mandatory"
    yield from _limits(path, before, after)


def _kind(attribute: Attribute) -> tuple[object, ...]:
    """What users of a type rely on. A renamed target is a change of its own."""
    type_ = attribute.type
    measures = (type_.digits, type_.decimals) if type_.basic is Basic.DECIMAL else (None, None)
    return type_.basic, type_.many, type_.target_key, *measures


def _measured(attribute: Attribute) -> str:
    type_ = attribute.type
    return f"{spelled(type_)}({type_.digits}, {type_.decimals})" if type_.basic is Basic.DECIMAL else spelled(type_)


def _limits(path: str, before: Attribute, after: Attribute) -> Iterator[str]:
    """Limits that got narrower; and a length that grew, since the value may not fit where it is kept."""
    if after.type.length != before.type.length:
        yield f"the length of {path} was {before.type.length or 'unbounded'} and is {after.type.length or 'unbounded'}"
    yield from _narrower(path, before, after)


def _narrower(path: str, before: Attribute, after: Attribute) -> Iterator[str]:
    if (after.min_length or 0) > (before.min_length or 0):
        yield f"the least length of {path} rose to {after.min_length}"
    if after.minimum is not None and (before.minimum is None or after.minimum > before.minimum):
        yield f"the minimum of {path} rose to {after.minimum}"
    if after.maximum is not None and (before.maximum is None or after.maximum < before.maximum):
        yield f"the maximum of {path} fell to {after.maximum}"
    if after.pattern is not None and after.pattern != before.pattern:
        yield f"the pattern of {path} changed"


def _actions(old: Asset, new: Asset) -> Iterator[str]:
    now = {element.key: element for element in new.server_actions}
    for before in old.server_actions:
        after = now.get(before.key)
        if after is None:
            yield f"the action {before.name} is gone"
            continue
        if after.name != before.name:
            yield f"the action {before.name} is now called {after.name}"
        yield from _inputs(before, after)
        yield from _outputs(before, after)


def _inputs(before: ServerAction, after: ServerAction) -> Iterator[str]:
    """An input that is gone breaks those who give it a value."""
    now = {one.name: one for one in after.inputs}
    known = {one.name for one in before.inputs}
    for one in before.inputs:
        if one.name not in now:
            yield f"the input {before.name}.{one.name} is gone"
        else:
            yield from _input(f"{before.name}.{one.name}", one, now[one.name])
    for one in after.inputs:
        if one.name not in known and _is_needed(one):
            yield f"the input {after.name}.{one.name} is new and mandatory"


def _input(path: str, before: Attribute, after: Attribute) -> Iterator[str]:
    widened = not (before.type.many or after.type.many) and after.type in _WIDER.get(before.type.basic, ())
    if _kind(after) != _kind(before) and not widened:
        yield f"the input {path} was a {_measured(before)} and is now a {_measured(after)}"
    if _is_needed(after) and not _is_needed(before):
        yield f"the input {path} is now mandatory"
    length = after.type.length
    if length is not None and (before.type.length is None or length < before.type.length):
        yield f"the length of {path} fell to {length}"
    yield from _narrower(path, before, after)


_ANY_DECIMAL = DataType(Basic.DECIMAL, digits=DEFAULT_DIGITS, decimals=DEFAULT_DECIMALS)
_WIDER: Mapping[Basic, tuple[DataType, ...]] = {
    Basic.INTEGER: (DataType(Basic.LONG_INTEGER), _ANY_DECIMAL, DataType(Basic.CURRENCY)),
    Basic.LONG_INTEGER: (_ANY_DECIMAL, DataType(Basic.CURRENCY)),
    Basic.CURRENCY: (_ANY_DECIMAL,),
    Basic.DATE: (DataType(Basic.DATE_TIME),),
    Basic.EMAIL: (DataType(Basic.TEXT),),
    Basic.PHONE_NUMBER: (DataType(Basic.TEXT),),
}
"""Types that an input may be given without breaking those who give it a value."""


def _outputs(before: ServerAction, after: ServerAction) -> Iterator[str]:
    """A second output breaks those who name the variable of the only one."""
    now = {one.name: one for one in after.outputs}
    for one in before.outputs:
        if one.name not in now:
            yield f"the output {before.name}.{one.name} is gone"
        elif _kind(now[one.name]) != _kind(one):
            was, is_ = _measured(one), _measured(now[one.name])
            yield f"the output {before.name}.{one.name} was a {was} and is now a {is_}"
    if len(before.outputs) == 1 < len(after.outputs) and before.outputs[0].name in now:
        yield f"the action {before.name} has more than one output now"


def _is_needed(one: Attribute) -> bool:
    return one.mandatory and one.default is None


def _uses(old: Asset, new: Asset) -> Iterator[str]:
    """A library that is used in another major version may come to users by another way in the old one."""
    now = {use.name: use.range for use in new.uses}
    for use in old.uses:
        if use.name in now and now[use.name] != use.range:
            yield from _range_change(use.name, use.range, now[use.name])


def _range_change(name: str, before: str, after: str) -> Iterator[str]:
    old, new = _least(before), _least(after)
    if old is not None and new is not None and new.major > old.major:
        yield f"it now uses {name} {after} instead of {before}"


def _least(text: str) -> Version | None:
    lows = [bound for sign, bound in parse_range(text).bounds if sign in (">=", "=", ">")]
    return max(lows, default=None)
