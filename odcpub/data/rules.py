"""What becomes of references, limits, indexes and records. No I/O.

A rule on a column that is new holds at once; one on a column that the old version writes waits for ``tighten``.
"""

from __future__ import annotations

from odcpub.data import diff, rows, steps
from odcpub.data.draft import Draft
from odcpub.data.literals import MOMENTS, quoted
from odcpub.data.literals import text as literal
from odcpub.data.migration import EXPAND, TIGHTEN, RowCheck
from odcpub.data.schema import Check, ForeignKey, Table


def reference_added(draft: Draft, found: diff.ReferenceAdded) -> None:
    table, key = found.table, found.key
    element = draft.names(table, key.column)
    new = draft.is_new(table, key.column)
    draft.steps.append(
        steps.add_foreign_key(EXPAND if new else TIGHTEN, table, key, element, validated=False)
    )  # fmt: skip
    if key.name in draft.unchecked:
        draft.notices.append(rows.spared(_orphans(draft, table, key, element, EXPAND, key.name)))
        return
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
                f"{{count}} {{row refers|rows refer}} to {old}; the same identifiers would mean others in {now}",
                "Add a new attribute for the new reference, fill it, then drop this one.",
                (EXPAND,),
            )
        )
    else:
        back = draft.comes_back(table, key.column)
        draft.checks.append(_orphans(draft, table, key, element, EXPAND, key.name if back else ""))
    draft.checks.append(_orphans(draft, table, key, element, TIGHTEN))


def _orphans(draft: Draft, table: str, key: ForeignKey, element: str, phase: str, spares: str = "") -> RowCheck:
    column, target = key.column, key.target
    wanted, there = draft.target[target], draft.live.get(target)
    if wanted.static:
        records = (*wanted.records, *(there.records if there is not None else ()))
        return rows.orphans(table, column, target, sorted({record[0] for record in records}), element, (phase,), spares)
    known = there is not None or phase == TIGHTEN
    return rows.orphans(table, column, target if known else None, None, element, (phase,), spares)


def rule_changed(draft: Draft, found: diff.RuleChanged) -> None:
    # A stricter rule protects at once; one that deletes or empties waits until nobody relies on the protection.
    element = draft.names(found.table, found.new.column)
    phase = EXPAND if found.new.on_delete == "NO ACTION" else TIGHTEN
    draft.steps.append(steps.drop_constraint(phase, found.table, found.old.name, element))
    draft.steps.append(steps.add_foreign_key(phase, found.table, found.new, element, validated=False))
    draft.steps.append(steps.validate(TIGHTEN, found.table, found.new.name, element))
    if found.new.on_delete == "CASCADE":
        target = draft.names(found.new.target)
        draft.warnings.append(f"{element}: deleting a {target} deletes the rows that refer to it from now on")


def reference_dropped(draft: Draft, found: diff.ReferenceDropped) -> None:
    element = draft.names(found.table, found.key.column)
    draft.steps.append(steps.drop_constraint(EXPAND, found.table, found.key.name, element))


def check_added(draft: Draft, found: diff.CheckAdded) -> None:
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


def check_dropped(draft: Draft, found: diff.CheckDropped) -> None:
    draft.steps.append(steps.drop_constraint(EXPAND, found.table, found.check.name, draft.names(found.table)))


def rule_unchecked(draft: Draft, found: diff.RuleUnchecked) -> None:
    table, rule = found.table, found.rule
    if isinstance(rule, Check):
        column = _column_of(draft.target[table], rule)
        element = draft.names(table, column)
        draft.checks.append(rows.breaking(table, column, rule.expression, element))
    else:
        element = draft.names(table, rule.column)
        now, later = (_orphans(draft, table, rule, element, phase, rule.name) for phase in rows.BOTH)
        if rule.name in draft.unchecked:
            draft.notices.append(rows.spared(now))
            return
        draft.checks += [now, later]
    draft.steps.append(steps.validate(TIGHTEN, table, rule.name, element))


def index_added(draft: Draft, found: diff.IndexAdded) -> None:
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


def _today(draft: Draft, table: str, column: str) -> str | None:
    """What a column holds before the migration as an expression; None: it is new and will be empty."""
    if not draft.is_new(table, column):
        return quoted(column)
    new = next(there for there in draft.target[table].columns if there.name == column)
    if new.default is None or (new.nullable and new.default in MOMENTS):
        return None
    return f"({new.default})::{new.type}"


def index_dropped(draft: Draft, found: diff.IndexDropped) -> None:
    unique = found.index.unique
    phase = EXPAND if unique else TIGHTEN
    draft.steps.append(
        steps.drop_index(phase, found.table, found.index, draft.names(found.table), concurrent=not unique)
    )  # fmt: skip


def records_changed(draft: Draft, found: diff.RecordsChanged) -> None:
    draft.steps.append(steps.upsert_records(found.table, found.records, draft.names(found.table)))


def records_removed(draft: Draft, found: diff.RecordsRemoved) -> None:
    element = draft.names(found.table)
    draft.steps.append(steps.deactivate_records(found.table, found.records, element))
    keys = ", ".join(literal(record[0]) for record in found.records)
    for table in draft.live.values():
        for key in table.foreign_keys:
            if key.target == found.table and table.name in draft.target:
                words = draft.names(table.name, key.column)
                message = f"{{count}} {{row refers|rows refer}} to records that {element} no longer has; they stay"
                condition = f"{quoted(key.column)} IN ({keys})"
                draft.notices.append(
                    rows.where(table.name, quoted(key.column), condition, words, message, "Choose others in them.")
                )
