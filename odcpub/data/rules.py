"""What becomes of references, limits, indexes and records. No I/O.

A rule on a column that is new holds at once; one on a column that the old version writes waits for ``tighten``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from odcpub.data import diff, rows, steps
from odcpub.data.draft import Draft
from odcpub.data.limits import loosened
from odcpub.data.literals import MOMENTS, quoted
from odcpub.data.literals import text as literal
from odcpub.data.migration import EXPAND, TIGHTEN, RowCheck, Sentence
from odcpub.data.rule_names import RuleKind
from odcpub.data.said import said
from odcpub.data.schema import Check, ForeignKey, IndexDef, Table
from odcpub.data.target import ON_DELETE, foreign_key
from odcpub.model.elements import DeleteRule


def foreign_key_step(
    draft: Draft,
    phase: str,
    table: str,
    key: ForeignKey,
    *,
    element: str = "",
    rule: str = "",
    soon: bool = False,
    validated: bool = False,
) -> steps.AddForeignKey:
    """A reference for rows that are written from now on; ``validated``: of a table that is new."""
    element = element or draft.names(table, key.column)
    return steps.AddForeignKey(
        phase, table, key.name, key.column, key.target, key.on_delete, validated, element=element, rule=rule, soon=soon
    )


def _validate(draft: Draft, table: str, rule: Check | ForeignKey, words: str) -> steps.Validate:
    element = draft.names(table, rule.column)
    return steps.Validate(TIGHTEN, table, rule.name, _target(rule), element=element, rule=words)


def _drop(
    phase: str, table: str, rule: Check | ForeignKey, element: str, *, soon: bool = False
) -> steps.DropConstraint:
    return steps.DropConstraint(phase, table, rule.name, _target(rule), element=element, soon=soon)


def _target(rule: Check | ForeignKey) -> str:
    """The table that a rule refers to."""
    return rule.target if isinstance(rule, ForeignKey) else ""


def reference_added(draft: Draft, found: diff.ReferenceAdded) -> None:
    table, key = found.table, found.key
    element, rule = draft.names(table, key.column), said(draft.names, table, key)
    new = draft.is_new(table, key.column)
    # What kept the column empty while it was turned goes when the new rule is there.
    turning = draft.turning(table, key.column)
    draft.add(foreign_key_step(draft, EXPAND if new and not turning else TIGHTEN, table, key, rule=rule, soon=turning))
    if key.name in draft.unchecked:
        draft.notices.append(rows.spared(_orphans(draft, table, key, element, EXPAND, key.name)))
        return
    draft.add(_validate(draft, table, key, rule))
    if new:
        return
    if not draft.retargeted(table, key.column):
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
    # A rule that keeps more of the rows holds at once; one that keeps less waits until nobody relies on the other.
    element, rule = draft.names(found.table, found.new.column), said(draft.names, found.table, found.new)
    phase = EXPAND if diff.kept(found.new) > diff.kept(found.old) else TIGHTEN
    draft.add(
        _drop(phase, found.table, found.old, element),
        foreign_key_step(draft, phase, found.table, found.new, rule=rule),
        _validate(draft, found.table, found.new, rule),
    )
    if found.new.on_delete == "CASCADE":
        target = draft.names(found.new.target)
        draft.warnings.append(f"{element}: deleting a {target} deletes the rows that refer to it from now on")


def reference_dropped(draft: Draft, found: diff.ReferenceDropped) -> None:
    table, column = found.table, found.key.column
    element = draft.names(table, column)
    if draft.retargeted(table, column) or any(key.column == column for key in draft.target[table].foreign_keys):
        # Nothing is held, or it is one too many, which a migration left half way.
        draft.add(_drop(EXPAND, table, found.key, element))
    else:
        release(draft, table, found.key, element)


def release(draft: Draft, table: str, key: ForeignKey, element: str) -> None:
    """A reference that nobody sees any more goes with the version that does: if the new one never comes, that one
    serves on and needs it. Until then no row is deleted or emptied by it, since the new version can't tell of that."""
    keeping = foreign_key(table, key.column, key.target, ON_DELETE[DeleteRule.PROTECT])
    if diff.kept(key) < diff.kept(keeping):
        draft.add(_drop(EXPAND, table, key, element), foreign_key_step(draft, EXPAND, table, keeping, element=element))
        key = keeping
    rule = f"{element} holds nothing back any more"
    draft.add(replace(_drop(TIGHTEN, table, key, element, soon=True), rule=rule))


