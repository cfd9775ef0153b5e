"""Expressions in PostgreSQL give what they give in Python: the value, and whether a row is selected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import sql

from odcpub.compiler.expressions.sql import condition, value
from odcpub.compiler.expressions.sql_functions import FUNCTIONS as PRINTED
from odcpub.compiler.expressions.sql_parts import NotInQueries, Part
from odcpub.compiler.literals import sql_text
from odcpub.compiler.marked import Sql
from odcpub.model.elements import Basic, DataType, Scalar
from odcpub.model.expressions import rules, tree
from odcpub.model.expressions.catalog import FUNCTIONS
from odcpub.model.expressions.check import check
from odcpub.model.expressions.evaluate import Overflow, Rows, Worth, evaluate
from odcpub.model.expressions.functions import InQueries
from odcpub.model.expressions.letters import constants
from odcpub.model.expressions.tree import Expression, Member, Name, children
from tests.databases import engine
from tests.expression_cases import EDGES
from tests.expressions import EXACT, PRICE, SCOPE, STATUS, VARIABLES, Case, any_case, batch, calls

pytestmark = pytest.mark.database
TRANSLATED = sorted(name for name, one in FUNCTIONS.items() if one.in_queries is InQueries.TRANSLATED)
NOW = datetime(2026, 1, 31, 23, 59, 59, 250_000, UTC)
CASES, CALLS = 400, 8
_TOO_LARGE = ("22003", "22008")


@dataclass(frozen=True)
class Columns:
    """A column a variable, by its name in small letters; none is known to have a value in each row."""

    def symbol(self, name: Name) -> Part:
        return Part(Sql(f'"{name.symbol.name.lower()}"'))

    def member(self, member: Member) -> Part:
        raise AssertionError(member)

    def constant(self, name: str) -> Sql:
        return sql_text(constants()[name])


@pytest.fixture(scope="module", params=["embedded", "server"])
def rows(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[psycopg.Connection[Any]]:
    """A table whose one row has the variables' values; moments are shown in another zone than UTC."""
    folder = tmp_path_factory.mktemp("postgres")
    with engine(request.param, folder) as postgres, postgres.server().connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        columns = (f'"{name.lower()}" {_sql_type(type_)}' for name, type_ in VARIABLES.items())
        connection.execute(sql.SQL(f"CREATE TEMP TABLE given ({', '.join(columns)})"))  # type: ignore[arg-type]
        yield connection


def _sql_type(type_: DataType) -> str:
    if type_ in (PRICE, EXACT):
        return f"numeric({type_.digits},{type_.decimals})"
    if type_.basic is Basic.IDENTIFIER:
        return "text" if type_ == STATUS else "bigint"
    plain = {
        Basic.INTEGER: "integer", Basic.LONG_INTEGER: "bigint", Basic.DECIMAL: "numeric(28,8)",
        Basic.CURRENCY: "numeric(28,8)", Basic.BOOLEAN: "boolean", Basic.DATE: "date", Basic.TIME: "time",
        Basic.DATE_TIME: "timestamptz",
    }  # fmt: skip
    return plain.get(type_.basic, "text")


def asked(rows: psycopg.Connection[Any], case: Case) -> tuple[Scalar | None, bool]:
    """The expression's value in the database, and whether it selects the row (of a Boolean)."""
    rows.execute("TRUNCATE given")
    names = sql.SQL(", ").join(sql.Identifier(name.lower()) for name in VARIABLES)
    given = [case.names.get(name) for name in VARIABLES]
    rows.execute(
        sql.SQL("INSERT INTO given ({}) VALUES ({})").format(
            names, sql.SQL(", ").join([sql.Placeholder()] * len(given))
        ),
        given,
    )
    printed = str(value(case.expression, Columns()).sql)
    if case.type.basic is Basic.DATE_TIME:
        printed = f"({printed}) AT TIME ZONE 'UTC'"
    (found,) = rows.execute(f"SELECT {printed} FROM given".encode()).fetchone() or (None,)  # noqa: S608
    selected = False
    if case.type.basic is Basic.BOOLEAN:
        where = condition(case.expression, Columns())
        selected = bool(rows.execute(f"SELECT 1 FROM given WHERE {where}".encode()).fetchall())  # noqa: S608
    return scalar(found), selected


def scalar(found: Any) -> Scalar | None:
    """A value that psycopg gives, as elements hold it."""
    if isinstance(found, datetime):
        return f"{found.isoformat()}Z"
    if isinstance(found, date | time):
        return found.isoformat()
    return found  # type: ignore[no-any-return]


