"""What a published app asks of its database, seen on the wire: how often, and what is read for an answer."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import psycopg
import pytest

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler, Place
from tests.contract.desk import create, customer, items, sent, setting_of, ticket
from tests.contract.published_app import App, environment, lay_out, migrate
from tests.helpdesk_asset import HELPDESK, LIBRARIES
from tests.waiting import wait_for
from tests.wire import BIND, SYNC, Wire, wire

pytestmark = pytest.mark.database
PLACE = Place("development", "statements")
NO_NAME = {"size": 5, "name": None, "type": "application/octet-stream"}
OFTEN = 4
"""So many times, and a statement is prepared on the one connection that there is."""


@pytest.fixture(scope="module")
def prepared(
    compiler: CSharpCompiler,
    database: Postgres,
    tmp_path_factory: pytest.TempPathFactory,
) -> App:
    folder = tmp_path_factory.mktemp("published")
    login = database.prepare(PLACE, secrets.token_hex(16))
    made = environment(compiler, login, migrate(database, PLACE, HELPDESK, folder / "migrations"))
    return App(lay_out(compiler, HELPDESK, LIBRARIES, folder / "app"), made)


@pytest.fixture(scope="module")
def seen(prepared: App) -> Iterator[tuple[App, Wire]]:
    """The app with one connection to the database, and what goes over it."""
    yield from through_a_wire(prepared, "none")


@pytest.fixture(scope="module")
def pooled(prepared: App) -> Iterator[tuple[App, Wire]]:
    yield from through_a_wire(prepared, "transaction")


def through_a_wire(prepared: App, pooling: str) -> Iterator[tuple[App, Wire]]:
    with wire(setting_of(prepared, "Host"), int(setting_of(prepared, "Port"))) as found:
        parts = prepared.environment["ODCPUB_DATABASE"].split(";")
        text = ";".join(f"Port={found.port}" if part.startswith("Port=") else part for part in parts)
        running = App(prepared.folder, prepared.environment)
        running.start(ODCPUB_DATABASE=f"{text};Maximum Pool Size=1", ODCPUB_DATABASE_POOLING=pooling)
        running.wait("/_odc/ready", 200)
        yield running, found
        running.stop()


def test_what_is_asked_again_is_prepared_and_no_session_is_reset(seen: tuple[App, Wire]) -> None:
    app, found = seen
    path = f"/api/Ticket/{ticket(app)['Id']}"
    for _ in range(OFTEN):
        answer = app.request("GET", path)
    found.clear()
    assert app.request("GET", path).body == answer.body
    assert (found.count(SYNC), found.statements()) == (1, [])


def test_in_transaction_mode_nothing_is_prepared(pooled: tuple[App, Wire]) -> None:
    app, found = pooled
    path = f"/api/Ticket/{ticket(app)['Id']}"
    found.clear()
    for _ in range(OFTEN):
        assert app.request("GET", path).status == 200
    assert (found.count(SYNC), len(found.statements()), found.prepared()) == (OFTEN, OFTEN, [])


def test_a_write_is_one_round_trip(seen: tuple[App, Wire]) -> None:
    app, found = seen
    owner = customer(app)["Id"]
    made = [ticket(app, Customer=owner)["Id"] for _ in range(OFTEN)]
    found.clear()
    made.append(ticket(app, Customer=owner)["Id"])
    assert (found.count(SYNC), found.statements()) == (2, [])  # the helper makes a customer, too
    found.clear()
    assert app.request("PATCH", f"/api/Ticket/{made[0]}", {"Customer": owner, "Fee": 3}).status == 200
    assert found.count(SYNC) == 1
    found.clear()
    assert app.request("DELETE", f"/api/Ticket/{made[0]}").status == 204
    assert found.count(SYNC) == 1


REFERENCES = {"Customer": 424242, "Parent": 424242, "Status": "Gone", "Currency": "XXX"}
"""To a table, to its own, to records of the app's, and of a library's, none of which are there."""


def test_several_references_are_one_round_trip_and_looked_at_where_the_statement_did_nothing(
    seen: tuple[App, Wire],
) -> None:
    app, found = seen
    first = ticket(app)
    good = {"Customer": first["Customer"], "Parent": first["Id"], "Status": "Closed", "Currency": "USD"}
    path = f"/api/Ticket/{ticket(app)['Id']}"
    for method, place, status, refusal in (("POST", "/api/Ticket", 201, 2), ("PATCH", path, 200, 3)):
        found.clear()
        answer = app.request(method, place, {"Subject": "Several", **good})
        assert (answer.status, {name: answer.json[name] for name in good}) == (status, good)
        assert found.count(SYNC) == 1
        assert not [text for text in found.statements() if text.startswith("select")]
        for number in range(1, 16):
            bad = {name: REFERENCES[name] for at, name in enumerate(REFERENCES) if number >> at & 1}
            found.clear()
            answer = app.request(method, place, {"Subject": "Several", **good, **bad})
            assert (answer.status, answer.json["errors"].keys()) == (422, bad.keys())
            assert found.count(SYNC) == refusal, "the write, whether the row is there, and all of its references"


def test_a_reference_that_the_database_alone_refuses_is_told_at_its_place(
    seen: tuple[App, Wire],
    database: Postgres,
) -> None:
    """A later version's: its table is another one there."""
    app, _ = seen
    owner, parent = customer(app)["Id"], ticket(app)["Id"]
    made = ticket(app)
    with closing(database.server().connect(PLACE.database, schema=PLACE.schema)) as other:
        other.execute("alter table issue add constraint turned foreign key (parent) references comment not valid")
        try:
            for method, place in (("POST", "/api/Ticket"), ("PATCH", f"/api/Ticket/{made['Id']}")):
                values = {"Subject": "Turned", "Customer": owner, "Parent": parent}
                answer = app.request(method, place, values)
                told = {"Parent": ["This parent doesn't exist any more. Choose another."]}
                assert (answer.status, answer.json["errors"]) == (422, told)
                answer = app.request(method, place, values | {"Customer": 424242})
                assert (answer.status, answer.json["errors"].keys()) == (422, {"Customer"})
        finally:
            other.execute("alter table issue drop constraint turned")
    assert app.request("GET", f"/api/Ticket/{made['Id']}").json == made


