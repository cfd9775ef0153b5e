"""A query in PostgreSQL finds the rows, and computes the values, that Python does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import psycopg
import pytest
from hypothesis import strategies as st
from psycopg import sql

from odcpub.compiler.expressions.queries import Query
from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import tree
from odcpub.model.expressions.check import check
from odcpub.model.expressions.evaluate import Rows, Worth, evaluate
from odcpub.model.expressions.queries import of_row
from odcpub.model.expressions.syntax import ExpressionError
from odcpub.model.expressions.tree import Expression
from odcpub.model.expressions.written import written
from odcpub.model.physical import physical
from tests.contract.test_expressions_sql import NOW, overflows, plain, scalar
from tests.databases import engine
from tests.expression_holders import GIVEN
from tests.expression_queries import ATTRIBUTES, MEMBERS, QUERY, ROW, conditions
from tests.expression_values import values
from tests.expressions import EXACT, PRICE, STATUS, VARIABLES, batch

pytestmark = pytest.mark.database
CASES = 300
KINDS = tuple(dict.fromkeys(ATTRIBUTES.values()))
COLUMNS = {name: physical(one.key) for name, one in MEMBERS["Ticket"].items() if name != "Currency"}
RECORDS: Mapping[str, Mapping[str, Worth]] = {
    "Open": {"Id": "Open", "Label": "Is open", "Order": 1, "Is_Active": True},
    "Closed": {"Id": "Closed", "Label": "Was closed", "Order": 2, "Is_Active": False},
}
Row = Mapping[str, Worth]


@pytest.fixture(scope="module", params=["embedded", "server"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Tables of the entities; moments are shown in another zone than UTC."""
    folder = tmp_path_factory.mktemp("postgres")
    with engine(request.param, folder) as postgres, postgres.server().connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        declared = ", ".join(f'"{COLUMNS[name]}" {_sql_type(MEMBERS["Ticket"][name].type)}' for name in COLUMNS)
        connection.execute(sql.SQL(f"CREATE TEMP TABLE issue ({declared}, PRIMARY KEY (id))"))
        connection.execute('CREATE TEMP TABLE status (id text, label text, "order" integer, is_active boolean)')
        for record in RECORDS.values():
            connection.execute("INSERT INTO status VALUES (%s, %s, %s, %s)", list(record.values()))
        yield connection


def _sql_type(type_: DataType) -> str:
    if type_ in (PRICE, EXACT):
        return f"numeric({type_.digits},{type_.decimals})"
    if type_.basic is Basic.IDENTIFIER:
        return "text" if type_.target == "Status" else "bigint"
    plain_types = {
        Basic.INTEGER: "integer", Basic.LONG_INTEGER: "bigint", Basic.DECIMAL: "numeric(28,8)",
        Basic.CURRENCY: "numeric(28,8)", Basic.BOOLEAN: "boolean", Basic.DATE: "date", Basic.TIME: "time",
        Basic.DATE_TIME: "timestamptz", Basic.BINARY_DATA: "bytea",
    }  # fmt: skip
    return plain_types.get(type_.basic, "varchar(2000)")


def fill(database: Any, rows: Iterable[Row]) -> None:
    database.execute("TRUNCATE issue")
    names = sql.SQL(", ").join(map(sql.Identifier, COLUMNS.values()))
    places = sql.SQL(", ").join([sql.Placeholder()] * len(COLUMNS))
    insert = sql.SQL("INSERT INTO issue ({}) VALUES ({})").format(names, places)
    for row in rows:
        database.execute(insert, [row.get(name) for name in COLUMNS])


def answered(database: Any, query: Query, wanted: str, where: str, names: Mapping[str, Worth]) -> list[Any]:
    """Rows of a statement whose parameters Python computes."""
    given = [evaluate(one, names, NOW) for one in query.parameters]
    statement = f"SELECT {wanted} FROM {query.source}{where}"  # noqa: S608
    with psycopg.RawCursor(database) as cursor:
        try:
            return cursor.execute(statement.encode(), given).fetchall()  # type: ignore[arg-type]
        except psycopg.Error as error:
            raise AssertionError(f"{error}\n{statement}\n{given}") from error


def rows_of(rows: Sequence[Row]) -> Any:
    known = {row["Id"]: row for row in rows}
    return lambda entity, identifier: (RECORDS if entity == "Status" else known).get(identifier)


@st.composite
def situations(draw: st.DrawFn, type_: DataType) -> tuple[str, Expression, list[Row], Mapping[str, Worth]]:
    """An expression that a query can compute, a few rows, and what its variables hold."""
    text = draw(conditions(type_).filter(lambda one: _checked(one, type_) is not None))
    ids = list(range(1, draw(st.integers(2, 4)) + 1))
    pools = {kind: st.sampled_from([None, *draw(st.lists(_worth(kind), min_size=1, max_size=2))]) for kind in KINDS}
    rows = [
        {
            "Id": one,
            "Next": draw(st.sampled_from([None, *ids])),
            **{name: draw(pools[kind]) for name, kind in ATTRIBUTES.items()},
        }
        for one in ids
    ]
    names = {name: draw(pools[kind]) for name, kind in VARIABLES.items() if name not in ATTRIBUTES}
    expression = _checked(text, type_)
    assert expression
    return text, expression, rows, names


def _worth(type_: DataType) -> st.SearchStrategy[Worth]:
    return st.sampled_from(list(RECORDS)) if type_ == STATUS else values(type_)


def _checked(text: str, type_: DataType) -> Expression | None:
    try:
        found = check(text, QUERY, type_).expression
        return found if of_row(found) else None
    except ExpressionError as error:
        assert all("before the query" in fault.message for fault in error.faults), error.faults
        return None


