"""Doctor knows what the platform may do on a server; what it says is missing is what makes it work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.database.reach import Reach
from odcpub.engines.database.server import PostgresServer
from odcpub.engines.ports import Condition, Login, Owner, Place
from odcpub.errors import EngineError, Refused
from tests.databases import DATABASE

USER = f"{DATABASE}_platform"


@contextmanager
def platform(postgres: Postgres, rights: str) -> Iterator[PostgresServer]:
    """The server as a platform knows it whose user has these rights."""
    server = postgres.server()
    with server.connect() as admin:
        admin.execute(f"CREATE ROLE {USER} LOGIN {rights} PASSWORD 'p'".encode())
        admin.execute(f"GRANT CONNECT ON DATABASE postgres TO {USER}".encode())
        try:
            yield PostgresServer(f"postgresql://{USER}@{server.host}:{server.port}/postgres", lambda: "p")
        finally:
            for name in (DATABASE, "postgres"):
                if admin.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None:
                    with server.connect(name) as there:
                        there.execute(f"DROP OWNED BY {USER}".encode())
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(DATABASE)))
            admin.execute(f'DROP ROLE IF EXISTS "x__test_{DATABASE[9:]}"'.encode())
            admin.execute(f"DROP ROLE {USER}".encode())


def test_a_user_who_may_all_is_told_with_version_and_free_connections(postgres: Postgres) -> None:
    found = postgres.condition()
    with postgres.server().connect() as connection:
        version = connection.info.parameter_status("server_version") or ""
        most = int((connection.execute("SHOW max_connections").fetchone() or "0")[0])
    assert f"PostgreSQL {version.split()[0]} at {postgres.server().place}; " in found.found
    assert f"{postgres.server().user} may create databases and roles; " in found.found
    free = int(found.found.partition(f" of {most} connections free")[0].rpartition(" ")[2])
    assert most - 60 < free < most
    assert not found.missing


def test_what_a_user_may_not_is_missing_with_the_statement_that_gives_it(postgres: Postgres) -> None:
    with platform(postgres, "") as weak:
        found = weak.condition()
        assert found.missing
        assert f"{USER} may create nothing" in found.found
        with pytest.raises(EngineError, match="permission denied"):
            weak.check(Place(DATABASE, "x"))
        statement = found.hints[0].partition(": ")[2]
        with postgres.server().connect() as admin:
            admin.execute(statement.encode())
        assert not weak.condition().missing
        weak.check(Place(DATABASE, "x"))
        weak.prepare(Place(DATABASE, "x"), "a-password")


def test_roles_alone_are_enough_where_the_stages_database_is_there(postgres: Postgres) -> None:
    place = Place(DATABASE, "x")
    with platform(postgres, "CREATEROLE") as weak, postgres.server().connect() as admin:
        assert weak.condition().missing
        admin.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0".encode())
        found = weak.condition()
        assert found.missing
        # Others may have stages on this server, too.
        grant = next(hint for hint in found.hints if f'ON DATABASE "{DATABASE}"' in hint).partition(": ")[2]
        admin.execute(grant.encode())
        found = weak.condition()
        assert not found.missing
        assert DATABASE in found.found.partition("and schemas in ")[2]
        admin.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {USER} WITH GRANT OPTION".encode())
        weak.prepare(place, "a-password")


def statements(found: Condition) -> list[str]:
    return [hint.partition("execute: ")[2] for hint in found.hints if "execute: " in hint]


def test_a_stages_database_that_lets_only_some_in_is_missing_until_it_lets_in_the_platform_and_its_apps(
    postgres: Postgres,
) -> None:
    """As a careful administrator makes it: for others nothing, neither in the database nor in its schema ``public``."""
    place = Place(DATABASE, "x")
    with platform(postgres, "CREATEROLE") as weak, postgres.server().connect() as admin:
        admin.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0".encode())
        admin.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC".encode())
        admin.execute(f"GRANT CREATE ON DATABASE {DATABASE} TO {USER}".encode())
        with postgres.server().connect(DATABASE) as there:
            there.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        found, wanted = weak.condition(), f'GRANT CONNECT ON DATABASE "{DATABASE}" TO "{USER}" WITH GRANT OPTION;'
        assert found.missing
        assert wanted in statements(found)  # others may have stages on this server, too
        with pytest.raises(EngineError) as told:
            weak.observe(place)
        assert f'FATAL:  permission denied for database "{DATABASE}"' in told.value.message
        assert told.value.message.endswith(": User does not have CONNECT privilege.")
        assert told.value.hint == f"let its owner or a superuser execute: {wanted}"
        admin.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {USER}".encode())
        assert wanted in statements(weak.condition()), "it can't let its apps in yet"
        admin.execute(wanted.encode())
        assert not weak.condition().missing
        login = weak.prepare(place, "a-password")
        assert apps_login(login)


def apps_login(login: Login) -> bool:
    url = f"host={login.host} port={login.port} dbname={login.database} user={login.user}"
    with psycopg.connect(url, password=login.password) as connection:
        return connection.execute("SELECT current_schemas(false)").fetchone() == ([login.schema],)


@pytest.mark.parametrize("table", [False, True], ids=["empty", "with a table"])
def test_a_schema_of_another_role_is_refused_with_the_statement_that_hands_it_over(
    postgres: Postgres, table: bool
) -> None:
    """As a dump that a superuser restored leaves it."""
    owner = Owner("key", "test")
    place = Place(DATABASE, "x", owner)
    with platform(postgres, "CREATEDB CREATEROLE") as weak:
        weak.prepare(place, "a-password")
        with postgres.server().connect(DATABASE) as admin:
            admin.execute(f"ALTER {'TABLE x.odcpub_schema' if table else 'SCHEMA x'} OWNER TO CURRENT_USER".encode())
            for asked in (weak.observe, lambda one: weak.prepare(one, "a-password")):
                with pytest.raises(Refused) as told:
                    asked(place)
                role = postgres.server().user
                assert f"{DATABASE}.x: the role {role} owns the schema or what is in it" in told.value.message
            found = weak.condition([place])
            assert found.missing and f"{told.value.message}; {told.value.hint}" in found.hints
            admin.execute(told.value.hint.partition(f"{DATABASE}: ")[2].encode())
        assert not weak.condition([place]).missing
        weak.observe(place)
        weak.prepare(place, "a-password")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("PASSWORD 'another'", "has another password than the app"),
        ("NOLOGIN", "may not log in"),
        ("VALID UNTIL '2020-01-01'", "has a password that has expired"),
    ],
)
def test_another_password_is_noticed_where_none_may_be_looked_at(postgres: Postgres, change: str, told: str) -> None:
    """By logging in as the app."""
    place = Place(DATABASE, "x")
    with platform(postgres, "CREATEDB CREATEROLE") as weak, postgres.server().connect() as admin:
        access = weak.prepare(place, "a-password")
        assert weak.access_fault(place, "a-password") == ""
        admin.execute(f"ALTER ROLE {access.user} {change}".encode())
        assert weak.access_fault(place, "a-password") == f"the role {access.user} {told}"
        weak.prepare(place, "a-password")
        assert weak.access_fault(place, "a-password") == ""


def test_a_frozen_server_is_missing_and_few_connections_a_warning(postgres: Postgres) -> None:
    with platform(postgres, "CREATEDB CREATEROLE") as frozen, postgres.server().connect() as admin:
        assert not frozen.condition().missing
        admin.execute(f"ALTER ROLE {USER} SET default_transaction_read_only = on".encode())
        found = frozen.condition()
        assert found.missing
        assert any("default_transaction_read_only" in hint for hint in found.hints)


def test_connections_that_would_not_do_are_a_warning(postgres: Postgres) -> None:
    from odcpub.engines.database.condition import condition

    pooled = Reach("::1", 6432, "transaction", 10_000)
    assert any("max_connections" in hint for hint in condition(postgres.server(), Reach(connections=10_000)).hints)
    for enough in (Reach(connections=1), pooled):
        assert not any("max_connections" in hint for hint in condition(postgres.server(), enough).hints)
    assert "; apps connect to [::1]:6432, transaction pooling; " in condition(postgres.server(), pooled).found
