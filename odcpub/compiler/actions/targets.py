"""Assignments: to variables, and to members of records, which are made anew with another value. Pure, no I/O."""

from __future__ import annotations

from odcpub.compiler.actions.surroundings import Inside
from odcpub.compiler.expressions.csharp import value
from odcpub.compiler.literals import csharp_literal
from odcpub.compiler.marked import CSharp
from odcpub.model.expressions.tree import Expression, Member, Name


def assigned(target: Expression, code: CSharp, inside: Inside) -> CSharp:
    """``code`` given to a variable or to a member of one, as a statement."""
    while isinstance(target, Member):
        name = inside.property_named(target.owner.type, target.name)
        code = CSharp.code("{} with {{ {} = {} }}", _made(target.owner, inside), name, code)
        target = target.owner
    return CSharp.code("{} = {};", value(target, inside.around), code)


def _made(owner: Expression, inside: Inside) -> CSharp:
    """A record; where it has no value, one whose members have none."""
    code = value(owner, inside.around)
    if isinstance(owner, Name) and inside.around.is_sure(owner.symbol):
        return code
    row = inside.records.get(owner.type.target)
    nothing = CSharp.joined(", ", [csharp_literal(None)] * len(row.fields)) if row else CSharp.code("")
    return CSharp.code("({} ?? new {}({}))", code, inside.class_of(owner.type), nothing)