def test_a_list_is_one_round_trip_and_its_count_reads_what_it_counts(seen: tuple[App, Wire]) -> None:
    app, found = seen
    ticket(app)
    items(app, "filter.Urgent=false")  # asks for the statistics of this attribute, once in some minutes
    for query in ("size=7", "size=7&sort=-Customer", "size=7&filter.Urgent=false", "size=7&search=help"):
        found.clear()
        assert app.request("GET", f"/api/Ticket?{query}").status == 200
        assert found.count(SYNC) == 1, query
        (count,) = [text for text in found.statements() if "count(*)" in text]
        assert "join" not in count, count
        assert ("customer" in count) == ("search" in query), count  # who is searched for by name is looked up


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("-Id", 't."id" desc limit'),
        ("-Subject", 'lower(t."title") desc, t."title" desc, t."id" limit'),
        ("-Fee", 't."fee" desc nulls last, t."id" limit'),
        ("Fee", 't."fee", t."id" limit'),
    ],
)
def test_what_has_a_value_always_is_sorted_by_an_index(seen: tuple[App, Wire], sort: str, order: str) -> None:
    """An index as it is falls with its empty values first."""
    app, found = seen
    found.clear()
    assert app.request("GET", f"/api/Ticket?size=9&sort={sort}").status == 200
    assert f"order by {order}" in found.statements()[-1]


def test_a_list_reads_what_it_shows(seen: tuple[App, Wire]) -> None:
    app, found = seen
    long = "\N{GRINNING FACE}" + "x" * 300_000
    owner = customer(app, Name="Reader")["Id"]
    made = [ticket(app, Subject=f"reads {n}", Customer=owner, Notes=long, Photo="aGVsbG8=")["Id"] for n in range(3)]
    found.clear()
    whole = items(app, f"filter.Customer={owner}")
    assert [row["Notes"] for row in whole] == [long] * 3
    assert found.received > 900_000
    found.clear()
    shown = items(app, f"filter.Customer={owner}&fields=Customer,Subject")
    assert shown == [
        {"Id": one, "Subject": f"reads {n}", "Customer": owner, "$labels": {"Customer": "Reader"}}
        for n, one in enumerate(made)
    ]
    shown = items(app, f"filter.Customer={owner}&fields=Notes,Photo&cut=5&sort=-Id&page=2&size=2")
    assert shown == [{"Id": made[0], "Photo": NO_NAME, "Notes": "\N{GRINNING FACE}xxxx…", "$labels": {}}]
    assert items(app, "fields=&size=1")[0].keys() == {"Id", "$labels"}
    assert found.received < 20_000