def _any_overflows(expression: Expression, rows: Sequence[Row], names: Mapping[str, Worth]) -> bool:
    """Whether it does for any row, and any other one behind its references: a database may compute a part for rows to
    which none leads."""

    def overflow(row: Row, found: Rows) -> bool:
        return overflows(expression, {**names, "Ticket": row}, found)

    always = [(lambda entity, identifier, other=other: other) for other in rows]
    return any(overflow(row, rows_of(rows)) or any(overflow({**row, "Next": 1}, one) for one in always) for row in rows)


def test_random_conditions_select_the_same_rows(database: Any) -> None:
    some = 0
    for text, expression, rows, names in batch(situations(tree.BOOLEAN), CASES):
        if _any_overflows(expression, rows, names):
            continue
        query = Query(ROW, QUERY.statics)
        where = query.condition(expression)
        fill(database, rows)
        found = answered(database, query, 't."id"', f" WHERE {where} ORDER BY 1", names)
        expected = [
            (row["Id"],)
            for row in rows
            if evaluate(expression, {**names, "Ticket": row}, NOW, rows=rows_of(rows)) is True
        ]
        assert found == expected, f"{text}\n{where}\n{rows}\n{names}"
        some += bool(expected) and len(expected) < len(rows)
    assert some > CASES / 20


@pytest.mark.parametrize("type_", [tree.TEXT, tree.DECIMAL, tree.DATE_TIME, tree.BOOLEAN], ids=lambda one: one.basic)
def test_random_values_are_the_same(database: Any, type_: DataType) -> None:
    for text, expression, rows, names in batch(situations(type_), CASES // 4):
        if _any_overflows(expression, rows, names):
            continue
        query = Query(ROW, QUERY.statics)
        value = query.value(expression)
        fill(database, rows)
        wanted = f"({value}) AT TIME ZONE 'UTC'" if type_ == tree.DATE_TIME else value
        found = [plain(scalar(one)) for (one,) in answered(database, query, wanted, ' ORDER BY t."id"', names)]
        expected = [plain(evaluate(expression, {**names, "Ticket": row}, NOW, rows=rows_of(rows))) for row in rows]
        assert found == expected, f"{text}\n{value}\n{rows}\n{names}"


def test_an_index_finds_what_a_reference_equals(database: Any) -> None:
    """Also where both may have no value, for which SQL's own IS NOT DISTINCT FROM uses no index."""
    fill(database, ({"Id": one, "Next": one % 1000 or None} for one in range(1, 5001)))
    database.execute("CREATE INDEX by_next ON issue (following)")
    database.execute("ANALYZE issue")
    query = Query(ROW, QUERY.statics)
    where = query.condition(check("Ticket.Next = Found.Id", QUERY).expression)
    (one,) = query.parameters
    for mode in ("force_custom_plan", "force_generic_plan"):
        database.execute(f"SET plan_cache_mode = {mode}")
        database.execute(f"PREPARE by_next AS SELECT id FROM {query.source} WHERE {where}")  # noqa: S608
        for value, count in (("7", 5), ("NULL", 5), ("999999", 0)):
            plan = "\n".join(line for (line,) in database.execute(f"EXPLAIN EXECUTE by_next({value})").fetchall())
            assert "by_next" in plan, plan
            assert len(database.execute(f"EXECUTE by_next({value})").fetchall()) == count
        database.execute("DEALLOCATE by_next")
    database.execute("DROP INDEX by_next")
    assert written(one) == "Found.Id"


FIXED = [
    ('ToUpper(Ticket.Text1) = "ZERO"', [1]),
    ('Index(Ticket.Text1, "O", ignoreCase: True) > 0', [1, 2]),
    ("Ticket.Next.Next.Text1 = Words[0]", [1]),
    ("Ticket.Next.Id = Found.Id", []),
    ('Ticket.Status.Label like "%clo%"', [3]),
    ("Ticket.Status.Order < Wholes.Length and Ticket.Status.Is_Active", [1]),
    ("Ticket.Next.Status.Label = NoValue()", [1]),
    ("HasValue(Ticket.Photo)", [2]),
    ("Ticket.Next.Next.Next.Id = Ticket.Id", [1, 2, 3]),
    ("Words.Length > 9 and Ticket.Text1 = Words[9]", []),
    ("Words.Length < 9 or Ticket.Text1 = Words[9]", [1, 2, 3]),
    ("Ticket.Text1 = If(Words.Length > 9, Words[9], Words[1])", [2]),
    ('If(Words.Length > 9, Words[9] = Ticket.Text1, Ticket.Text1 = "one")', [3]),
]
ROWS: list[Row] = [
    {"Id": 1, "Next": 2, "Status": "Open", "Text1": "zero"},
    {"Id": 2, "Next": 3, "Text1": "two", "Photo": b"x"},
    {"Id": 3, "Next": 1, "Status": "Closed", "Text1": "one"},
]


@pytest.mark.parametrize(("text", "expected"), FIXED)
def test_references_are_followed_and_lists_are_asked_before(database: Any, text: str, expected: list[int]) -> None:
    fill(database, ROWS)
    expression = check(text, QUERY, tree.BOOLEAN).expression
    query = Query(ROW, QUERY.statics)
    where = query.condition(expression)
    found = answered(database, query, 't."id"', f" WHERE {where} ORDER BY 1", GIVEN)
    assert [one for (one,) in found] == expected
    known = rows_of([{**dict.fromkeys(MEMBERS["Ticket"]), **row} for row in ROWS])
    assert expected == [
        one
        for one in (1, 2, 3)
        if evaluate(expression, {**GIVEN, "Ticket": known("Ticket", one)}, NOW, rows=known) is True
    ]