def plain(found: Scalar | None) -> Any:
    """What two equal values have in common: numbers as numbers, fractions of seconds without zeros at the end."""
    if isinstance(found, str) and ":" in found and "." in found:
        return found.rstrip("Z").rstrip("0").rstrip(".") + ("Z" if found.endswith("Z") else "")
    return Decimal(found) if isinstance(found, int) and not isinstance(found, bool) else found


def overflows(expression: Expression, names: Mapping[str, Worth], *rows: Rows) -> bool:
    """Whether any part does, be it needed for the value or not: a database computes what it likes."""
    try:
        evaluate(expression, names, NOW, "", *rows)
    except Overflow:
        return True
    return any(overflows(part, names, *rows) for part in children(expression))


def compare(rows: psycopg.Connection[Any], case: Case) -> bool:
    """False where the expression cannot be a query's."""
    shown = f"{case.text} with {dict(case.names)}"
    try:
        printed = value(case.expression, Columns()).sql
    except NotInQueries:
        return False
    if overflows(case.expression, case.names):
        return True
    expected = evaluate(case.expression, case.names, NOW)
    try:
        found, selected = asked(rows, case)
    except psycopg.Error as error:
        raise AssertionError(f"{shown}: {error}\n{printed}") from error
    assert plain(found) == plain(expected), f"{shown}\n{printed}"
    assert type(found) is not bool or type(expected) is bool, shown
    if case.type.basic is Basic.BOOLEAN:
        assert selected is (expected is True), f"{shown}\n{condition(case.expression, Columns())}"
    return True


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_function_gives_the_same(rows: psycopg.Connection[Any], name: str) -> None:
    every = batch(calls(name, TRANSLATED), CALLS)
    found = [compare(rows, case) for case in every]
    assert any(found), f"none of {[case.text for case in every]} can be asked of a database"


def test_random_expressions_give_the_same(rows: psycopg.Connection[Any]) -> None:
    found = [compare(rows, case) for case in batch(any_case(TRANSLATED), CASES)]
    assert sum(found) > CASES / 2


@pytest.mark.parametrize("name", TRANSLATED)
def test_the_examples_hold(rows: psycopg.Connection[Any], name: str) -> None:
    for written, expected in FUNCTIONS[name].examples:
        for text in (written, expected):
            found = check(text, SCOPE)
            compare(rows, Case(text, found.expression.type, found.expression, {}))


def test_the_edges_hold(rows: psycopg.Connection[Any]) -> None:
    found = [compare(rows, edge.case()) for edge in EDGES]
    assert sum(found) > len(found) / 3


def test_what_is_not_translated_is_named() -> None:
    others = [name for name in FUNCTIONS if name not in TRANSLATED]
    assert not set(PRINTED) & set(others)
    assert set(TRANSLATED) == set(PRINTED) | {rules.IF, "ToLower", "ToUpper"}
    with pytest.raises(NotInQueries, match="EncodeUrl cannot be computed in the database"):
        value(check("Length(EncodeUrl(Text1))", SCOPE).expression, Columns())


@pytest.mark.parametrize("function", ["ToLower", "ToUpper"])
def test_every_character_has_the_same_small_and_capital_form(rows: psycopg.Connection[Any], function: str) -> None:
    every = [chr(point) for point in range(1, 0x110000) if not 0xD800 <= point <= 0xDFFF]
    node = check(f"{function}(Text1)", SCOPE).expression
    for at in range(0, len(every), 65_536):
        text = "".join(every[at : at + 65_536])
        assert asked(rows, Case("", tree.TEXT, node, {"Text1": text}))[0] == evaluate(node, {"Text1": text}, NOW)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("Integer1 = 5", '"integer1" = 5'),
        ("Text1 = Text2", '"text1" IS NOT DISTINCT FROM "text2"'),
        ("Date1 = NullDate()", '"date1" IS NULL'),
        ("Integer1 > 1 and Text1 like \"a_%\"", "\"integer1\" > 1 AND coalesce(\"text1\", '') LIKE E'a\\\\_%'"),
        ("not (Integer1 > 1)", 'NOT coalesce("integer1" > 1, false)'),
        ("StatusId1 = Status.Open", "\"statusid1\" = 'Open'"),
    ],
)  # fmt: skip
def test_a_filter_is_what_an_index_can_serve(text: str, where: str) -> None:
    assert condition(check(text, SCOPE, tree.BOOLEAN).expression, Columns()) == where
