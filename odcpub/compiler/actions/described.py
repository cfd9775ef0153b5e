"""What describes an action to the runtime: its inputs, outputs and how it is called by who knows these alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from odcpub.compiler.actions.calls import method_type, outside_type
from odcpub.compiler.actions.world import World
from odcpub.compiler.csharp import described
from odcpub.compiler.literals import csharp_literal, csharp_members
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
from odcpub.model.data_types import DEFAULT_DECIMALS, DEFAULT_DIGITS, length_of, measures_of
from odcpub.model.elements import Attribute, Basic, ServerAction

_CALCULATED = (DEFAULT_DIGITS, DEFAULT_DECIMALS)
"""What every Decimal that was calculated fits in."""


@dataclass(frozen=True, slots=True)
class Described:
    """Members of the descriptor and of each output; ``call``: the action in C# by its values alone; ``method``: the
    method's type."""

    members: CSharp
    outputs: tuple[CSharp, ...]
    call: CSharp
    method: CSharp


def is_limited(action: ServerAction) -> bool:
    """Whether a value of an input's type may break a limit of the input."""
    return any(map(_has_limits, action.inputs))


def _has_limits(one: Attribute) -> bool:
    limits = (one.minimum, one.maximum, one.min_length, one.pattern, length_of(one.type))
    measured = measures_of(one.type) not in (None, _CALCULATED)
    return one.mandatory or measured or one.type.basic is Basic.STRUCTURE or any(one is not None for one in limits)


def inputs_of(action: ServerAction, names: Names) -> tuple[CSharp, ...]:
    """What describes each input."""
    return tuple(described(one, names) for one in action.inputs)


def description(action: ServerAction, world: World, names: Names) -> Described:
    """What describes an action."""
    members = {
        "Name": action.name,
        "Description": action.description or None,
        "Timeout": action.timeout,
    }
    return Described(
        csharp_members(members),
        tuple(described(one, names) for one in action.outputs),
        _call(action, world),
        method_type(world.signatures[action.name], world),
    )


def _call(action: ServerAction, world: World) -> CSharp:
    call = CSharp.code("await Run({})", CSharp.joined(", ", (CSharp.code("run"), *_given(action, world))))
    if not action.outputs:
        return CSharp.code("{{ {}; return []; }}", call)
    if len(action.outputs) == 1:
        return CSharp.code("[{}]", call)
    names = [CSharp.code("output{}", csharp_literal(number)) for number in range(1, len(action.outputs) + 1)]
    listed = CSharp.joined(", ", names)
    return CSharp.code("{{ var ({0}) = {1}; return [{0}]; }}", listed, call)


def _given(action: ServerAction, world: World) -> Iterator[CSharp]:
    """The inputs of ``given``, each as its type."""
    for at, one in enumerate(action.inputs):
        value = CSharp.code("({})given[{}]", outside_type(one.type, world), csharp_literal(at))
        yield CSharp.code("{}!", value) if one.type.many else value
