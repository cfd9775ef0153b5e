"""What becomes of references, limits, indexes and records. No I/O.

A rule on a column that is new holds at once; one on a column that the old version writes waits for ``tighten``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from odcpub.data import diff, rows, steps
from odcpub.data.builder import PlanBuilder
from odcpub.data.limits import loosened
from odcpub.data.literals import MOMENTS, quoted
from odcpub.data.literals import text as literal
from odcpub.data.migration import RowCheck, Sentence
from odcpub.data.phases import EXPAND, PHASES, TIGHTEN, Phase
from odcpub.data.rule_names import RuleKind
from odcpub.data.said import said
from odcpub.data.schema import Check, ForeignKey, IndexDef, Table
from odcpub.data.target import ON_DELETE, foreign_key
from odcpub.model.elements import DeleteRule


def new_reference(builder: PlanBuilder, phase: Phase, table: str, key: ForeignKey) -> steps.AddForeignKey:
    """For rows that are written from now on."""
    element = builder.names(table, key.column)
    return steps.AddForeignKey(phase, table, key.name, key.column, key.target, key.on_delete, element=element)


def _validate(builder: PlanBuilder, table: str, rule: Check | ForeignKey, words: str) -> steps.Validate:
    element = builder.names(table, rule.column)
    return steps.Validate(TIGHTEN, table, rule.name, _target(rule), element=element, rule=words)


def _drop(
    phase: Phase, table: str, rule: Check | ForeignKey, element: str, *, early: bool = False
) -> steps.DropConstraint:
    return steps.DropConstraint(phase, table, rule.name, _target(rule), element=element, early=early)


def _target(rule: Check | ForeignKey) -> str:
    """The table that a rule refers to."""
    return rule.target if isinstance(rule, ForeignKey) else ""


def reference_added(builder: PlanBuilder, found: diff.ReferenceAdded) -> None:
    """The reference holds for new rows at first, then for all; rows that refer to nothing are asked for."""
    table, key = found.table, found.key
    rule = said(builder.names, table, key)
    new = builder.is_new(table, key.column)
    # What kept the column empty while it was turned goes when the new rule is there.
    early = builder.turning(table, key.column)
    added = new_reference(builder, EXPAND if new and not early else TIGHTEN, table, key)
    builder.add(replace(added, rule=rule, early=early))
    if key.name in builder.not_valid:
        builder.notices.append(rows.spared(_orphans(builder, table, key, EXPAND, key.name)))
        return
    builder.add(_validate(builder, table, key, rule))
    if new:
        return
    if not builder.retargeted(table, key.column):
        back = builder.comes_back(table, key.column)
        builder.checks.append(_orphans(builder, table, key, EXPAND, key.name if back else ""))
    builder.checks.append(_orphans(builder, table, key, TIGHTEN))


def _orphans(builder: PlanBuilder, table: str, key: ForeignKey, phase: Phase, spares: str = "") -> RowCheck:
    column, target = key.column, key.target
    of = rows.Subject(table, builder.names(table, column), (phase,), spares)
    wanted, there = builder.target[target], builder.live.get(target)
    if wanted.static:
        records = (*wanted.records, *(there.records if there is not None else ()))
        return rows.orphans(of, column, target, sorted({record[0] for record in records}))
    known = there is not None or phase == TIGHTEN
    return rows.orphans(of, column, target if known else None)


def rule_changed(builder: PlanBuilder, found: diff.RuleChanged) -> None:
    """The old reference gives way to the new one, at once or when the version before has ended."""
    # A rule that keeps more of the rows holds at once; one that keeps less waits until nobody relies on the other.
    element, rule = builder.names(found.table, found.new.column), said(builder.names, found.table, found.new)
    phase: Phase = EXPAND if diff.kept(found.new) > diff.kept(found.old) else TIGHTEN
    builder.add(
        _drop(phase, found.table, found.old, element),
        replace(new_reference(builder, phase, found.table, found.new), rule=rule),
        _validate(builder, found.table, found.new, rule),
    )
    if found.new.on_delete == "CASCADE":
        target = builder.names(found.new.target)
        builder.warnings.append(f"{element}: deleting a {target} deletes the rows that refer to it from now on")


def reference_dropped(builder: PlanBuilder, found: diff.ReferenceDropped) -> None:
    """The reference goes; nothing that its column holds is touched."""
    table, column = found.table, found.key.column
    element = builder.names(table, column)
    if builder.retargeted(table, column) or any(key.column == column for key in builder.target[table].foreign_keys):
        # Nothing is held, or it is one too many, which a migration left half way.
        builder.add(_drop(EXPAND, table, found.key, element))
    else:
        drop_reference(builder, table, found.key, element)


def drop_reference(builder: PlanBuilder, table: str, key: ForeignKey, element: str) -> None:
    """A reference that nobody sees any more goes with the version that does: if the new one never comes, that one
    keeps serving and needs it. Until then it deletes or empties no row: the new version can't tell of that."""
    keeping = foreign_key(table, key.column, key.target, ON_DELETE[DeleteRule.PROTECT])
    if diff.kept(key) < diff.kept(keeping):
        builder.add(_drop(EXPAND, table, key, element))
        builder.add(replace(new_reference(builder, EXPAND, table, keeping), element=element))
        key = keeping
    rule = f"{element} holds nothing back any more"
    builder.add(replace(_drop(TIGHTEN, table, key, element, early=True), rule=rule))


