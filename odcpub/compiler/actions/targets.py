"""Assignments: to variables, and to members of records, which are made anew with another value. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from odcpub.compiler.actions.surroundings import Inside
from odcpub.compiler.actions.walk import parts, root
from odcpub.compiler.expressions.csharp import value
from odcpub.compiler.literals import csharp_literal
from odcpub.compiler.marked import CSharp
from odcpub.model.expressions.tree import Expression, Member, Name
from odcpub.model.logic.tree import Assignment


def assignments(given: Sequence[Assignment], inside: Inside) -> Iterator[CSharp]:
    """Statements for assignments, one after another; members of one record that follow one another are set together."""
    for together in _grouped(given):
        first = together[0].target
        if isinstance(first, Member):
            yield assigned(first.owner, _with(first.owner, together, inside), inside)
        else:
            yield assigned(first, value(together[0].value, inside.around), inside)


def _grouped(given: Sequence[Assignment]) -> Iterator[list[Assignment]]:
    """Assignments that can be made at once: to different members of the same record, whose values need none of them."""
    group: list[Assignment] = []
    for one in given:
        if group and not _fits(one, group):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _fits(one: Assignment, group: list[Assignment]) -> bool:
    first = group[0].target
    if not isinstance(one.target, Member) or not isinstance(first, Member) or one.target.owner != first.owner:
        return False
    known = root(first)
    reads = any(isinstance(part, Name) and part.symbol == known for part in parts(one.value))
    return not reads and all(one.target != other.target for other in group)


def _with(owner: Expression, given: Sequence[Assignment], inside: Inside) -> CSharp:
    members = (
        CSharp.code(
            "{} = {}",
            inside.property_named(owner.type, one.target.name),
            value(one.value, inside.around),
        )
        for one in given
        if isinstance(one.target, Member)
    )
    return CSharp.code("{} with {{ {} }}", _made(owner, inside), CSharp.joined(", ", members))


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
