"""Signatures of actions' methods, and calls of them. Pure, no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from odcpub.compiler.actions.surroundings import Inside
from odcpub.compiler.actions.world import World
from odcpub.compiler.expressions.csharp import value
from odcpub.compiler.expressions.csharp_pieces import Surroundings, type_of
from odcpub.compiler.literals import csharp_identifier, csharp_string
from odcpub.compiler.marked import CSharp
from odcpub.model.elements import Attribute, Computed, DataType, Function
from odcpub.model.expressions import tree as expressions
from odcpub.model.expressions.tree import Expression, Literal
from odcpub.model.logic import tree
from odcpub.model.logic.surroundings import Signature

_OF_TUPLES = re.compile(r"Item[0-9]+|Compare(To)?|Deconstruct|Equals|GetHashCode|Rest|ToString")


def outside_type(type_: DataType, world: World) -> CSharp:
    """The type of an input or output."""
    return type_of(type_, world.statics, world.structure)


def result_type(outputs: Sequence[Attribute], world: World, named: bool = False) -> CSharp:
    """``Task``, ``Task<decimal?>``, ``Task<(decimal? Fee, string? Note)>``."""
    return CSharp.code("Task<{}>", value_type(outputs, world, named)) if outputs else CSharp.code("Task")


def value_type(outputs: Sequence[Attribute], world: World, named: bool = False) -> CSharp:
    """The type of an action's outputs; several are a tuple."""
    types = [outside_type(one.type, world) for one in outputs]
    if len(types) == 1:
        return types[0]
    if named:
        types = [_element(type_, one.name) for type_, one in zip(types, outputs, strict=True)]
    return CSharp.code("({})", CSharp.joined(", ", types))


def _element(type_: CSharp, name: str) -> CSharp:
    """An element of a tuple: without its name where C# has that for itself."""
    return type_ if _OF_TUPLES.fullmatch(name) else CSharp.code("{} {}", type_, csharp_identifier(name))


def method_type(signature: Signature, world: World) -> CSharp:
    """The method of an action as a value: ``Func<ActionRun, long?, Task<decimal?>>``."""
    inputs = (outside_type(one.type, world) for one in signature.inputs)
    types = (CSharp.code("ActionRun"), *inputs, result_type(signature.outputs, world))
    return CSharp.code("Func<{}>", CSharp.joined(", ", types))


def outputs_of(step: tree.Call, world: World) -> tuple[str, ...]:
    """The outputs of the action that is called, in their order."""
    return tuple(one.name for one in world.signatures[called_name(step)].outputs)


def called_name(step: tree.Call) -> str:
    """The action that is called, as the asset calls it."""
    return f"{step.library}.{step.action}" if step.library else step.action


def called(step: tree.Call, action: str, inside: Inside) -> CSharp:
    """The call itself, without what becomes of its outputs. ``action``: the one that calls."""
    world = inside.world
    name = called_name(step)
    signature = world.signatures[name]
    arguments = CSharp.joined(", ", (CSharp.code("run"), *_arguments(step, signature, inside)))
    if not step.library and step.action == action:
        method = CSharp.code("Run")
    elif step.library or world.library:
        method = CSharp.code("{}.Run", world.named(step.library, step.action))
    else:
        method = CSharp.code("run.Method<{}>({})", method_type(signature, world), csharp_string(name))
    return CSharp.code("await {}({})", method, arguments)


def _arguments(step: tree.Call, signature: Signature, inside: Inside) -> Iterator[CSharp]:
    given = {one.name: one.value for one in step.arguments}
    for one in signature.inputs:
        yield value(given[one.name], inside.around) if one.name in given else default_of(one, inside.around)


def default_of(attribute: Attribute, around: Surroundings) -> CSharp:
    """The value of an input that is not given, and the first one of an output or local."""
    return value(_default(attribute), around)


def _default(attribute: Attribute) -> Expression:
    default, type_ = attribute.default, attribute.type
    if default is None:
        return expressions.Call("NoValue", (), type_)
    if isinstance(default, Function):
        return expressions.Call(default.value, (), type_)
    if isinstance(default, Computed):
        from odcpub.model.expressions.check import check  # late: few defaults need it
        from odcpub.model.expressions.scope import Scope

        return check(default.text, Scope(), type_).expression
    return Literal(default, type_)
