"""Whatever changes in a model's rules: between the transactions of a plan there is no moment at which a value gets in
that a rule forbids in both of its forms, and in ``expand`` none at which a limit keeps out what one of them allows.

The statements' effects are simulated on a set of rules, and rules are asked about rows.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.plan import plan_migration
from odcpub.data.rule_names import RuleKind, kind_of
from odcpub.data.schema import Table
from odcpub.data.script import plan_parts, script_text, sql_text
from odcpub.data.target import target_schema
from odcpub.model.elements import Asset, Basic, Entity, Index, Kind
from tests.helpdesk_asset import attribute
from tests.tries import tries

COLUMNS = ("t", "n", "m")
_NAME = r'"?(\w+)"?'
_EFFECTS = (
    (re.compile(rf"DROP CONSTRAINT IF EXISTS {_NAME}"), lambda rules, name: rules.checks.pop(name, None)),
    (re.compile(rf"ADD CONSTRAINT {_NAME} CHECK \((.*?)\) NOT VALID"), lambda rules, *one: rules.checks.update([one])),
    (re.compile(rf"ALTER {_NAME} TYPE ([a-z ]+(?:\(\d+\))?)"), lambda rules, *one: rules.types.update([one])),
    (re.compile(rf"ALTER (?:COLUMN )?{_NAME} SET NOT NULL"), lambda rules, name: rules.filled.add(name)),
    (re.compile(rf"ALTER (?:COLUMN )?{_NAME} DROP NOT NULL"), lambda rules, name: rules.filled.discard(name)),
    (re.compile(rf"CREATE UNIQUE INDEX CONCURRENTLY {_NAME} ON {_NAME} \((.*?)\)"),
     lambda rules, name, _, columns: rules.unique.update({name: frozenset(re.findall(r"\w+", columns))})),
    (re.compile(rf"DROP INDEX CONCURRENTLY IF EXISTS {_NAME}"), lambda rules, name: rules.unique.pop(name, None)),
)  # fmt: skip


@dataclass
class Rules:
    """What is in force on the table: checks by name, types, columns that must have a value, unique columns."""

    checks: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)
    unique: dict[str, frozenset[str]] = field(default_factory=dict)

    def keep_out(self, row: dict[str, Any], same: frozenset[str]) -> set[tuple[str, str]]:
        """Which of them do, as (column, kind); ``same``: the columns in which another row is like it."""
        found = {(column, "present") for column in self.filled if row[column] is None}
        found |= {(column, "longest") for column, value in row.items() if not fits(self.types[column], value)}
        for name, check in self.checks.items():
            if not holds(check, row):
                kind = kind_of(name)
                found.add(
                    (re.findall(r'"(\w+)"', check)[0], str(RuleKind.MAX_LENGTH if kind is RuleKind.FITS else kind))
                )
        return found | {("", "unique") for columns in self.unique.values() if columns <= same}


def of(table: Table) -> Rules:
    return Rules(
        {check.name: check.expression for check in table.checks},
        {column.name: column.type for column in table.columns if column.name in COLUMNS},
        {column.name for column in table.columns if not column.nullable and column.name in COLUMNS},
        {index.name: frozenset(index.columns) for index in table.indexes if index.unique},
    )


def fits(type_: str, value: Any) -> bool:
    length = re.search(r"\((\d+)\)", type_)
    return value is None or length is None or len(value) <= int(length[1])


def holds(check: str, row: dict[str, Any]) -> bool:
    """Whether a row passes a check; SQL's unknown passes."""
    return any(_holds(part, row) for part in check.split(" OR "))