def check_added(draft: Draft, found: diff.CheckAdded) -> None:
    table, check = found.table, found.check
    element, rule = draft.names(table, check.column), said(draft.names, table, check)
    # The type has kept its values as short so far, and no longer does.
    new = draft.is_new(table, check.column) or (
        check.kind is RuleKind.MAX_LENGTH and _bounded(draft.live, table, check)
    )
    soon = check.kind is RuleKind.KNOWN and draft.turning(table, check.column)
    phase = EXPAND if new and not soon else TIGHTEN
    draft.add(steps.AddCheck(phase, table, check.name, check.expression, element=element, rule=rule, soon=soon))
    draft.add(_validate(draft, table, check, rule))
    if not new:
        draft.checks += _breaking(draft, table, check)


def _bounded(tables: Mapping[str, Table], table: str, check: Check) -> bool:
    """Whether the very type of the check's column limits the length of its values."""
    columns = tables[table].columns if table in tables else ()
    return any(one.name == check.column and one.type.startswith("character varying(") for one in columns)


def _breaking(draft: Draft, table: str, check: Check) -> list[RowCheck]:
    element = draft.names(table, check.column)
    if check.kind is not RuleKind.KNOWN:
        return [rows.breaking(table, check.column, check.expression, element)]
    if draft.retargeted(table, check.column):
        return []  # Any value at all is refused already.
    refers = next(column.note.refers for column in draft.target[table].columns if column.name == check.column)
    return [rows.unknown(table, check.column, check.expression, element, draft.meant(refers))]


def check_changed(draft: Draft, found: diff.CheckChanged) -> None:
    """The limit is loosened at once to what either version writes, and tightened when the old one has gone: what both
    versions forbid is refused all the time."""
    table, old, new = found.table, found.old, found.new
    element, rule = draft.names(table, new.column), said(draft.names, table, new)
    wide = loosened(old, new, table)
    if wide is not None:
        draft.add(*(_drop(EXPAND, table, one, element) for one in old if one.name != wide.name))
        if wide.name not in {one.name for one in old}:
            draft.add(steps.AddCheck(EXPAND, table, wide.name, wide.expression, element=element))
        old = (wide,)
    if wide is None or wide.name != new.name:
        draft.add(steps.AddCheck(TIGHTEN, table, new.name, new.expression, element=element, rule=rule))
        draft.add(*(_drop(TIGHTEN, table, one, element) for one in old))
    draft.add(_validate(draft, table, new, rule))
    draft.checks += _breaking(draft, table, new)


def check_dropped(draft: Draft, found: diff.CheckDropped) -> None:
    # What keeps a column empty while it is turned does so until the old version has gone; what limits a length, until
    # the type does.
    table, check = found.table, found.check
    late = check.kind is RuleKind.MAX_LENGTH and _bounded(draft.target, table, check)
    soon = check.kind is RuleKind.EMPTY
    draft.add(_drop(TIGHTEN if late or soon else EXPAND, table, check, draft.names(table), soon=soon))


def rule_unchecked(draft: Draft, found: diff.RuleUnchecked) -> None:
    table, rule = found.table, found.rule
    element = draft.names(table, rule.column)
    if isinstance(rule, Check):
        draft.checks += _breaking(draft, table, rule)
    else:
        now, later = (_orphans(draft, table, rule, element, phase, rule.name) for phase in rows.BOTH)
        if rule.name in draft.unchecked:
            draft.notices.append(rows.spared(now))
            return
        draft.checks += [now, later]
    draft.add(_validate(draft, table, rule, said(draft.names, table, rule)))


