"""Types that name other elements: looking them up, and what can be wrong between elements. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from odcpub.errors import Problem
from odcpub.model.elements import (
    Attribute,
    Basic,
    DataType,
    DeleteRule,
    Entity,
    ServerAction,
    StaticEntity,
    Structure,
)
from odcpub.model.problems import Code
from odcpub.model.raw import ActionPart, EntityPart, Reference, StructurePart
from odcpub.model.targets import Targets
from odcpub.model.types import UNKNOWN, spelled
from odcpub.text import listed, shown, suggest


def resolve_entities(problems: list[Problem], parts: Sequence[EntityPart], targets: Targets) -> tuple[Entity, ...]:
    """The entities with the first names of what their attributes refer to."""
    look_up = _LookUp(problems, targets, in_entity=True)
    return tuple(
        replace(part.element, attributes=look_up.all_of(part.element.attributes, part.references, _path(part)))
        if part.references
        else part.element
        for part in parts
    )


def resolve_structures(
    problems: list[Problem], parts: Sequence[StructurePart], targets: Targets
) -> tuple[Structure, ...]:
    """The structures with the first names of what their attributes refer to."""
    look_up = _LookUp(problems, targets)
    return tuple(
        replace(part.element, attributes=look_up.all_of(part.element.attributes, part.references, _path(part)))
        if part.references
        else part.element
        for part in parts
    )


def _path(part: EntityPart | StructurePart) -> str:
    section = "entities" if isinstance(part, EntityPart) else "structures"
    return f"{section}.{part.element.name}.attributes"


def resolve_actions(problems: list[Problem], parts: Sequence[ActionPart], targets: Targets) -> tuple[ServerAction, ...]:
    """The actions with the first names of what their variables refer to; where that leads nowhere, without a type."""
    look_up = _LookUp(problems, targets, otherwise=UNKNOWN)
    return tuple(_resolved(part, look_up) for part in parts)


def _resolved(part: ActionPart, look_up: _LookUp) -> ServerAction:
    action = part.element
    if not (part.inputs or part.outputs or part.locals):
        return action
    path = f"server_actions.{action.name}"
    return replace(
        action,
        inputs=look_up.all_of(action.inputs, part.inputs, f"{path}.inputs"),
        outputs=look_up.all_of(action.outputs, part.outputs, f"{path}.outputs"),
        locals=look_up.all_of(action.locals, part.locals, f"{path}.locals"),
    )


@dataclass(frozen=True, slots=True)
class _LookUp:
    """Looks up what types name. ``otherwise``: the type of what leads nowhere; as it was written unless said."""

    problems: list[Problem]
    targets: Targets
    in_entity: bool = False
    otherwise: DataType | None = None

    def all_of(
        self, attributes: tuple[Attribute, ...], references: Sequence[Reference], path: str
    ) -> tuple[Attribute, ...]:
        """Attributes with the first names of what they refer to; ``path``: of what has them."""
        if not references:
            return attributes
        found = list(attributes)
        for reference in references:
            one = found[reference.index]
            before = len(self.problems)
            self.problems.extend(_check(f"{path}.{one.name}", one, reference, self.targets, not self.in_entity))
            right = len(self.problems) == before and self.targets.find(one.type.target)
            type_ = _with_key(one.type, self.targets) if right else self.otherwise or one.type
            found[reference.index] = replace(one, type=type_)
        return tuple(found)


def _with_key(type_: DataType, targets: Targets) -> DataType:
    return replace(type_, target_key=targets.key(type_.target))


def _check(
    path: str, attribute: Attribute, reference: Reference, targets: Targets, in_structure: bool
) -> Iterator[Problem]:
    type_ = attribute.type
    target = targets.find(type_.target)
    if target is None:
        if not targets.is_reported(type_.target):
            message = f"there is no data type '{shown(spelled(type_))}'"
            yield Problem(str(Code.UNKNOWN_TYPE), message, targets.hint(spelled(type_)), reference.type_place, path)
    elif type_.basic is Basic.STRUCTURE:
        yield from _check_structure(path, type_, target, reference, in_structure)
    elif isinstance(target, Structure):
        hint = f"use the type {type_.target}: only rows have identifiers"
        message = f"{type_.target} is a structure and has no identifier"
        yield Problem(str(Code.WRONG_TYPE), message, hint, reference.type_place, path)
    elif isinstance(target, StaticEntity):
        yield from _check_static(path, attribute, target, reference)
    elif isinstance(attribute.default, str):
        hint = "leave default out; an identifier is known only once its row is there"
        message = f"an identifier of {type_.target} has no default"
        yield Problem(str(Code.BAD_DEFAULT), message, hint, reference.places["default"], path)


def _check_structure(
    path: str, type_: DataType, target: object, reference: Reference, in_structure: bool
) -> Iterator[Problem]:
    if not isinstance(target, Structure):
        message = f"{type_.target} is no data type by itself"
        hint = f"did you mean {type_.target} Identifier{' List' if type_.many else ''}?"
        yield Problem(str(Code.UNKNOWN_TYPE), message, hint, reference.type_place, path)
    elif not in_structure:
        hint = "write its attributes into the entity, or make an entity of it and refer to that"
        message = f"an entity cannot hold the structure {type_.target}"
        yield Problem(str(Code.WRONG_TYPE), message, hint, reference.type_place, path)
    for limit, place in reference.places.items():
        if isinstance(target, Structure):
            message = f"{limit} is not for the structure {type_.target}"
            yield Problem(str(Code.LIMIT_TYPE), message, "remove it", place, path)


def _check_static(path: str, attribute: Attribute, target: StaticEntity, reference: Reference) -> Iterator[Problem]:
    if attribute.on_delete is not DeleteRule.PROTECT:
        message = f"on_delete {attribute.on_delete.value} has no meaning: records of {target.name} are never deleted"
        yield Problem(str(Code.DELETE_RULE), message, "remove on_delete", reference.places["on_delete"], path)
    records = [record.key for record in target.records if record.is_active]
    if isinstance(attribute.default, str) and attribute.default not in records:
        hint = suggest(attribute.default, records, f"use one of its records: {listed(records) or 'it has none'}")
        message = f"the default {shown(attribute.default)} is no active record of {attribute.type.target}"
        yield Problem(str(Code.BAD_DEFAULT), message, hint, reference.places["default"], path)


def check_cycles(problems: list[Problem], entities: Sequence[Entity], structures: Sequence[Structure]) -> None:
    """Circles of mandatory references (no first row) and of structures (no end)."""
    needs = {entity.name: _needed(entity.attributes, Basic.IDENTIFIER) for entity in entities}
    for circle in _circles(needs):
        attribute = needs[circle[0]][circle[1]]
        way = " → ".join(circle)
        message = f"no first row could ever be created: {way} refer to one another and are all mandatory"
        if len(circle) == 2:
            message = f"no first row could ever be created: a {circle[0]} must refer to another {circle[0]}"
        path = f"entities.{circle[0]}.attributes.{attribute.name}"
        hint = "let one of the references be empty: remove its 'mandatory'"
        problems.append(Problem(str(Code.MANDATORY_CYCLE), message, hint, attribute.place, path))
    holds = {structure.name: _needed(structure.attributes, Basic.STRUCTURE) for structure in structures}
    for circle in _circles(holds):
        attribute = holds[circle[0]][circle[1]]
        message = f"a structure that contains itself: {' → '.join(circle)}"
        path = f"structures.{circle[0]}.attributes.{attribute.name}"
        hint = "remove one of the attributes"
        problems.append(Problem(str(Code.STRUCTURE_CYCLE), message, hint, attribute.place, path))


def _needed(attributes: Sequence[Attribute], basic: Basic) -> dict[str, Attribute]:
    """Target → the attribute that cannot do without it."""
    always = basic is Basic.STRUCTURE
    return {a.type.target: a for a in reversed(attributes) if a.type.basic is basic and (always or a.mandatory)}


def _circles(edges: Mapping[str, Mapping[str, Attribute]]) -> Iterator[list[str]]:
    """One circle (first name again at its end) of every knot, by depth-first search without recursion."""
    done: set[str] = set()
    for start in edges:
        way: list[str] = []
        on_way: set[str] = set()
        stack: list[tuple[str, Iterator[str]]] = []

        def enter(name: str) -> None:
            way.append(name)  # noqa: B023
            on_way.add(name)  # noqa: B023
            stack.append((name, iter(edges[name])))  # noqa: B023

        if start not in done:
            enter(start)
        while stack:
            name, following = stack[-1]
            target = next((t for t in following if t in edges and t not in done), None)
            if target is None:
                stack.pop()
                way.pop()
                on_way.discard(name)
                done.add(name)
            elif target in on_way:
                yield [*way[way.index(target) :], target]
            else:
                enter(target)
