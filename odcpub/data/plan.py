"""The migration plan: for each difference what happens, when, what must hold of the rows, or why not. No I/O.

``expand`` runs while the old version serves and never breaks it: it adds, widens, loosens. ``tighten`` runs when
that version has gone and holds only what the new version obeys. Nothing that holds values is ever dropped: what the
model no longer names stays, unseen, and comes back with its values. The table of decisions is docs/data.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from odcpub.data import diff, rows, rules, steps
from odcpub.data.ambiguities import ambiguities
from odcpub.data.annotating import annotate
from odcpub.data.builder import PlanBuilder
from odcpub.data.carried_over import carried_over
from odcpub.data.casts import cast
from odcpub.data.fingerprint import fingerprint, target_fingerprint
from odcpub.data.literals import MOMENTS, quoted
from odcpub.data.locks import HazardKind
from odcpub.data.migration import MigrationPlan, Sentence
from odcpub.data.names import Names
from odcpub.data.phases import EXPAND, TIGHTEN, Phase
from odcpub.data.said import fits, mandatory
from odcpub.data.schema import Column, Schema
from odcpub.data.steps.order import order
from odcpub.model.elements import Asset


def plan_migration(
    live: Schema | None,
    target: Schema,
    *,
    asset: Asset,
    previous: Asset | None = None,
    runs: Asset | None = None,
    not_valid: Collection[str] = (),
) -> MigrationPlan:
    """How ``live`` becomes ``target``.

    ``asset`` is the model of the target, for words and for what is asked. ``previous`` is the model that the stage
    runs, given when the author can still answer "renamed?" (publish), None where the answer stands already (promote,
    rollback).
    ``runs`` is the same model in either case. ``not_valid``: names of references that hold for new rows alone, since
    row checks have found rows that are spared.
    """
    builder = PlanBuilder(
        {table.name: table for table in live.tables} if live is not None else {},
        {table.name: table for table in target.tables},
        Names(asset, runs or previous),
        runs,
        not_valid,
    )
    builder.refusals += ambiguities(asset, previous, builder.live, runs)
    for difference in diff.differences(live, target):
        _DECISIONS[type(difference)](builder, difference)
    annotate(builder)
    return MigrationPlan(
        fingerprint(live),
        target_fingerprint(target),
        tuple(sorted(builder.steps, key=order)),
        tuple(check for check in builder.checks if check.element not in builder.retyped),
        tuple(builder.refusals),
        (*builder.warnings, *_kept(asset, previous)),
        tuple(builder.notices),
        carried_over(asset, runs, builder.live),
    )


def _table_added(builder: PlanBuilder, found: diff.TableAdded) -> None:
    table, element = found.table, builder.names(found.table.name)
    checks = tuple(steps.Clause(check.name, check.expression) for check in table.checks)
    builder.add(steps.CreateTable(EXPAND, table.name, table.columns, checks, element=element))
    for key in table.foreign_keys:
        builder.add(replace(rules.new_reference(builder, EXPAND, table.name, key), validated=True))
    for index in table.indexes:
        builder.add(steps.CreateIndex(EXPAND, table.name, index.name, index.columns, index.unique, element=element))
    for rule in table.file_rules:
        rules.file_rule_added(builder, diff.FileRuleAdded(table.name, rule))
    if table.records:
        rules.records_changed(builder, diff.RecordsChanged(table.name, table.records))


def _table_kept(builder: PlanBuilder, found: diff.TableKept) -> None:
    # Rows that nobody sees must not stand in the way of deleting rows that are seen: the values stay, the rule goes.
    for key in found.references:
        rules.drop_reference(builder, found.table, key, builder.names(found.table))


def _kind_changed(builder: PlanBuilder, found: diff.KindChanged) -> None:
    was = "a static entity" if found.was_static else "an entity"
    builder.refusals.append(
        f"{builder.names(found.table)}: its key belonged to {was}: rows of the one are no records of the other; "
        "give the new one another name or key"
    )


def _column_added(builder: PlanBuilder, found: diff.ColumnAdded) -> None:
    table, column, element = found.table, found.column, builder.names(found.table, found.column.name)
    if not column.nullable and column.default is None:
        _mandatory_without_default(builder, table, column, element)
    elif column.nullable and column.default in MOMENTS:
        # A moment of migration is no value that anybody entered: older rows stay without one.
        bare = replace(column, default=None)
        builder.add(steps.AddColumn(EXPAND, table, bare, element=element))
        builder.add(steps.SetDefault(EXPAND, table, column.name, column.default, element=element))
    else:
        builder.add(steps.AddColumn(EXPAND, table, column, element=element))


def _mandatory_without_default(builder: PlanBuilder, table: str, column: Column, element: str) -> None:
    new = "it is new and mandatory"
    builder.checks.append(
        rows.any_row(
            table,
            element,
            Sentence(f"{new}, and 1 row has no value for it", f"{new}, and {{count}} rows have no value for it"),
            "give it a default, or publish it as optional, fill it in, then make it mandatory",
        )
    )
    builder.checks.append(rows.empty(table, column.name, element, (TIGHTEN,)))
    builder.add(steps.AddColumn(EXPAND, table, replace(column, nullable=True), element=element))
    builder.add(steps.SetNotNull(TIGHTEN, table, column.name, element=element, rule=mandatory(element)))


def _column_kept(builder: PlanBuilder, found: diff.ColumnKept) -> None:
    # The new version does not name it, and its default goes: it must be allowed to stay empty. What an administrator
    # added is as it was.
    column = found.column
    bare = column.default is None or builder.loses_default(found.table, column.name)
    if not column.nullable and bare and not column.identity:
        element = builder.names(found.table, column.name)
        builder.add(steps.DropNotNull(EXPAND, found.table, column.name, element=element))


def _type_changed(builder: PlanBuilder, found: diff.TypeChanged) -> None:
    element = builder.names(found.table, found.new.name)
    types = f"{found.old.type} → {found.new.type}"
    how = cast(found.old.type, found.new.type) if found.old.identity == found.new.identity else None
    if how is None:
        builder.retyped.add(element)
        builder.refusals.append(
            f"{element}: {types} is refused: values could be lost or change their meaning; "
            "add a new attribute, fill it from this one, then drop this one"
        )
        return
    builder.hold(element, found.old.used_by, f"{types}: a type is changed under nothing that uses it")
    if how.loss:
        builder.checks.append(rows.losing(found.table, found.new.name, how.loss, element, types))
    if how.between:
        between = replace(found.old, type=how.between)
        builder.add(_alter_type(EXPAND, found.table, found.old, between, element))
    if how.phase == EXPAND:
        # The default is as it was: what becomes of it follows, and the version that still serves may need it.
        step = _alter_type(EXPAND, found.table, found.old, replace(found.old, type=found.new.type), element)
    else:
        guard = f"NOT ({how.loss})".replace("{column}", quoted(found.new.name)) if how.loss else ""
        step = _alter_type(TIGHTEN, found.table, found.old, found.new, element)
        step = replace(step, guard=guard, rule=fits(element, found.new.type))
    builder.add(step)
    builder.notices += [rows.rewritten(step) for one in step.hazards if one.kind is HazardKind.REWRITES_TABLE]


def _alter_type(phase: Phase, table: str, old: Column, new: Column, element: str) -> steps.AlterType:
    had_default, how = old.default is not None or new.default is not None, cast(old.type, new.type)
    return steps.AlterType(
        phase, table, new.name, old.type, new.type, new.default, had_default,
        rewrites=how is not None and how.rewrites, element=element,
    )  # fmt: skip


def _default_changed(builder: PlanBuilder, found: diff.DefaultChanged) -> None:
    # What becomes mandatory without a default still needs it for the inserts of the old version.
    phase: Phase = TIGHTEN if found.new.default is None and not found.new.nullable else EXPAND
    element = builder.names(found.table, found.new.name)
    builder.add(steps.SetDefault(phase, found.table, found.new.name, found.new.default, element=element))


def _mandatory_changed(builder: PlanBuilder, found: diff.MandatoryChanged) -> None:
    element = builder.names(found.table, found.new.name)
    if found.new.nullable:
        builder.add(steps.DropNotNull(EXPAND, found.table, found.new.name, element=element))
        builder.warnings.append(f"{element}: it may be empty from now on, also for the version that still serves")
        return
    back = builder.comes_back(found.table, found.new.name) or builder.retargeted(found.table, found.new.name)
    builder.checks.append(rows.empty(found.table, found.new.name, element, back=back))
    builder.add(steps.SetNotNull(TIGHTEN, found.table, found.new.name, element=element, rule=mandatory(element)))


def _kept(asset: Asset, previous: Asset | None) -> tuple[str, ...]:
    """A line for everything that this revision drops from the model, and that stays with its values."""
    if previous is None:
        return ()
    now = {entity.key: entity for entity in asset.entities}
    lines = [f"{entity.name}: gone from the model; its rows are kept" for entity in previous.entities
             if entity.key not in now]  # fmt: skip
    for entity in previous.entities:
        if entity.key not in now or now[entity.key] is entity:
            continue
        keys = {attribute.key for attribute in now[entity.key].attributes}
        for attribute in entity.attributes:
            if attribute.key not in keys:
                lines.append(f"{entity.name}.{attribute.name}: gone from the model; its values are kept")
    return tuple(lines)


_DECISIONS: Mapping[type, Callable[[PlanBuilder, Any], None]] = {
    diff.TableAdded: _table_added,
    diff.TableKept: _table_kept,
    diff.KindChanged: _kind_changed,
    diff.ColumnAdded: _column_added,
    diff.ColumnKept: _column_kept,
    diff.TypeChanged: _type_changed,
    diff.DefaultChanged: _default_changed,
    diff.MandatoryChanged: _mandatory_changed,
    diff.ReferenceAdded: rules.reference_added,
    diff.RuleChanged: rules.rule_changed,
    diff.ReferenceDropped: rules.reference_dropped,
    diff.CheckAdded: rules.check_added,
    diff.CheckChanged: rules.check_changed,
    diff.CheckDropped: rules.check_dropped,
    diff.RuleNotValid: rules.rule_not_valid,
    diff.IndexAdded: rules.index_added,
    diff.IndexRenamed: rules.index_renamed,
    diff.IndexDropped: rules.index_dropped,
    diff.FileRuleAdded: rules.file_rule_added,
    diff.RecordsChanged: rules.records_changed,
    diff.RecordsRemoved: rules.records_removed,
}
