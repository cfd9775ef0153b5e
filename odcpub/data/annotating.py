"""What catalog annotations become, and what they have against a change. No I/O.

A column of references says whose identifiers it holds: physical names alone would let the same numbers mean other
rows once an attribute of that name comes back, or is turned, to another entity, or be taken for plain values. What the
model drops says what it was called last: under that name alone nobody would find it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from odcpub.data import rows, steps
from odcpub.data.builder import PlanBuilder
from odcpub.data.limits import keeps_empty
from odcpub.data.literals import quoted
from odcpub.data.migration import Sentence
from odcpub.data.names import Names
from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.schema import Annotation, Column, Table
from odcpub.model.elements import Asset, Attribute, Entity, Kind, StaticEntity
from odcpub.model.physical import physical
from odcpub.once import Once

_Elements = Mapping[str, Entity | StaticEntity]


def annotate(builder: PlanBuilder) -> None:
    """Adds the steps that bring the annotations up to date, and the row checks that they ask for."""
    runs = _elements(builder.runs) if builder.runs is not None else {}
    for name, table in sorted(builder.live.items()):
        wanted = builder.target.get(name)
        if wanted is not None and wanted.static != table.static:
            continue
        if wanted is None or not _as_it_is(table, wanted):
            _table(builder, table, wanted, runs.get(name))


def _table(builder: PlanBuilder, table: Table, wanted: Table | None, runs: Entity | StaticEntity | None) -> None:
    new = wanted.annotation if wanted is not None else _last_name(table.annotation, table.name, runs)
    _annotate(builder, table.name, "", table.annotation, new)
    _columns(builder, table, wanted, runs)


def _nothing_to_do(table: Table, wanted: Table) -> bool:
    """Whether that is so whatever the models say: they are asked about columns that are not wanted any more."""
    if not {column.name for column in table.columns} <= {column.name for column in wanted.columns}:
        return False
    alone = PlanBuilder({table.name: table}, {table.name: wanted}, Names(Asset(Kind.APP, "", "")))
    _table(alone, table, wanted, None)
    return not (alone.steps or alone.checks)


_as_it_is = Once(_nothing_to_do)


def _elements(asset: Asset) -> _Elements:
    """By their tables."""
    elements: tuple[Entity | StaticEntity, ...] = (*asset.static_entities, *asset.entities)
    return {physical(one.key): one for one in elements}


def _columns(builder: PlanBuilder, table: Table, wanted: Table | None, runs: Entity | StaticEntity | None) -> None:
    attributes = runs.attributes if isinstance(runs, Entity) else ()
    named = {column.name: column for column in wanted.columns} if wanted is not None else {}
    for column in sorted(table.columns, key=lambda column: column.name):
        new = named.get(column.name)
        if new is None:
            held = replace(column.annotation, refers=column.annotation.refers or builder.holds(table.name, column.name))
            if not table.static and builder.loses_default(table.name, column.name):
                held = replace(held, dropped=True)
                element = builder.names(table.name, column.name)
                # The version that still serves may leave it to the database.
                builder.add(steps.SetDefault(TIGHTEN, table.name, column.name, None, element=element, early=True))
            was = next((one for one in attributes if physical(one.key) == column.name), None)
            _annotate(builder, table.name, column.name, column.annotation, _last_name(held, column.name, was))
            continue
        _annotate(builder, table.name, column.name, column.annotation, new.annotation)
        if builder.retargeted(table.name, column.name):
            _retargeted(builder, table.name, column, new)


def _annotate(builder: PlanBuilder, table: str, column: str, old: Annotation, new: Annotation) -> None:
    if old != new:
        element = builder.names(table, column)
        builder.add(steps.Annotate(EXPAND, table, column, replace(new, words=old.words), element=element))


def _last_name(known: Annotation, name: str, was: Entity | StaticEntity | Attribute | None) -> Annotation:
    """With its first name, and the one that the version which runs has for it where that is not how it is called
    here, ``name``; what no version knows any more keeps its annotation."""
    if was is None:
        return known
    return replace(known, key=was.key, name="" if physical(was.name) == name else was.name)


def _retargeted(builder: PlanBuilder, table: str, old: Column, new: Column) -> None:
    """Allowed while nothing is held. Until the version that runs has gone nobody may write the column: what it wrote
    could not be told from what the new one writes."""
    element, name = builder.names(table, old.name), quoted(old.name)
    message = _mistaken(builder.meant(builder.holds(table, old.name)), builder.meant(new.annotation.refers))
    hint = "add a new attribute and fill it from this one, or first empty this one in a version that has it as before"
    builder.checks.append(
        rows.where(rows.Subject(table, element, (EXPAND,)), name, f"{name} IS NOT NULL", message, hint)
    )
    guard = keeps_empty(table, old.name)
    if builder.comes_back(table, old.name) or guard.name in {one.name for one in builder.live[table].checks}:
        return
    builder.add(
        steps.AddCheck(EXPAND, table, guard.name, guard.expression, element=element),
        steps.Validate(EXPAND, table, guard.name, element=element),
        steps.DropConstraint(TIGHTEN, table, guard.name, element=element, early=True),
    )


def _mistaken(before: str, now: str) -> Sentence:
    """What would become of the values; an entity's name, or empty for what is no reference."""
    if not before:
        one, many = (f"an identifier of {now}", f"identifiers of {now}") if now else ("a plain value", "plain values")
        return Sentence(
            f"1 row holds a value that would be taken for {one}",
            f"{{count}} rows hold values that would be taken for {many}",
        )
    if not now:
        return Sentence(
            f"1 row refers to {before}; its identifier would become a plain value",
            f"{{count}} rows refer to {before}; their identifiers would become plain values",
        )
    if before == now:
        before, now = f"{before} as it was", f"another {now}"
    mistaken = f"to {before}; the same identifiers would mean others in {now}"
    return Sentence(f"1 row refers {mistaken}", f"{{count}} rows refer {mistaken}")
