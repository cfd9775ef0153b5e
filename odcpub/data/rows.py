"""Row checks: queries for the rows that a change would lose or break. No I/O.

Names in a query are quoted and unqualified; it runs with the asset's schema as its search path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from odcpub.data.literals import quoted
from odcpub.data.literals import text as literal
from odcpub.data.migration import RowCheck, Sentence
from odcpub.data.phases import EXPAND, PHASES, Phase
from odcpub.data.steps import AlterType

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose rows are asked for. ``element``: in the model's words; ``phases`` and ``spares``: as ``RowCheck`` has
    them."""

    table: str
    element: str
    phases: tuple[Phase, ...] = PHASES
    spares: str = ""


def where(of: Subject, value: str, condition: str, message: Sentence, hint: str) -> RowCheck:
    """The rows for which ``condition`` holds; ``value`` is the SQL expression shown beside their Id."""
    rows = f"FROM {quoted(of.table)} WHERE {condition}"
    return RowCheck(
        f'SELECT "id"::text, left(coalesce(({value})::text, \'\'), 80) {rows} ORDER BY "id" LIMIT {SHOWN}',
        f"SELECT count(*) {rows}",
        of.element, message, hint, SHOWN, of.phases, of.spares,
    )  # fmt: skip


def any_row(table: str, element: str, message: Sentence, hint: str) -> RowCheck:
    """Any row at all; asked before ``expand`` only, since the new version writes rows afterwards."""
    return where(Subject(table, element, (EXPAND,)), "''", "true", message, hint)


def empty(table: str, column: str, element: str, phases: tuple[Phase, ...] = PHASES, back: bool = False) -> RowCheck:
    """Rows without a value where one becomes mandatory; ``back``: the version that runs has no such
    attribute, or one that means something else."""
    hint = "give these rows a value in the version that runs, or leave the attribute optional"
    if back:
        hint = "publish it as optional, give these rows a value, then make it mandatory"
    return where(
        Subject(table, element, phases), "''", f"{quoted(column)} IS NULL",
        Sentence("1 row has no value, and it is mandatory now", "{count} rows have no value, and it is mandatory now"),
        hint,
    )  # fmt: skip


def breaking(table: str, column: str, expression: str, element: str, phases: tuple[Phase, ...] = PHASES) -> RowCheck:
    """Rows that a new check does not hold for; rows without a value always pass."""
    return where(
        Subject(table, element, phases), quoted(column), f"({expression}) IS FALSE",
        Sentence("1 row breaks its new limits", "{count} rows break its new limits"),
        "correct these rows in the version that runs, or widen the limit",
    )  # fmt: skip


def unknown(table: str, column: str, expression: str, element: str, entity: str) -> RowCheck:
    """Rows that hold no record of a library's static entity, in the version that is locked now."""
    none = f"what is no record of {entity} in this version of its library"
    return where(
        Subject(table, element), quoted(column), f"({expression}) IS FALSE",
        Sentence(f"1 row holds {none}", f"{{count}} rows hold {none}"),
        "choose others in these rows in the version that runs, or keep the version of the library",
    )  # fmt: skip


def losing(table: str, column: str, loss: str, element: str, types: str) -> RowCheck:
    """Rows whose value would not survive a change of type."""
    return where(
        Subject(table, element), quoted(column), loss.replace("{column}", quoted(column)),
        Sentence(f"1 row holds a value that {types} would cut", f"{{count}} rows hold values that {types} would cut"),
        "shorten or correct these values in the version that runs, or keep the wider type",
    )  # fmt: skip


def rewritten(step: AlterType) -> RowCheck:
    """The rows that are written anew, to be told."""
    rewrites, locked = f"{step.old} → {step.type} rewrites the table's", "it is locked meanwhile"
    message = Sentence(f"{rewrites} 1 row; {locked}", f"{rewrites} {{count}} rows; {locked}")
    return where(Subject(step.table, step.element), "''", "true", message, "publish when few people use the app")


def orphans(of: Subject, column: str, target: str | None, known: Sequence[str] | None = None) -> RowCheck:
    """Rows that refer to nothing. ``known``: a static entity's keys; ``target`` None: a table that is new."""
    name = quoted(column)
    if known is not None:
        missing = f"{name} NOT IN ({', '.join(literal(key) for key in known)})" if known else "true"
    elif target is not None:
        missing = f'NOT EXISTS (SELECT FROM {quoted(target)} AS there WHERE there."id" = {quoted(of.table)}.{name})'
    else:
        missing = "true"
    return where(
        of, name, f"{name} IS NOT NULL AND {missing}",
        Sentence("1 row refers to a row that does not exist", "{count} rows refer to rows that do not exist"),
        "correct or empty these references in the version that runs",
    )  # fmt: skip


def spared(check: RowCheck) -> RowCheck:
    """The same rows as a notice: they stay as they are."""
    return replace(
        check,
        message=Sentence(
            "1 row refers to a row that does not exist, and stays so",
            "{count} rows refer to rows that do not exist, and stay so",
        ),
        hint="correct or empty these references in the app; the next publish looks at them again",
    )


def duplicates(
    table: str, columns: Sequence[str], expressions: Sequence[str], element: str, phases: tuple[Phase, ...]
) -> RowCheck:
    """Values that occur more than once where they become unique: (values, number of rows)."""
    keys, names = ", ".join(expressions), ", ".join(columns)
    more = "more than once, and they are unique now"
    shown = " || ', ' || ".join(f"left(({part})::text, 40)" for part in expressions)
    known = " AND ".join(f"({part}) IS NOT NULL" for part in expressions)
    groups = f"FROM {quoted(table)} WHERE {known} GROUP BY {keys} HAVING count(*) > 1"
    return RowCheck(
        f"SELECT {shown}, count(*)::text {groups} ORDER BY {shown} LIMIT {SHOWN}",
        f"SELECT count(*) FROM (SELECT {shown} {groups}) AS twice",  # noqa: S608
        element,
        Sentence(f"1 value of {names} occurs {more}", f"{{count}} values of {names} occur {more}"),
        "change or delete the duplicates in the version that runs, or leave the index not unique",
        SHOWN, phases, values=True,
    )  # fmt: skip