def _holds(check: str, row: dict[str, Any]) -> bool:
    if null := re.fullmatch(r'"(\w+)" IS NOT NULL', check):
        return row[null[1]] is not None
    if refused := re.fullmatch(r'NOT \(char_length\("(\w+)"\) > (\d+)\)', check):
        return row[refused[1]] is None or len(row[refused[1]]) <= int(refused[2])
    if between := re.fullmatch(r'NOT \("(\w+)" NOT BETWEEN (\S+) AND (\S+)\)', check):
        return row[between[1]] is None or int(between[2]) <= row[between[1]] <= int(between[3])
    found = re.fullmatch(r'(char_length\()?"(\w+)"\)? (>=|<=|~) (.+)', check)
    assert found is not None, check
    measured, column, how, limit = found.groups()
    value = row[column]
    if value is None:
        return True
    if how == "~":
        pattern = limit[1:-1].replace("''", "'").replace("[:space:]", " ")
        return re.search(pattern, value) is not None
    size, bound = len(value) if measured else value, Decimal(limit)
    return bool(size >= bound if how == ">=" else size <= bound)


ROWS = [
    dict(zip(COLUMNS, values, strict=True))
    for values in itertools.chain(
        itertools.product([None, " ", "a", "b", "ab", "abc", "b" * 6, "c" * 12], [None], [1]),
        itertools.product([None], [-1, 2, 4, 6, 9], [1]),
    )
]
LIKE = [frozenset(some) for size in range(1, 4) for some in itertools.combinations(COLUMNS, size)]


NUMBERS = st.sampled_from((Basic.INTEGER, Basic.LONG_INTEGER))


@st.composite
def versions(draw: st.DrawFn) -> Asset:
    def maybe(*values: Any) -> Any:
        return draw(st.sampled_from((None, *values)))

    text: dict[str, Any] = {
        "length": maybe(1, 3, 8, 20_000_000), "min_length": maybe(1, 2, 4), "pattern": maybe("[ab]+", "[bc]*", "a|b"),
        "mandatory": draw(st.booleans()),
    }  # fmt: skip
    bounds = {name: Decimal(bound) for name in ("minimum", "maximum") if (bound := maybe(0, 3, 5)) is not None}
    attributes = (
        attribute("T", Basic.TEXT, **text),
        attribute("N", draw(NUMBERS), mandatory=draw(st.booleans()), **bounds),
        attribute("M", Basic.INTEGER),
    )  # fmt: skip
    some = st.lists(st.sampled_from("TNM"), min_size=1, max_size=3, unique=True).map(tuple)
    indexes = [Index(f"I{at}", f"I{at}", names, draw(st.booleans())) for at, names in enumerate(draw(st.lists(some)))]
    return Asset(Kind.APP, "A", "k", entities=(Entity("Thing", "Thing", attributes, tuple(indexes)),))


def statements(old: Asset, new: Asset) -> Iterator[tuple[str, str]]:
    """The phase and the SQL of each transaction."""
    plan = plan_migration(target_schema(old), target_schema(new), asset=new, runs=old)
    made = plan_parts(plan)
    for phase in (EXPAND, TIGHTEN):
        for part in made.of(phase):
            yield phase, sql_text(script_text(made, [part], 1, None))


def apply(rules: Rules, sql: str) -> Rules:
    sql = re.sub(
        r"U&('[^']*')", lambda text: re.sub(r"\\([0-9a-f]{4})", lambda sign: chr(int(sign[1], 16)), text[1]), sql
    )
    found = [(match.start(), effect, match.groups()) for pattern, effect in _EFFECTS for match in pattern.finditer(sql)]
    after = replace(
        rules, checks={**rules.checks}, types={**rules.types}, filled={*rules.filled}, unique={**rules.unique}
    )
    for _, effect, said in sorted(found, key=lambda one: one[0]):
        effect(after, *said)
    return after


@tries(60)
@given(versions(), versions())
def test_no_rule_is_off_between_two_transactions(old: Asset, new: Asset) -> None:
    before, wanted = of(target_schema(old).tables[0]), of(target_schema(new).tables[0])
    asked = [(row, same, before.keep_out(row, same), wanted.keep_out(row, same)) for row in ROWS for same in LIKE]
    now = before
    for phase, sql in statements(old, new):
        now = apply(now, sql)
        for row, same, one, other in asked:
            out = now.keep_out(row, same)
            assert one & other <= out, sql
            assert phase != EXPAND or out - {("", "unique")} <= one & other, sql
    assert now == wanted, "and in the end the new version's rules are in force, and no others"