def test_a_label_is_as_long_as_a_line(seen: tuple[App, Wire], database: Postgres) -> None:
    app, found = seen
    long = "\N{GRINNING FACE}" * 150 + "y" * 300_000
    comment = create(app, "Comment", Body=long, Ticket=ticket(app)["Id"])["Id"]
    found.clear()
    (label,) = [row["Label"] for row in items(app, f"labels=true&filter.Id={comment}", "Comment")]
    assert label == "\N{GRINNING FACE}" * 150 + "y" * 50 + "…"
    assert found.received < 20_000


def test_pages_follow_one_another(seen: tuple[App, Wire]) -> None:
    app, _ = seen
    owner = customer(app, Name="Pager")["Id"]
    made = [ticket(app, Subject=f"page {n}", Customer=owner, Fee=n % 3)["Id"] for n in range(9)]
    for sort in ("Id", "-Id", "Fee", "-Fee,-Id", "Customer", "-Subject", "Status,-Subject"):
        whole = items(app, f"filter.Customer={owner}&sort={sort}")
        parts = [items(app, f"filter.Customer={owner}&sort={sort}&size=4&page={page}") for page in (1, 2, 3, 4)]
        assert [row for part in parts for row in part] == whole
        assert {row["Id"] for row in whole} == set(made)


@pytest.mark.parametrize(
    "query", ["fields=Nope", "fields=Subject&labels=true", "cut=0", "cut=x", "fields=Id&fields=Id"]
)
def test_fields_that_make_no_sense(seen: tuple[App, Wire], query: str) -> None:
    app, _ = seen
    answer = app.request("GET", f"/api/Ticket?{query}")
    assert (answer.status, list(answer.json["errors"])) == (400, [query.partition("=")[0]])


def test_a_statement_that_was_prepared_for_another_type_is_prepared_anew(
    seen: tuple[App, Wire],
    database: Postgres,
) -> None:
    """By hand: what the Data tool does changes no type that an app reads as it is."""
    app, _ = seen
    path = f"/api/Ticket/{ticket(app, Photo='aGVsbG8=')['Id']}/Photo"
    for _ in range(OFTEN):
        assert app.request("GET", path).body == b"hello"
    with closing(database.server().connect(PLACE.database, schema=PLACE.schema)) as owner:
        found = "from pg_trigger where tgrelid = 'issue'::regclass and not tgisinternal"
        ((rule, again),) = owner.execute(f"select tgname, pg_get_triggerdef(oid) {found}").fetchall()
        owner.execute(f"drop trigger {rule} on issue")  # it names the column
        owner.execute("alter table issue alter photo type text using convert_from(photo, 'UTF8')")
        try:
            assert [app.request("GET", path).body for _ in range(OFTEN)] == [b"hello"] * OFTEN
        finally:
            owner.execute("alter table issue alter photo type bytea using convert_to(photo, 'UTF8')")
            owner.execute(again)
    assert app.request("GET", path).body == b"hello"


def test_what_is_looked_for_is_planned_by_its_value(seen: tuple[App, Wire], database: Postgres) -> None:
    """A prepared plan for the average value would read the whole table for a rare one."""
    app, found = seen
    ticket(app)
    with closing(database.server().connect(PLACE.database, schema=PLACE.schema)) as owner:
        owner.execute(
            "insert into issue (title, customer, status) select 'common ' || n, (select min(id) from customer), 'Open' "
            "from generate_series(1, 30000) n"
        )
        owner.execute("vacuum (analyze) issue")
        try:
            for _ in range(2 * OFTEN):
                assert len(items(app, "filter.Status=Open&fields=Subject&sort=Id")) == 25
            before = rows_read(owner)
            found.clear()
            assert items(app, "filter.Status=Lost&fields=Subject&sort=Id") == []
            assert found.statements() == []
            # The server counts with a delay, and when something is asked again.
            wait_for(lambda: app.request("GET", "/api/Ticket/1").status > 0 and rows_read(owner) > before)
            assert rows_read(owner) - before < 10_000
        finally:
            owner.execute("delete from issue where title like 'common %'")