def check_added(builder: PlanBuilder, found: diff.CheckAdded) -> None:
    """The limit holds at once for a new column, else when the version before has ended."""
    table, check = found.table, found.check
    element, rule = builder.names(table, check.column), said(builder.names, table, check)
    # The type has kept its values as short so far, and no longer does.
    shorter = check.kind is RuleKind.MAX_LENGTH and _bounded(builder.live, table, check)
    new = shorter or builder.is_new(table, check.column)
    early = check.kind is RuleKind.KNOWN and builder.turning(table, check.column)
    phase: Phase = EXPAND if new and not early else TIGHTEN
    builder.add(steps.AddCheck(phase, table, check.name, check.expression, element=element, rule=rule, early=early))
    builder.add(_validate(builder, table, check, rule))
    if not new:
        builder.checks += _breaking(builder, table, check)


def _bounded(tables: Mapping[str, Table], table: str, check: Check) -> bool:
    """Whether the very type of the check's column limits the length of its values."""
    columns = tables[table].columns if table in tables else ()
    return any(one.name == check.column and one.type.startswith("character varying(") for one in columns)


def _breaking(builder: PlanBuilder, table: str, check: Check) -> list[RowCheck]:
    element = builder.names(table, check.column)
    if check.kind is not RuleKind.KNOWN:
        return [rows.breaking(table, check.column, check.expression, element)]
    if builder.retargeted(table, check.column):
        return []  # Any value at all is refused already.
    refers = next(column.annotation.refers for column in builder.target[table].columns if column.name == check.column)
    return [rows.unknown(table, check.column, check.expression, element, builder.meant(refers))]


def check_changed(builder: PlanBuilder, found: diff.CheckChanged) -> None:
    """The limit is loosened at once to what either version writes, and tightened when the old one has gone: what both
    versions forbid is refused all the time."""
    table, old, new = found.table, found.old, found.new
    element, rule = builder.names(table, new.column), said(builder.names, table, new)
    wide = loosened(old, new, table)
    if wide is not None:
        builder.add(*(_drop(EXPAND, table, one, element) for one in old if one.name != wide.name))
        if wide.name not in {one.name for one in old}:
            builder.add(steps.AddCheck(EXPAND, table, wide.name, wide.expression, element=element))
        old = (wide,)
    if wide is None or wide.name != new.name:
        builder.add(steps.AddCheck(TIGHTEN, table, new.name, new.expression, element=element, rule=rule))
        builder.add(*(_drop(TIGHTEN, table, one, element) for one in old))
    builder.add(_validate(builder, table, new, rule))
    builder.checks += _breaking(builder, table, new)


def check_dropped(builder: PlanBuilder, found: diff.CheckDropped) -> None:
    """The limit goes as soon as nobody relies on it."""
    # What keeps a column empty while it is turned does so until the old version has gone; what limits a length, until
    # the type does.
    table, check = found.table, found.check
    late = check.kind is RuleKind.MAX_LENGTH and _bounded(builder.target, table, check)
    early = check.kind is RuleKind.EMPTY
    builder.add(_drop(TIGHTEN if late or early else EXPAND, table, check, builder.names(table), early=early))


def rule_not_valid(builder: PlanBuilder, found: diff.RuleNotValid) -> None:
    """Looks at the rows again that an earlier migration has passed over."""
    table, rule = found.table, found.rule
    if isinstance(rule, Check):
        builder.checks += _breaking(builder, table, rule)
    else:
        now, later = (_orphans(builder, table, rule, phase, rule.name) for phase in PHASES)
        if rule.name in builder.not_valid:
            builder.notices.append(rows.spared(now))
            return
        builder.checks += [now, later]
    builder.add(_validate(builder, table, rule, said(builder.names, table, rule)))


