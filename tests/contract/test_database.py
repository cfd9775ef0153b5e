"""The Database port on every engine: logins, roles, the live schema, applying plans, what goes wrong."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from odcpub.data.fingerprint import fingerprint
from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.target import RESERVED, target_schema
from odcpub.engines.database import embedded as embedded_module
from odcpub.engines.database import migrate
from odcpub.engines.database.chain import scripts, write_scripts
from odcpub.engines.database.embedded import EmbeddedPostgres
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.database.reach import Reach
from odcpub.engines.database.roles import role_name
from odcpub.engines.database.server import PostgresServer
from odcpub.engines.ports import Login, Owner, Place
from odcpub.errors import EngineError, Refused, TemporaryEngineError, UsageError
from odcpub.model.elements import Asset, Attribute, Basic, Entity, Function, Index, Kind, Record, StaticEntity
from tests.databases import QA, Stage
from tests.helpdesk_asset import attribute as field

HOSTILE = "it's \"50%\" %s %(x)s :bind \\ \\' {brace} $1 $$ -- /* 'ü' 😀 ; DROP"
SCHEMA = "contract"


def app(*entities: Entity, statics: tuple[StaticEntity, ...] = ()) -> Asset:
    return Asset(Kind.APP, "A", "k", static_entities=statics, entities=entities)


def simple(*attributes: Attribute, unique: tuple[str, ...] = ()) -> Asset:
    indexes = (Index("I", "I", unique, True),) if unique else ()
    return app(Entity("Thing", "Thing", (field("Name", Basic.TEXT, length=50), *attributes), indexes))


def login(access: Login, password: str = "", database: str = "") -> Any:
    return psycopg.connect(
        host=access.host, port=access.port, dbname=database or access.database, user=access.user,
        password=password or access.password, autocommit=True, connect_timeout=5,
    )  # fmt: skip


def refused(connection: Any, statement: str) -> bool:
    try:
        connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


def test_the_app_reads_and_writes_rows_and_nothing_else(stage: Stage) -> None:
    stage.publish(simple())
    other = Stage(stage.engine, stage.folder / "other", "contract_other")
    other.publish(simple())
    qa = Stage(stage.engine, stage.folder / "qa", "contract", QA)
    with login(stage.engine.prepare(stage.place, "pw-one")) as connection:
        connection.execute("INSERT INTO thing (name) VALUES ('a')")
        connection.execute("UPDATE thing SET name = 'b'")
        assert connection.execute("SELECT name FROM thing").fetchall() == [("b",)]
        connection.execute("DELETE FROM thing")
        assert connection.execute("SELECT count(*) FROM odcpub_schema").fetchone() == (1,)
        for statement in (
            "CREATE TABLE own (a int)", "ALTER TABLE thing ADD x int", "DROP TABLE thing", "TRUNCATE thing",
            "CREATE SCHEMA own", "CREATE TABLE public.own (a int)", "CREATE TEMP TABLE own (a int)",
            "SELECT * FROM odcpub_alembic", "DELETE FROM odcpub_schema", "INSERT INTO odcpub_schema VALUES ('x')",
            "SELECT * FROM contract_other.thing", "CREATE ROLE other", "SELECT * FROM pg_authid",
            "COPY thing TO PROGRAM 'true'", "SELECT pg_read_file('PG_VERSION')",
        ):  # fmt: skip
            assert refused(connection, statement), statement
    access = stage.engine.prepare(stage.place, "pw-one")
    assert qa.place.database != access.database
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        login(access, database=qa.place.database)


def test_tables_made_later_are_the_apps_too(stage: Stage) -> None:
    access = stage.engine.prepare(stage.place, "pw-one")
    stage.publish(simple())
    with login(access) as connection:
        connection.execute("INSERT INTO thing (name) VALUES ('a')")
        assert connection.execute("SELECT name FROM thing").fetchall() == [("a",)]


def test_rights_are_granted_where_they_lack_and_nowhere_else(stage: Stage) -> None:
    """Each grant writes a row of the catalog: a thousand at every deployment of a large app."""
    stage.publish(simple())
    role = role_name(stage.place)
    versions = "SELECT relname, xmin::text FROM pg_class WHERE relnamespace = %s::regnamespace AND relname <> ALL(%s)"
    given = [stage.schema, list(RESERVED)]
    with stage.connect() as connection:
        connection.execute(f"REVOKE UPDATE ON thing FROM {role}")
        connection.execute("CREATE TABLE lost (id serial PRIMARY KEY)")
        connection.execute(f"REVOKE ALL ON lost, lost_id_seq FROM {role}")
        connection.execute("CREATE TABLE whole (id int)")
        before = dict(connection.execute(versions, given).fetchall())
    with login(stage.engine.prepare(stage.place, "a-password")) as connection:
        connection.execute("UPDATE thing SET name = 'a'")
        assert connection.execute("INSERT INTO lost DEFAULT VALUES RETURNING id").fetchone() == (1,)
    with stage.connect() as connection:
        after = dict(connection.execute(versions, given).fetchall())
    assert {name for name in after if after[name] != before[name]} == {"thing", "lost", "lost_id_seq"}


def test_passwords_change_only_when_they_do(stage: Stage) -> None:
    def verifier() -> str:
        with stage.connect() as connection:
            query = "SELECT rolpassword FROM pg_authid WHERE rolname = %s"
            return str(connection.execute(query, [access.user]).fetchone()[0])

    access = stage.engine.prepare(stage.place, HOSTILE)
    assert HOSTILE not in repr(access)
    first = verifier()
    assert first.startswith("SCRAM-SHA-256$")
    stage.engine.prepare(stage.place, HOSTILE)
    assert verifier() == first
    with login(access):
        pass
    stage.engine.prepare(stage.place, "another")
    assert verifier() != first
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        login(access)


POWERS = ("SUPERUSER", "CREATEDB", "CREATEROLE", "REPLICATION", "BYPASSRLS", "a member of pg_monitor")


LOST = (
    ("ALTER ROLE {role} PASSWORD 'another'", "has another password than the app"),
    ("ALTER ROLE {role} NOLOGIN", "may not log in"),
    ("ALTER ROLE {role} VALID UNTIL '2020-01-01'", "has a password that has expired"),
    (
        "ALTER ROLE {role} IN DATABASE {database} SET datestyle TO 'German'",
        "has lost the settings of its sessions (datestyle)",
    ),
    ("REVOKE CONNECT ON DATABASE {database} FROM {role}", "may not connect to the stage's database"),
    ("REVOKE USAGE ON SCHEMA contract FROM {role}", "may not use the app's schema"),
    ("REVOKE DELETE ON thing FROM {role}", "may not read and write 1 table (thing)"),
    ("DROP OWNED BY {role}; DROP ROLE {role}", "does not exist"),
)


@pytest.mark.parametrize(("statement", "told"), LOST)
def test_what_the_role_has_lost_is_told_and_set_right(stage: Stage, statement: str, told: str) -> None:
    """By an administrator, or with a dump that came back without roles and rights; and nothing where it has lost
    nothing."""
    engine, password = stage.engine, "pw-one"
    stage.publish(simple())
    access = engine.prepare(stage.place, password)
    assert engine.access_fault(stage.place, password) == ""
    with stage.connect() as connection:
        connection.execute(statement.format(role=access.user, database=access.database).encode())
    assert engine.access_fault(stage.place, password) == f"the role {access.user} {told}"
    engine.prepare(stage.place, password)
    assert engine.access_fault(stage.place, password) == ""
    with login(access) as connection:
        connection.execute("DELETE FROM thing")


def test_where_nothing_is_left_nothing_is_amiss(stage: Stage) -> None:
    """All of it is made anew, which the plan says itself."""
    for place in (Place("odc_of_nobody", "x"), Place(stage.database, "of_nobody")):
        assert stage.engine.access_fault(place, "pw-one") == ""


@pytest.mark.parametrize("power", POWERS)
def test_a_role_that_may_do_more_than_an_app_is_not_given_to_one(stage: Stage, power: str) -> None:
    place = Place(stage.database, f"power_{POWERS.index(power)}")
    role = role_name(place)
    with stage.connect("") as connection:
        connection.execute(f"CREATE ROLE {role} {power if power.isupper() else 'IN ROLE pg_monitor'}".encode())
        for act in (stage.engine.check, lambda place: stage.engine.prepare(place, "a-password")):
            with pytest.raises(Refused, match=f"role {role} exists already .* it is {power}; nothing was changed"):
                act(place)
        found = connection.execute("SELECT rolcanlogin, rolpassword FROM pg_authid WHERE rolname = %s", [role])
        assert found.fetchone() == (False, None)
        connection.execute(f"DROP ROLE {role}; CREATE ROLE {role}".encode())
    stage.engine.check(place)
    with login(stage.engine.prepare(place, "a-password")):
        pass


ADA, BOB = "ada@desk-1f", "bob@lap-2e"


def owned(stage: Stage, asset: str, installation: str = ADA) -> Place:
    return replace(stage.place, owner=Owner(asset, installation))


@pytest.mark.parametrize(("asset", "installation"), [("another", ADA), ("another", BOB), ("first", BOB)])
def test_a_schema_is_not_taken_from_its_owner(stage: Stage, asset: str, installation: str) -> None:
    access = stage.engine.prepare(owned(stage, "first"), "pw-one")
    stage.publish(simple())
    before, plan = stage.live(), stage.plan(simple(field("More", Basic.TEXT, length=9)))
    write_scripts(plan, stage.chain, 2)
    foreign = owned(stage, asset, installation)
    for act in (
        lambda: stage.engine.observe(foreign),
        lambda: stage.engine.prepare(foreign, "pw-two"),
        lambda: stage.engine.apply(foreign, plan, EXPAND, stage.chain, print),
    ):
        with pytest.raises(Refused, match=rf"key first\) as installation {ADA}") as caught:
            act()
        assert "nothing was changed" in caught.value.message
    assert stage.live() == before
    with login(access):
        pass
    assert stage.engine.prepare(owned(stage, "first"), "pw-one") == access


def test_a_schema_is_taken_over_by_the_line_that_the_refusal_gives(stage: Stage) -> None:
    stage.engine.prepare(owned(stage, "first"), "pw-one")
    foreign = owned(stage, "first", BOB)
    with pytest.raises(Refused, match="this app") as caught:
        stage.engine.observe(foreign)
    with stage.connect() as connection:
        connection.execute(caught.value.hint[caught.value.hint.index("COMMENT ON") :].encode())
    with login(stage.engine.prepare(foreign, "pw-two")):
        pass
    with pytest.raises(Refused, match="this app"):
        stage.engine.prepare(owned(stage, "first"), "pw-one")


def test_a_schema_without_a_mark_is_anybodys_while_empty_and_else_whose_the_database_says(stage: Stage) -> None:
    comment = f"COMMENT ON SCHEMA \"{stage.schema}\" IS 'kept by Eve''s team'".encode()
    with stage.connect() as connection:
        connection.execute(comment)
    assert stage.engine.observe(owned(stage, "first")) is not None
    stage.engine.prepare(owned(stage, "first"), "pw")
    stage.publish(simple())
    with stage.connect() as connection:
        query = "SELECT obj_description(%s::regnamespace, 'pg_namespace')"
        marked = f"kept by Eve's team\nodcpub: asset=first installation={ADA}"
        assert connection.execute(query, [stage.schema]).fetchone() == (marked,)
        connection.execute(comment)
    for act in (stage.engine.observe, lambda place: stage.engine.prepare(place, "other")):
        with pytest.raises(Refused, match="nobody that it names, and it has tables") as caught:
            act(owned(stage, "first"))
    with stage.connect() as connection:
        connection.execute(caught.value.hint[caught.value.hint.index("COMMENT ON") :].encode())
    assert stage.engine.observe(owned(stage, "first")) is not None
    with login(stage.engine.prepare(owned(stage, "first"), "pw")):
        pass


@pytest.mark.parametrize("ask", [True, False])
def test_references_that_come_back_to_rows_that_are_gone_are_spared_until_they_are_corrected(
    stage: Stage, ask: bool
) -> None:
    post = Entity("Post", "Post", (field("Name", Basic.TEXT, length=9),))
    comment = Entity("Comment", "Comment", (field("Post", Basic.IDENTIFIER, target="Post", mandatory=True),))
    stage.publish(app(post, comment))
    stage.insert({"post": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]})
    stage.insert({"comment": [{"id": 7, "post": 1}, {"id": 8, "post": 2}]})
    stage.publish(app(post))
    with stage.connect() as connection:
        connection.execute("DELETE FROM post WHERE id = 1")
    plan = stage.publish(app(post, comment), ask)
    for _ in range(2):
        (notice,) = stage.engine.inspect(stage.place, plan.notices)
        told = "Comment.Post: 1 row refers to a row that does not exist, and stays so: row 7: 1; "
        assert notice.told.startswith(told)
        plan = stage.plan(app(post, comment), ask)
        assert (plan.steps, plan.checks, plan.refusals) == ((), (), ())
    with stage.connect() as connection:
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute("INSERT INTO comment (post) VALUES (1)")
        connection.execute("UPDATE comment SET post = 2 WHERE id = 7")
    plan = stage.publish(app(post, comment), ask)
    assert [step.operation for step in plan.steps] == ["validate"]
    assert (plan.notices, stage.plan(app(post, comment), ask).steps) == ((), ())


def test_references_that_the_version_that_runs_can_correct_are_not_spared(stage: Stage) -> None:
    post = Entity("Post", "Post", ())
    model = app(post, Entity("Comment", "Comment", (field("Post", Basic.IDENTIFIER, target="Post"),)))
    stage.publish(model)
    with stage.connect() as connection:
        query = "SELECT conname FROM pg_constraint WHERE conrelid = 'comment'::regclass AND contype = 'f'"
        name = connection.execute(query).fetchone()[0]
        connection.execute(f'ALTER TABLE comment DROP CONSTRAINT "{name}"'.encode())
    stage.insert({"comment": [{"id": 7, "post": 1}]})
    for ask in (True, False):
        with pytest.raises(Refused) as refusal:
            stage.publish(model, ask)
        assert "in the version that runs" in refusal.value.details[0]


def test_what_is_not_there_is_observed_as_nothing(stage: Stage) -> None:
    assert stage.engine.observe(Place("odc_nowhere", "x")) is None
    assert stage.engine.observe(Place(stage.database, "no_such_schema")) is None
    live = stage.live()
    assert live is not None
    assert live.tables == ()


EVERYTHING = app(
    Entity("All", "All", (
        field("Name", Basic.TEXT, length=200, mandatory=True, default=HOSTILE, min_length=1, pattern="[^']*'.*|x{2,3}"),
        field("Notes", Basic.TEXT, default="a\nb\tc"),
        field("N", Basic.INTEGER, default=-5, minimum=Decimal(-10), maximum=Decimal(10)),
        field("P", Basic.INTEGER, default=5),
        field("L", Basic.LONG_INTEGER, default=9_000_000_000, minimum=Decimal(-(2**62))),
        field("D", Basic.DECIMAL, digits=10, decimals=3, default=Decimal("1.250"), minimum=Decimal("-0.5")),
        field("C", Basic.CURRENCY, default=80),
        field("C2", Basic.CURRENCY, default=Decimal("-0.1")),
        field("B", Basic.BOOLEAN, default=True, mandatory=True),
        field("Day", Basic.DATE, default="2026-01-31"),
        field("Clock", Basic.TIME, default="12:30:00.25"),
        field("Moment", Basic.DATE_TIME, default="2026-01-31T12:30:00.5+01:00"),
        field("Today", Basic.DATE, default=Function.CURR_DATE),
        field("Hour", Basic.TIME, default=Function.CURR_TIME),
        field("Now", Basic.DATE_TIME, default=Function.CURR_DATE_TIME),
        field("Mail", Basic.EMAIL, mandatory=True, default="a@b"),
        field("Phone", Basic.PHONE_NUMBER, default="1"),
        field("Photo", Basic.BINARY_DATA),
        field("State", Basic.IDENTIFIER, target="State", default="It's"),
        field("Code", Basic.IDENTIFIER, target="Money.CurrencyCode", default="EUR"),
        field("Parent", Basic.IDENTIFIER, target="All"),
    ), (Index("ByN", "ByN", ("N", "P"), True), Index("ByDay", "ByDay", ("Day",)))),
    statics=(StaticEntity("State", "State", (Record("It's", HOSTILE, 1), Record("B", "b", 2, is_active=False))),),
)  # fmt: skip


def test_every_type_default_and_rule_reads_back_as_it_was_asked_for(stage: Stage) -> None:
    stage.publish(EVERYTHING)
    assert stage.fingerprint() == fingerprint(target_schema(EVERYTHING))
    with stage.connect() as connection:
        connection.execute('INSERT INTO "all" DEFAULT VALUES')
        assert connection.execute('SELECT name, notes, d FROM "all"').fetchone() == (
            HOSTILE, "a\nb\tc", Decimal("1.250")
        )  # fmt: skip
        assert connection.execute("SELECT label FROM state WHERE id = 'It''s'").fetchone() == (HOSTILE,)


def test_every_type_default_and_rule_can_be_added_to_a_table_with_rows(stage: Stage) -> None:
    entity = EVERYTHING.entities[0]
    stage.publish(replace(EVERYTHING, entities=(replace(entity, attributes=(), indexes=()),)))
    stage.insert({"all": [{"id": 1}]})
    stage.publish(EVERYTHING)
    assert stage.fingerprint() == fingerprint(target_schema(EVERYTHING))


def test_words_of_sql_are_names_like_others(stage: Stage) -> None:
    with stage.connect() as connection:
        words = connection.execute("SELECT word, catcode = 'R' FROM pg_get_keywords()").fetchall()
    names = [word for word, _ in words]
    reserved = {word for word, is_reserved in words if is_reserved}
    asset = app(
        *(Entity(word, word, (field("A", Basic.TEXT),)) for word in ("user", "select", "order", "table", "default")),
        *(
            Entity(f"Words{start}", f"Words{start}", tuple(field(word, Basic.INTEGER) for word in names[start:][:50]))
            for start in range(0, len(names), 50)  # each change of a table costs what its width is
        ),
    )
    stage.publish(asset)
    wider = replace(
        asset, entities=tuple(
            replace(entity, attributes=tuple(
                replace(attribute, type=field("x", Basic.LONG_INTEGER).type, mandatory=attribute.name in reserved)
                if attribute.type.basic is Basic.INTEGER else attribute for attribute in entity.attributes
            )) for entity in asset.entities
        ),
    )  # fmt: skip
    stage.publish(wider)
    assert stage.fingerprint() == fingerprint(target_schema(wider))


def test_an_index_somebody_added_stays(stage: Stage) -> None:
    stage.publish(simple())
    with stage.connect() as connection:
        connection.execute("CREATE INDEX by_hand ON thing (lower(name))")
    assert stage.plan(simple()).steps == ()
    stage.publish(simple(field("B", Basic.TEXT)))
    with stage.connect() as connection:
        assert connection.execute("SELECT to_regclass('by_hand') IS NOT NULL").fetchone() == (True,)


def test_a_stale_plan_is_refused_and_changes_nothing(stage: Stage) -> None:
    stage.publish(simple())
    plan = stage.plan(simple(field("B", Basic.TEXT)))
    write_scripts(plan, stage.chain, 2)
    with stage.connect() as connection:
        connection.execute("ALTER TABLE thing ADD COLUMN meanwhile int")
    before = stage.fingerprint()
    with pytest.raises(Refused, match="stale"):
        stage.engine.apply(stage.place, plan, EXPAND, stage.chain, print)
    assert stage.fingerprint() == before


def test_a_comment_that_somebody_wrote_since_the_plan_was_made_is_kept(stage: Stage) -> None:
    stage.publish(simple(field("B", Basic.TEXT)))
    plan = stage.plan(simple())  # notes at the column that the model has dropped it
    write_scripts(plan, stage.chain, 2)
    with stage.connect() as connection:
        connection.execute("COMMENT ON COLUMN thing.b IS 'by hand'")
    with pytest.raises(Refused, match=r"stale: the comment on thing\.b has changed"):
        stage.engine.apply(stage.place, plan, EXPAND, stage.chain, print)
    with stage.connect() as connection:
        query = "SELECT col_description('thing'::regclass, attnum) FROM pg_attribute WHERE attname = 'b'"
        assert connection.execute(query).fetchone() == ("by hand",)
    stage.publish(simple())
    with stage.connect() as connection:
        (comment,) = connection.execute(query).fetchone()
    assert comment.startswith("by hand\nodcpub: ")


def test_tighten_of_an_earlier_deployment_is_refused(stage: Stage) -> None:
    stage.publish(simple())
    old = stage.plan(simple(unique=("Name",)))
    write_scripts(old, stage.chain, 2)
    stage.engine.apply(stage.place, old, EXPAND, stage.chain, print)
    stage.number = 2
    stage.publish(simple(field("B", Basic.TEXT)))
    with pytest.raises(EngineError):
        stage.engine.apply(stage.place, old, TIGHTEN, stage.chain, print)
    assert stage.plan(simple(field("B", Basic.TEXT))).steps == ()


def test_a_phase_that_was_applied_does_nothing(stage: Stage) -> None:
    plan = stage.publish(simple(field("B", Basic.TEXT, default="x"), unique=("Name",)))
    stage.insert({"thing": [{"id": 1, "name": "a", "b": "y"}]})
    before = stage.rows(), stage.fingerprint()
    assert write_scripts(plan, stage.chain, stage.number) == tuple(scripts(stage.chain))
    stage.engine.apply(stage.place, plan, EXPAND, stage.chain, print)
    stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
    assert (stage.rows(), stage.fingerprint()) == before


def test_a_deployment_that_failed_before_its_migration_leaves_the_chain(stage: Stage) -> None:
    stage.publish(simple())
    failed = stage.plan(simple(field("Never", Basic.TEXT)))
    write_scripts(failed, stage.chain, 2)
    stage.number = 2
    stage.publish(simple(field("B", Basic.TEXT)))
    assert [script.number for script in scripts(stage.chain)] == [1, 3]


def test_a_plan_made_anew_in_the_same_deployment_goes_on(stage: Stage) -> None:
    """Expand was applied, then the process died and planned again from what it found."""
    stage.publish(simple())
    model = simple(field("B", Basic.TEXT, mandatory=True), unique=("Name",))
    plan = stage.plan(model)
    write_scripts(plan, stage.chain, 2)
    stage.engine.apply(stage.place, plan, EXPAND, stage.chain, print)
    stage.number = 1
    stage.publish(model)
    assert stage.plan(model).steps == ()
    chain = [(script.number, script.phase) for script in scripts(stage.chain)]
    assert chain[:3] == [(1, EXPAND), (2, EXPAND), (2, EXPAND)]
    assert set(chain[3:]) == {(2, TIGHTEN)}


def test_two_at_once_apply_once(stage: Stage) -> None:
    stage.publish(simple())
    model = simple(field("B", Basic.TEXT, mandatory=True, default="x"), unique=("Name",))
    plan = stage.plan(model)
    write_scripts(plan, stage.chain, 2)
    failures: list[Exception] = []

    def run() -> None:
        try:
            for phase in (EXPAND, TIGHTEN):
                stage.engine.apply(stage.place, plan, phase, stage.chain, print)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert stage.plan(model).steps == ()


def test_two_apps_at_once_do_not_meet(stage: Stage, tmp_path: Path) -> None:
    """``alembic.op`` is one object for the process; each migration has its own."""
    stages = [Stage(stage.engine, tmp_path / name, f"contract_{name}") for name in ("a", "b", "c")]
    threads = [threading.Thread(target=each.publish, args=[EVERYTHING]) for each in stages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {each.fingerprint() for each in stages} == {fingerprint(target_schema(EVERYTHING))}


def test_it_waits_for_a_lock_and_gives_up_in_time(stage: Stage) -> None:
    stage.publish(simple())
    plan = stage.plan(simple(field("B", Basic.TEXT)))
    write_scripts(plan, stage.chain, 2)
    before, said = stage.fingerprint(), []
    target = migrate.Target(stage.engine.server(), stage.place, patience=1.5)
    with stage.connect() as holder:
        holder.execute("BEGIN; LOCK TABLE thing IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(TemporaryEngineError, match="lock") as failure:
            migrate.apply(target, plan, EXPAND, stage.chain, said.append)
        assert "pg_stat_activity" in failure.value.hint
        holder.execute("ROLLBACK")
        assert said
        assert stage.fingerprint() == before
        holder.execute("BEGIN; LOCK TABLE thing IN ACCESS EXCLUSIVE MODE")
        timer = threading.Timer(1.5, lambda: holder.execute("ROLLBACK"))
        timer.start()
        stage.engine.apply(stage.place, plan, EXPAND, stage.chain, said.append)
        timer.join()
    assert stage.fingerprint() != before


def test_a_kill_in_the_middle_of_tightening_is_made_good(stage: Stage) -> None:
    stage.publish(simple())
    stage.insert({"thing": [{"id": n, "name": str(n)} for n in range(1, 50)]})
    model = simple(field("B", Basic.TEXT, default="x", mandatory=True, min_length=1), unique=("Name",))
    plan = stage.plan(model)
    write_scripts(plan, stage.chain, 2)
    stage.engine.apply(stage.place, plan, EXPAND, stage.chain, print)
    outcome: list[Exception] = []

    def tighten() -> None:
        try:
            stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
        except Exception as error:
            outcome.append(error)

    with stage.connect() as holder, stage.connect() as killer:
        holder.execute("BEGIN; UPDATE thing SET name = name WHERE id = 1")
        thread = threading.Thread(target=tighten)
        thread.start()
        query = (
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND query ILIKE 'CREATE UNIQUE INDEX CONC%'"
        )
        deadline = time.monotonic() + 60
        while not (found := killer.execute(query).fetchall()) and time.monotonic() < deadline:
            time.sleep(0.05)
        killer.execute("SELECT pg_terminate_backend(%s)", [found[0][0]])
        thread.join()
        holder.execute("ROLLBACK")
    assert isinstance(outcome[0], TemporaryEngineError)
    live = stage.live()
    assert live is not None
    assert not all(index.valid for table in live.tables for index in table.indexes)
    stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
    assert stage.plan(model).steps == ()


def test_earlier_versions_stay_ready_until_tightened(stage: Stage) -> None:
    def markers() -> set[str]:
        with stage.connect() as connection:
            return {row[0] for row in connection.execute("SELECT target FROM odcpub_schema")}

    first = stage.publish(simple()).target
    plan = stage.plan(simple(unique=("Name",)))
    write_scripts(plan, stage.chain, 2)
    stage.engine.apply(stage.place, plan, EXPAND, stage.chain, print)
    assert markers() == {first, plan.target}
    stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
    assert markers() == {plan.target}


def test_a_database_that_was_lost_begins_a_new_chain(stage: Stage) -> None:
    stage.publish(simple())
    stage.publish(simple(field("B", Basic.TEXT)))
    again = Stage(stage.engine, stage.folder, stage.schema, number=2)
    again.publish(simple(field("B", Basic.TEXT)))
    assert [script.number for script in scripts(again.chain)] == [3]
    assert (again.folder / "versions-before-0003").is_dir()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://me@127.0.0.1:1/postgres", "can't be reached"),
        ("postgresql://me@no-such-host.invalid/postgres", "can't be reached"),
    ],
)
def test_a_server_that_does_not_answer(url: str, said: str) -> None:
    with pytest.raises(TemporaryEngineError, match=said) as failure:
        PostgresServer(url, lambda: "s3cret").observe(Place("a", "b"))
    assert "s3cret" not in failure.value.message + failure.value.hint


def test_a_wrong_password_is_said_without_it(postgres: Postgres) -> None:
    server = postgres.server()
    wrong = PostgresServer(f"postgresql://{server.user}@{server.host}:{server.port}/postgres", lambda: "s3cret")
    with pytest.raises(EngineError, match="password authentication failed") as failure:
        wrong.observe(Place("a", "b"))
    assert "s3cret" not in failure.value.message + failure.value.hint
    assert not isinstance(failure.value, TemporaryEngineError)


def test_a_user_without_rights_is_told_which(stage: Stage) -> None:
    access = stage.engine.prepare(stage.place, "pw")
    weak = PostgresServer(
        f"postgresql://{access.user}@{access.host}:{access.port}/{access.database}", lambda: access.password
    )
    stage.engine.check(Place("odc_weak", "x"))
    for asked in (lambda place: weak.prepare(place, "y"), weak.check):
        with pytest.raises(EngineError, match="permission denied") as failure:
            asked(Place("odc_weak", "x"))
        assert "create databases, schemas and roles" in failure.value.hint


@pytest.mark.parametrize(
    "url",
    ["mysql://a@b/c", "postgresql://host/db", "postgresql://a@/db", "postgresql://a@b:port/db", "nonsense",
     "postgresql://a:secret@b/db", "postgresql://a@b/db?unknown=1"],
)  # fmt: skip
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(UsageError) as failure:
        PostgresServer(url, lambda: "")
    assert "secret" not in failure.value.message


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(tmp_path / "data", tmp_path / "run")
    try:
        yield made
    finally:
        made.close(stop=True)


def pid(data: Path) -> int:
    return int((data / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def test_embedded_is_adopted_restarted_and_stopped(embedded: EmbeddedPostgres, tmp_path: Path) -> None:
    data = tmp_path / "data"
    server = embedded.server()
    assert oct((data / "superuser").stat().st_mode)[-3:] == "600"
    with server.connect() as connection:
        connection.execute("CREATE TABLE public.kept (a int)")
    first = pid(data)

    later = EmbeddedPostgres(data, tmp_path / "run")
    assert later.server().port == server.port
    assert pid(data) == first

    os.kill(first, signal.SIGKILL)
    while Path(f"/proc/{first}").exists() and "Z" not in Path(f"/proc/{first}/stat").read_text().split()[2]:
        time.sleep(0.02)
    assert later.died()
    assert later.server().port == server.port
    assert not later.died()
    with later.server().connect() as connection:
        assert connection.execute("SELECT count(*) FROM public.kept").fetchone() == (0,)

    later.close(stop=True)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port))


def test_embedded_ends_though_its_data_was_removed(embedded: EmbeddedPostgres, tmp_path: Path) -> None:
    port = embedded.server().port
    shutil.rmtree(tmp_path / "data")
    assert not embedded.died()
    embedded.close(stop=True)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port))


def test_embedded_goes_elsewhere_when_its_port_is_taken_and_its_pid_file_lies(
    embedded: EmbeddedPostgres, tmp_path: Path
) -> None:
    port = embedded.server().port
    pid_file = tmp_path / "data" / "cluster" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    embedded.close(stop=True)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        assert EmbeddedPostgres(tmp_path / "data", tmp_path / "run").server().port != port


def test_embedded_goes_elsewhere_when_somebody_was_quicker_to_take_its_port(
    embedded: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken, free = other.getsockname()[1], embedded_module._bindable
        ports = iter([taken])
        monkeypatch.setattr(embedded_module, "_bindable", lambda *asked: next(ports, 0) or free(*asked))
        assert embedded.server().port != taken


def test_embedded_logs_no_statement_and_no_password(embedded: EmbeddedPostgres, tmp_path: Path) -> None:
    embedded.prepare(Place("odc_a", "x"), "pl41n-pass")
    with embedded.server().connect() as connection, pytest.raises(psycopg.Error):
        connection.execute("SELECT 'hidden-value' FROM nowhere")
    embedded.close(stop=True)
    said = (tmp_path / "run" / "postgres.log").read_text()
    assert "pl41n-pass" not in said
    assert "SCRAM-SHA" not in said
    assert "hidden-value" not in said


def test_embedded_that_does_not_start_tells_why_and_not_why_an_earlier_start_failed(
    embedded: EmbeddedPostgres, tmp_path: Path
) -> None:
    embedded.server()
    embedded.close(stop=True)
    with (tmp_path / "run" / "postgres.log").open("a") as log:
        log.write('2026-01-31 FATAL:  could not write to file "pg_wal/xlogtemp.9": No space left on device\n')
    with (tmp_path / "data" / "cluster" / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(EngineError, match=r"configuration file .* contains errors") as failure:
        EmbeddedPostgres(tmp_path / "data", tmp_path / "run").server()
    assert "disk" not in failure.value.message


def test_embedded_of_another_version_is_told(embedded: EmbeddedPostgres, tmp_path: Path) -> None:
    embedded.server()
    embedded.close(stop=True)
    (tmp_path / "data" / "cluster" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EngineError, match="its data is of PostgreSQL 17, the installed one is 18"):
        EmbeddedPostgres(tmp_path / "data", tmp_path / "run").server()


def test_embedded_that_can_not_listen_is_told(tmp_path: Path) -> None:
    made = EmbeddedPostgres(tmp_path / "data", tmp_path / "run", listen=("192.0.2.1",))
    with pytest.raises(TemporaryEngineError, match=r"can't listen on 127\.0\.0\.1, 192\.0\.2\.1"):
        made.server()


def test_embedded_that_should_listen_on_more_is_started_anew(embedded: EmbeddedPostgres, tmp_path: Path) -> None:
    port, first = embedded.server().port, pid(tmp_path / "data")
    wider = EmbeddedPostgres(tmp_path / "data", tmp_path / "run", listen=("127.0.0.2",), reach=Reach("127.0.0.2"))
    access = wider.prepare(Place("odc_a", "x"), "pw")
    assert (access.host, access.port) == ("127.0.0.2", port)
    assert pid(tmp_path / "data") != first
    with socket.create_connection(("127.0.0.2", port)):
        pass
    EmbeddedPostgres(tmp_path / "data", tmp_path / "run").server()
    assert pid(tmp_path / "data") != first