def test_where_values_are_rare_one_plan_fits_all(seen: tuple[App, Wire], database: Postgres) -> None:
    app, found = seen
    owner = customer(app)["Id"]
    with closing(database.server().connect(PLACE.database, schema=PLACE.schema)) as superuser:
        superuser.execute(
            "insert into issue (title, customer, reference) select 'rare ' || n, %s, n / 10 "
            "from generate_series(1, 5000) n",
            [owner],
        )
        superuser.execute("analyze issue")
        try:
            for query, statements in (("Reference=7", 2), ("Customer=1", 3), ("Reference=7&filter.Customer=1", 2)):
                for _ in range(OFTEN):
                    app.request("GET", f"/api/Ticket?filter.{query}&fields=Subject&sort=Due")
                found.clear()
                assert app.request("GET", f"/api/Ticket?filter.{query}&fields=Subject&sort=Due").status == 200
                assert (found.count(BIND), found.count(SYNC)) == (statements, 1), query
        finally:
            superuser.execute("delete from issue where title like 'rare %'")


def rows_read(owner: psycopg.Connection[Any]) -> int:
    """Of the table of tickets so far, as the server has counted them."""
    owner.execute("select pg_stat_clear_snapshot()")
    counts = (
        "select seq_tup_read + coalesce(idx_tup_fetch, 0) + n_tup_upd from pg_stat_user_tables where relname = 'issue'"
    )
    ((found,),) = owner.execute(counts).fetchall()
    return int(found)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_write_that_is_ended_with_its_session_changes_nothing(
    seen: tuple[App, Wire],
    database: Postgres,
    method: str,
) -> None:
    """The server says so while the statement runs, so it is known: no 504."""
    app, _ = seen
    owner = customer(app, Name="Ended")
    with (
        closing(database.server().connect()) as superuser,
        closing(database.server().connect(PLACE.database, schema=PLACE.schema)) as other,
        other.transaction(force_rollback=True),
        other.execute("lock table customer in share mode"),
        sent(
            app,
            method,
            "/api/Customer" if method == "POST" else f"/api/Customer/{owner['Id']}",
            {"Name": "Changed", "Email": "ended@example.com"},
        ) as request,
    ):
        blocked = "from pg_stat_activity where wait_event_type = 'Lock'"
        wait_for(lambda: superuser.execute(f"select count(*) {blocked}").fetchone() == (1,))
        superuser.execute(f"select pg_terminate_backend(pid) {blocked}")
        assert request.getresponse().status == 503
    assert items(app, "search=Changed", "Customer") == []


def test_no_write_depends_on_the_isolation_level_of_others(app: App, database: Postgres) -> None:
    """What a role has in its database comes before what is said of the role, and of the database."""
    names = {name: setting_of(app, name) for name in ("Username", "Password")}
    with closing(database.server().connect()) as superuser:
        superuser.execute(f"alter role \"{names['Username']}\" set default_transaction_isolation = 'serializable'")
        server = database.server()
        asked = {"host": server.host, "port": server.port, "dbname": PLACE.database, "user": names["Username"]}
        with psycopg.connect(**asked, password=names["Password"]) as session:
            assert session.execute("show transaction_isolation").fetchone() == ("read committed",)
        superuser.execute(f'alter role "{names["Username"]}" reset all')


def test_labels_and_filters_of_a_large_table_leave_connections_to_others(
    prepared: App,
    database: Postgres,
) -> None:
    """What has an index, and a table of few rows, need not wait for them."""
    running = App(prepared.folder, prepared.environment)
    running.start(ODCPUB_DATABASE=f"{prepared.environment['ODCPUB_DATABASE']};Maximum Pool Size=4")
    running.wait("/_odc/ready", 200)
    made = ticket(running)
    with (
        closing(database.server().connect(PLACE.database, schema=PLACE.schema)) as owner,
        ExitStack() as asking,
    ):
        owner.execute(
            "insert into issue (title, customer) select 'many ' || n, %s from generate_series(1, 20000) n",
            [made["Customer"]],
        )
        owner.execute("analyze issue")
        try:
            with owner.transaction(force_rollback=True):
                owner.execute("lock table issue")
                for query in ("labels=true&size=50", "filter.Urgent=true", "labels=true&filter.Urgent=true") * 3:
                    asking.enter_context(sent(running, "GET", f"/api/Ticket?{query}"))
                assert running.request("GET", "/api/Customer?labels=true&filter.Score=7").status == 200
                assert running.request("GET", f"/api/Customer/{made['Customer']}").status == 200
        finally:
            owner.execute("delete from issue where title like 'many %'")
            running.stop()
