"""The migration plan: for each difference what happens, when, what must hold of the rows, or why not. No I/O.

``expand`` runs while the old version serves and never breaks it: it adds, widens, loosens. ``tighten`` runs when
that version has gone and holds only what the new version obeys. Nothing that holds values is ever dropped: what the
model no longer names stays, unseen, and comes back with its values. The table of decisions is docs/data.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from odcpub.data import diff, rows, steps
from odcpub.data.casts import cast
from odcpub.data.fingerprint import fingerprint, target_fingerprint
from odcpub.data.literals import quoted
from odcpub.data.literals import text as literal
from odcpub.data.migration import EXPAND, TIGHTEN, MigrationPlan, RowCheck, Step
from odcpub.data.names import Names
from odcpub.data.questions import questions
from odcpub.data.schema import Check, Column, Schema, Table
from odcpub.model.elements import Asset


@dataclass(slots=True)
class _Draft:
    """A plan in the making: what both schemas say, and what has been decided so far."""

    live: Mapping[str, Table]
    target: Mapping[str, Table]
    names: Names
    steps: list[Step] = field(default_factory=list)
    checks: list[RowCheck] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notices: list[RowCheck] = field(default_factory=list)

    def live_column(self, table: str, column: str) -> Column | None:
        columns = self.live[table].columns if table in self.live else ()
        return next((there for there in columns if there.name == column), None)

    def is_new(self, table: str, column: str) -> bool:
        return self.live_column(table, column) is None


def plan_migration(
    live: Schema | None, target: Schema, *, asset: Asset, previous: Asset | None = None
) -> MigrationPlan:
    """How ``live`` becomes ``target``.

    ``asset`` is the model of the target, for words and questions. ``previous`` is the model that the stage runs, given
    when the author can still answer "renamed?" (publish), None where the answer stands already (promote, rollback).
    """
    draft = _Draft(
        {table.name: table for table in live.tables} if live is not None else {},
        {table.name: table for table in target.tables},
        Names(asset, previous),
    )
    draft.refusals += questions(asset, previous)
    for difference in diff.differences(live, target):
        _DECISIONS[type(difference)](draft, difference)
    return MigrationPlan(
        fingerprint(live),
        target_fingerprint(target),
        tuple(sorted(draft.steps, key=steps.order)),
        tuple(draft.checks),
        tuple(draft.refusals),
        (*draft.warnings, *_kept(asset, previous)),
        tuple(draft.notices),
    )


def _table_added(draft: _Draft, found: diff.TableAdded) -> None:
    table, element = found.table, draft.names(found.table.name)
    draft.steps.append(steps.create_table(table, element))
    for key in table.foreign_keys:
        words = draft.names(table.name, key.column)
        draft.steps.append(steps.add_foreign_key(EXPAND, table.name, key, words, validated=True))
    for index in table.indexes:
        draft.steps.append(steps.create_index(EXPAND, table.name, index, element, concurrent=False))
    if table.records:
        draft.steps.append(steps.upsert_records(table.name, table.records, element))


def _table_kept(draft: _Draft, found: diff.TableKept) -> None:
    # Rows that nobody sees must not stand in the way of deleting rows that are seen: the values stay, the rule goes.
    for key in found.references:
        draft.steps.append(steps.drop_constraint(EXPAND, found.table, key.name, draft.names(found.table)))


def _kind_changed(draft: _Draft, found: diff.KindChanged) -> None:
    was = "a static entity" if found.was_static else "an entity"
    draft.refusals.append(
        f"{draft.names(found.table)}: its key belonged to {was}: rows of the one are no records of the other; "
        "give the new one another name or key"
    )


def _column_added(draft: _Draft, found: diff.ColumnAdded) -> None:
    table, column, element = found.table, found.column, draft.names(found.table, found.column.name)
    if not column.nullable and column.default is None:
        _mandatory_without_default(draft, table, column, element)
    elif column.nullable and column.default is not None and "now()" in column.default:
        # A moment of migration is no value that anybody entered: older rows stay without one.
        bare = Column(column.name, column.type)
        draft.steps.append(steps.add_column(table, bare, element))
        draft.steps.append(steps.set_default(EXPAND, table, column, element))
    else:
        draft.steps.append(steps.add_column(table, column, element))


def _mandatory_without_default(draft: _Draft, table: str, column: Column, element: str) -> None:
    draft.checks.append(
        rows.any_row(
            table,
            element,
            f"{element}: it is new and mandatory, and {{count}} rows have no value for it",
            "Give it a default, or publish it as optional first, fill it in, and make it mandatory then.",
        )
    )
    draft.checks.append(rows.empty(table, column.name, element, (TIGHTEN,)))
    draft.steps.append(steps.add_column(table, Column(column.name, column.type), element))
    draft.steps.append(steps.set_not_null(TIGHTEN, table, column.name, element))


def _column_kept(draft: _Draft, found: diff.ColumnKept) -> None:
    # The new version does not name it: with a default the database fills it in, without one it must be allowed to
    # stay empty.
    column = found.column
    if not column.nullable and column.default is None and not column.identity:
        element = draft.names(found.table, column.name)
        draft.steps.append(steps.drop_not_null(found.table, column.name, element))


def _type_changed(draft: _Draft, found: diff.TypeChanged) -> None:
    element = draft.names(found.table, found.new.name)
    types = f"{found.old.type} → {found.new.type}"
    how = cast(found.old.type, found.new.type) if found.old.identity == found.new.identity else None
    if how is None:
        draft.refusals.append(
            f"{element}: {types} is refused: values could be lost or change their meaning; "
            "add a new attribute, fill it from this one, then drop this one"
        )
        return
    if how.loss:
        draft.checks.append(rows.losing(found.table, found.new.name, how.loss, element, types))
    if how.rewrites:
        draft.notices.append(_rewrite(found.table, element, types))
    guard = f"NOT ({how.loss})".replace("{column}", quoted(found.new.name)) if how.loss else ""
    draft.steps.append(steps.alter_type(how.phase, found.table, found.old, found.new, guard, element))


def _rewrite(table: str, element: str, types: str) -> RowCheck:
    message = f"{element}: {types} rewrites the table's {{count}} rows; it is locked meanwhile"
    return rows.where(table, "''", "true", element, message, "Publish when few people use the app.")


def _default_changed(draft: _Draft, found: diff.DefaultChanged) -> None:
    # What becomes mandatory without a default still needs it for the inserts of the old version.
    phase = TIGHTEN if found.new.default is None and not found.new.nullable else EXPAND
    element = draft.names(found.table, found.new.name)
    draft.steps.append(steps.set_default(phase, found.table, found.new, element))


def _mandatory_changed(draft: _Draft, found: diff.MandatoryChanged) -> None:
    element = draft.names(found.table, found.new.name)
    if found.new.nullable:
        draft.steps.append(steps.drop_not_null(found.table, found.new.name, element))
        draft.warnings.append(f"{element}: it may be empty from now on, also for the version that still serves")
        return
    draft.checks.append(rows.empty(found.table, found.new.name, element))
    draft.steps.append(steps.set_not_null(TIGHTEN, found.table, found.new.name, element))


def _reference_added(draft: _Draft, found: diff.ReferenceAdded) -> None:
    table, key = found.table, found.key
    element = draft.names(table, key.column)
    new = draft.is_new(table, key.column)
    draft.steps.append(
        steps.add_foreign_key(EXPAND if new else TIGHTEN, table, key, element, validated=False)
    )  # fmt: skip
    draft.steps.append(steps.validate(TIGHTEN, table, key.name, element))
    if new:
        return
    if found.retargeted is not None:
        old, now = draft.names(found.retargeted.target), draft.names(key.target)
        draft.checks.append(
            rows.where(
                table,
                quoted(key.column),
                f"{quoted(key.column)} IS NOT NULL",
                element,
                f"{element}: {{count}} rows refer to {old}; the same identifiers would mean others in {now}",
                "Add a new attribute for the new reference, fill it, then drop this one.",
                (EXPAND,),
            )
        )
        return
    draft.checks.append(_orphans(draft, table, key.column, key.target, element))


def _orphans(draft: _Draft, table: str, column: str, target: str, element: str) -> RowCheck:
    wanted, there = draft.target[target], draft.live.get(target)
    if wanted.static:
        records = (*wanted.records, *(there.records if there is not None else ()))
        return rows.orphans(table, column, target, sorted({record[0] for record in records}), element)
    return rows.orphans(table, column, target if there is not None else None, None, element)


def _rule_changed(draft: _Draft, found: diff.RuleChanged) -> None:
    # A stricter rule protects at once; one that deletes or empties waits until nobody relies on the protection.
    element = draft.names(found.table, found.new.column)
    phase = EXPAND if found.new.on_delete == "NO ACTION" else TIGHTEN
    draft.steps.append(steps.drop_constraint(phase, found.table, found.old.name, element))
    draft.steps.append(steps.add_foreign_key(phase, found.table, found.new, element, validated=False))
    draft.steps.append(steps.validate(TIGHTEN, found.table, found.new.name, element))
    if found.new.on_delete == "CASCADE":
        target = draft.names(found.new.target)
        draft.warnings.append(f"{element}: deleting a {target} deletes the rows that refer to it from now on")


def _reference_dropped(draft: _Draft, found: diff.ReferenceDropped) -> None:
    element = draft.names(found.table, found.key.column)
    draft.steps.append(steps.drop_constraint(EXPAND, found.table, found.key.name, element))


def _check_added(draft: _Draft, found: diff.CheckAdded) -> None:
    table, check = found.table, found.check
    column = _column_of(draft.target[table], check)
    element = draft.names(table, column)
    new = draft.is_new(table, column)
    draft.steps.append(steps.add_check(EXPAND if new else TIGHTEN, table, check, element))
    draft.steps.append(steps.validate(TIGHTEN, table, check.name, element))
    if not new:
        draft.checks.append(rows.breaking(table, column, check.expression, element))


def _column_of(table: Table, check: Check) -> str:
    """The column a check is about: every check speaks of one, and names it first or as an argument."""
    found = [column.name for column in table.columns if quoted(column.name) in check.expression.partition(" ")[0]]
    return max(found, key=len)


def _check_dropped(draft: _Draft, found: diff.CheckDropped) -> None:
    draft.steps.append(steps.drop_constraint(EXPAND, found.table, found.check.name, draft.names(found.table)))


def _rule_unchecked(draft: _Draft, found: diff.RuleUnchecked) -> None:
    table, rule = found.table, found.rule
    if isinstance(rule, Check):
        column = _column_of(draft.target[table], rule)
        element = draft.names(table, column)
        draft.checks.append(rows.breaking(table, column, rule.expression, element))
    else:
        element = draft.names(table, rule.column)
        draft.checks.append(_orphans(draft, table, rule.column, rule.target, element))
    draft.steps.append(steps.validate(TIGHTEN, table, rule.name, element))


def _index_added(draft: _Draft, found: diff.IndexAdded) -> None:
    table, index = found.table, found.index
    element = draft.names(table)
    draft.steps.append(steps.create_index(TIGHTEN, table, index, element, concurrent=True))
    if not index.unique:
        return
    words = [draft.names(table, column).rpartition(".")[2] for column in index.columns]
    element = f"{element} ({', '.join(words)})"
    names = [quoted(column) for column in index.columns]
    draft.checks.append(rows.duplicates(table, words, names, element, (TIGHTEN,)))
    today = [_today(draft, table, column) for column in index.columns]
    known = [expression for expression in today if expression is not None]
    if len(known) == len(today):
        draft.checks.append(rows.duplicates(table, words, known, element, (EXPAND,)))


def _today(draft: _Draft, table: str, column: str) -> str | None:
    """What a column holds before the migration as an expression; None: it is new and will be empty."""
    if not draft.is_new(table, column):
        return quoted(column)
    new = next(there for there in draft.target[table].columns if there.name == column)
    if new.default is None or (new.nullable and "now()" in new.default):
        return None
    return f"({new.default})::{new.type}"


def _index_dropped(draft: _Draft, found: diff.IndexDropped) -> None:
    unique = found.index.unique
    phase = EXPAND if unique else TIGHTEN
    draft.steps.append(
        steps.drop_index(phase, found.table, found.index, draft.names(found.table), concurrent=not unique)
    )  # fmt: skip


def _records_changed(draft: _Draft, found: diff.RecordsChanged) -> None:
    draft.steps.append(steps.upsert_records(found.table, found.records, draft.names(found.table)))


def _records_removed(draft: _Draft, found: diff.RecordsRemoved) -> None:
    element = draft.names(found.table)
    draft.steps.append(steps.deactivate_records(found.table, found.records, element))
    keys = ", ".join(literal(record[0]) for record in found.records)
    for table in draft.live.values():
        for key in table.foreign_keys:
            if key.target == found.table and table.name in draft.target:
                words = draft.names(table.name, key.column)
                message = f"{words}: {{count}} rows still refer to records that {element} no longer has; they stay"
                condition = f"{quoted(key.column)} IN ({keys})"
                draft.notices.append(
                    rows.where(table.name, quoted(key.column), condition, words, message, "Choose others in them.")
                )


def _kept(asset: Asset, previous: Asset | None) -> tuple[str, ...]:
    """A line for everything that this revision drops from the model, and that stays with its values."""
    if previous is None:
        return ()
    now = {entity.key: entity for entity in asset.entities}
    lines = [f"{entity.name}: gone from the model; its rows are kept" for entity in previous.entities
             if entity.key not in now]  # fmt: skip
    for entity in previous.entities:
        keys = {attribute.key for attribute in now[entity.key].attributes} if entity.key in now else None
        for attribute in entity.attributes:
            if keys is not None and attribute.key not in keys:
                lines.append(f"{entity.name}.{attribute.name}: gone from the model; its values are kept")
    return tuple(lines)


_DECISIONS: Mapping[type, Callable[[_Draft, Any], None]] = {
    diff.TableAdded: _table_added,
    diff.TableKept: _table_kept,
    diff.KindChanged: _kind_changed,
    diff.ColumnAdded: _column_added,
    diff.ColumnKept: _column_kept,
    diff.TypeChanged: _type_changed,
    diff.DefaultChanged: _default_changed,
    diff.MandatoryChanged: _mandatory_changed,
    diff.ReferenceAdded: _reference_added,
    diff.RuleChanged: _rule_changed,
    diff.ReferenceDropped: _reference_dropped,
    diff.CheckAdded: _check_added,
    diff.CheckDropped: _check_dropped,
    diff.RuleUnchecked: _rule_unchecked,
    diff.IndexAdded: _index_added,
    diff.IndexDropped: _index_dropped,
    diff.RecordsChanged: _records_changed,
    diff.RecordsRemoved: _records_removed,
}