def index_added(builder: PlanBuilder, found: diff.IndexAdded) -> None:
    """The index is built beside reads and writes; of a unique one, values that occur twice are asked for."""
    table, index = found.table, found.index
    element = builder.names(table)
    words = [builder.names.attribute(table, column) for column in index.columns]
    rule = f"{element} ({', '.join(words)}) is unique" if index.unique else ""
    early = index.unique and _implied(builder, table, index)
    builder.add(
        steps.CreateIndex(
            TIGHTEN, table, index.name, index.columns, index.unique, True, element=element, rule=rule, early=early
        )
    )
    if early or not index.unique:
        return
    element = f"{element} ({', '.join(words)})"
    names = [quoted(column) for column in index.columns]
    builder.checks.append(rows.duplicates(table, words, names, element, (TIGHTEN,)))
    today = [_today(builder, table, column) for column in index.columns]
    known = [expression for expression in today if expression is not None]
    if len(known) == len(today):
        builder.checks.append(rows.duplicates(table, words, known, element, (EXPAND,)))


def _unique(builder: PlanBuilder, table: str) -> list[IndexDef]:
    """The unique indexes of ours that the database has in force."""
    return [one for one in builder.live[table].indexes if one.unique and one.valid and one.own]


def _implied(builder: PlanBuilder, table: str, index: IndexDef) -> bool:
    """Whether the rows are unique in this way already, since they are in fewer columns."""
    return any(set(one.columns) <= set(index.columns) for one in _unique(builder, table))


def _today(builder: PlanBuilder, table: str, column: str) -> str | None:
    """What a column holds before the migration as an expression; None: it is new and will be empty."""
    if not builder.is_new(table, column):
        return quoted(column)
    new = next(there for there in builder.target[table].columns if there.name == column)
    if new.default is None or (new.nullable and new.default in MOMENTS):
        return None
    return f"({new.default})::{new.type}"


def index_renamed(builder: PlanBuilder, found: diff.IndexRenamed) -> None:
    """The index is called otherwise; nothing is built anew."""
    element = builder.names(found.table)
    builder.add(steps.RenameIndex(EXPAND, found.table, found.old.name, found.new.name, element=element))


def index_dropped(builder: PlanBuilder, found: diff.IndexDropped) -> None:
    """A unique one is a rule of the version that serves, which keeps it if the new one never comes. It may be what one
    of the new version's was so far: it goes when all of the table's are there, which rows may stand in the way of."""
    table, index = found.table, found.index
    words = ", ".join(builder.names.attribute(table, column) for column in index.columns)
    element = builder.names(table)
    rule = f"{element} ({words}) is unique no longer" if index.unique else ""
    builder.hold(element, index.used_by, f"the unique rule for {words} goes, which it needs")
    there = {diff.says(one) for one in _unique(builder, table)}
    coming = [one for one in builder.target[table].indexes if one.unique and diff.says(one) not in there]
    waits = not index.unique or any(not _implied(builder, table, one) for one in coming)
    builder.add(steps.DropIndex(TIGHTEN, table, index.name, element=element, rule=rule, early=not waits))


def file_rule_added(builder: PlanBuilder, found: diff.FileRuleAdded) -> None:
    """The trigger is there before the new version writes names."""
    # At once: the version that still serves knows nothing of names.
    table, rule = found.table, found.rule
    builder.add(steps.AddFileRule(EXPAND, table, rule.name, rule.column, element=builder.names(table, rule.column)))


def records_changed(builder: PlanBuilder, found: diff.RecordsChanged) -> None:
    """The records are written, over those of the same key."""
    builder.add(steps.UpsertRecords(EXPAND, found.table, found.records, element=builder.names(found.table)))


def records_removed(builder: PlanBuilder, found: diff.RecordsRemoved) -> None:
    """The records are offered to no new row; rows that have them are told of, and stay."""
    element = builder.names(found.table)
    removed = tuple(record[0] for record in found.records)
    builder.add(steps.DeactivateRecords(EXPAND, found.table, removed, element=element))
    keys = ", ".join(literal(key) for key in removed)
    for table in builder.live.values():
        for key in table.foreign_keys:
            if key.target == found.table and table.name in builder.target:
                words = builder.names(table.name, key.column)
                gone = f"to records that {element} no longer has; they stay"
                message = Sentence(f"1 row refers {gone}", f"{{count}} rows refer {gone}")
                condition = f"{quoted(key.column)} IN ({keys})"
                subject = rows.Subject(table.name, words)
                builder.notices.append(
                    rows.where(subject, quoted(key.column), condition, message, "choose others in them")
                )