def index_added(draft: Draft, found: diff.IndexAdded) -> None:
    table, index = found.table, found.index
    element = draft.names(table)
    words = [draft.names(table, column).rpartition(".")[2] for column in index.columns]
    rule = f"{element} ({', '.join(words)}) is unique" if index.unique else ""
    soon = index.unique and _implied(draft, table, index)
    draft.add(
        steps.CreateIndex(
            TIGHTEN, table, index.name, index.columns, index.unique, True, element=element, rule=rule, soon=soon
        )
    )
    if soon or not index.unique:
        return
    element = f"{element} ({', '.join(words)})"
    names = [quoted(column) for column in index.columns]
    draft.checks.append(rows.duplicates(table, words, names, element, (TIGHTEN,)))
    today = [_today(draft, table, column) for column in index.columns]
    known = [expression for expression in today if expression is not None]
    if len(known) == len(today):
        draft.checks.append(rows.duplicates(table, words, known, element, (EXPAND,)))


def _unique(draft: Draft, table: str) -> list[IndexDef]:
    """The unique indexes of ours that the database has in force."""
    return [one for one in draft.live[table].indexes if one.unique and one.valid and one.own]


def _implied(draft: Draft, table: str, index: IndexDef) -> bool:
    """Whether the rows are unique in this way already, since they are in fewer columns."""
    return any(set(one.columns) <= set(index.columns) for one in _unique(draft, table))


def _today(draft: Draft, table: str, column: str) -> str | None:
    """What a column holds before the migration as an expression; None: it is new and will be empty."""
    if not draft.is_new(table, column):
        return quoted(column)
    new = next(there for there in draft.target[table].columns if there.name == column)
    if new.default is None or (new.nullable and new.default in MOMENTS):
        return None
    return f"({new.default})::{new.type}"


def index_renamed(draft: Draft, found: diff.IndexRenamed) -> None:
    element = draft.names(found.table)
    draft.add(steps.RenameIndex(EXPAND, found.table, found.old.name, found.new.name, element=element))


def index_dropped(draft: Draft, found: diff.IndexDropped) -> None:
    """A unique one is a rule of the version that serves, which keeps it if the new one never comes. It may be what one
    of the new version's was so far: it goes when all of the table's are there, which rows may stand in the way of."""
    table, index = found.table, found.index
    words = ", ".join(draft.names(table, column).rpartition(".")[2] for column in index.columns)
    rule = f"{draft.names(table)} ({words}) is unique no longer" if index.unique else ""
    there = {diff.says(one) for one in _unique(draft, table)}
    coming = [one for one in draft.target[table].indexes if one.unique and diff.says(one) not in there]
    waits = not index.unique or any(not _implied(draft, table, one) for one in coming)
    draft.add(steps.DropIndex(TIGHTEN, table, index.name, element=draft.names(table), rule=rule, soon=not waits))


def file_rule_added(draft: Draft, found: diff.FileRuleAdded) -> None:
    # At once: the version that still serves knows nothing of names.
    table, rule = found.table, found.rule
    draft.add(steps.AddFileRule(EXPAND, table, rule.name, rule.column, element=draft.names(table, rule.column)))


def records_changed(draft: Draft, found: diff.RecordsChanged) -> None:
    draft.add(steps.UpsertRecords(EXPAND, found.table, found.records, element=draft.names(found.table)))


def records_removed(draft: Draft, found: diff.RecordsRemoved) -> None:
    element = draft.names(found.table)
    removed = tuple(record[0] for record in found.records)
    draft.add(steps.DeactivateRecords(EXPAND, found.table, removed, element=element))
    keys = ", ".join(literal(key) for key in removed)
    for table in draft.live.values():
        for key in table.foreign_keys:
            if key.target == found.table and table.name in draft.target:
                words = draft.names(table.name, key.column)
                gone = f"to records that {element} no longer has; they stay"
                message = Sentence(f"1 row refers {gone}", f"{{count}} rows refer {gone}")
                condition = f"{quoted(key.column)} IN ({keys})"
                draft.notices.append(
                    rows.where(table.name, quoted(key.column), condition, words, message, "Choose others in them.")
                )
