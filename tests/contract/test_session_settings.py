"""The live schema reads the same, and is migrated the same, whatever the server says of its sessions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from odcpub.data.fingerprint import fingerprint
from odcpub.data.schema import Schema
from odcpub.data.target import target_schema
from odcpub.engines.database import connection as connections
from odcpub.engines.database import migrate
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.database.session_settings import SETTINGS
from odcpub.errors import EngineError
from odcpub.model.elements import Asset, Attribute, Basic, Entity, Index, Kind
from tests.contract.test_database import EVERYTHING
from tests.databases import Stage, upgrade_head
from tests.helpdesk_asset import attribute as field

HOSTILE = {
    "array_nulls": "off",
    "backslash_quote": "on",
    "bytea_output": "escape",
    "check_function_bodies": "off",
    "client_encoding": "LATIN1",
    "client_min_messages": "error",
    "datestyle": "German, DMY",
    "default_text_search_config": "pg_catalog.german",
    "default_transaction_deferrable": "on",
    "default_transaction_isolation": "serializable",
    "escape_string_warning": "off",
    "exit_on_error": "on",
    "extra_float_digits": "-3",
    "idle_in_transaction_session_timeout": "1ms",
    "idle_session_timeout": "1ms",
    "intervalstyle": "iso_8601",
    "lc_messages": "POSIX",
    "lc_monetary": "POSIX",
    "lc_numeric": "POSIX",
    "lc_time": "POSIX",
    "lock_timeout": "1ms",
    "quote_all_identifiers": "on",
    "row_security": "on",
    "search_path": "public, pg_catalog",
    "standard_conforming_strings": "off",
    "statement_timeout": "1ms",
    "synchronous_commit": "off",
    "timezone": "Asia/Tokyo",
    "timezone_abbreviations": "India",
    "transform_null_equals": "on",
    "xmlbinary": "hex",
    "xmloption": "document",
}
LEFT = {
    "client_min_messages", "createrole_self_grant", "default_table_access_method", "default_tablespace",
    "default_toast_compression", "default_transaction_read_only", "gin_fuzzy_search_limit", "gin_pending_list_limit",
    "icu_validation_level", "local_preload_libraries", "lock_timeout", "restrict_nonsystem_relation_kind",
    "synchronize_seqscans", "temp_tablespaces", "transaction_deferrable", "transaction_isolation",
    "transaction_read_only", "transaction_timeout",
}  # fmt: skip
"""Where things are put, what we never use, what is of one transaction, and what is set for each session apart."""


@pytest.fixture(scope="module")
def stage(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    made = Stage(postgres, tmp_path_factory.mktemp("chain"), "settings")
    made.publish(EVERYTHING)
    return made


@contextmanager
def saying(stage: Stage, scope: str, **settings: str) -> Iterator[None]:
    """The server says this of sessions: of ``{role}`` in ``{database}``, as each scope has it."""
    whose = scope.format(role=stage.engine.server().user, database=stage.database)
    with stage.connect("") as connection:
        connection.execute("CREATE DOMAIN public.text AS pg_catalog.text")  # what a search path can put before ours
        for name, value in settings.items():
            values = value if name == "search_path" else f"'{value}'"
            connection.execute(f"{whose} SET {name} = {values}")
        connection.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            for name in settings:
                connection.execute(f"{whose} RESET {name}")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("DROP DOMAIN public.text")


def read(stage: Stage) -> Schema | None:
    """As a server does that has just started."""
    return migrate.observe(migrate.Target(stage.engine.server(), stage.place))


OWN = "ALTER ROLE {role} IN DATABASE {database}"


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_the_schema_reads_the_same_under_each_setting(stage: Stage, name: str) -> None:
    before = read(stage)
    with saying(stage, OWN, **{name: HOSTILE[name]}):
        assert read(stage) == before
        assert stage.plan(EVERYTHING).steps == ()
    assert fingerprint(before) == fingerprint(target_schema(EVERYTHING))


@pytest.mark.parametrize("scope", [OWN, "ALTER DATABASE {database}", "ALTER SYSTEM"])
def test_a_schema_made_and_changed_under_all_of_them_is_the_same(
    postgres: Postgres, tmp_path: Path, scope: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(postgres, tmp_path / "chain", "hostile")
    if scope == "ALTER SYSTEM" and stage.engine.server().user != "odcpub":
        return  # others use that server
    more = field("More", Basic.INTEGER, minimum=1)
    wider = Asset(Kind.APP, "A", "k", EVERYTHING.settings, static_entities=EVERYTHING.static_entities, entities=(
        *EVERYTHING.entities[:-1], _with(EVERYTHING.entities[-1], more, Index("ByMore", "ByMore", ("More",))),
    ))  # fmt: skip
    with saying(stage, scope, **HOSTILE):
        stage.publish(EVERYTHING)
        with stage.connect() as connection:
            connection.execute('INSERT INTO "all" DEFAULT VALUES')
        stage.publish(wider)
        assert stage.plan(wider).steps == ()
        assert stage.fingerprint() == fingerprint(target_schema(wider))
    unlimited = {name: value for name, value in HOSTILE.items() if value != "1ms"}
    with saying(stage, scope, **unlimited):
        upgrade_head(stage, "hostile_alembic", monkeypatch)


def _with(entity: Entity, attribute: Attribute, index: Index) -> Entity:
    return replace(entity, attributes=(*entity.attributes, attribute), indexes=(*entity.indexes, index))


def test_what_was_read_otherwise_is_not_kept(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stage.live()
    stage.engine.__dict__.pop("_known")
    with monkeypatch.context() as patch:
        patch.setitem(SETTINGS, "quote_all_identifiers", "on")
        assert stage.live() != before
    assert stage.live() == before


def test_no_limit_of_later_versions_is_in_force(stage: Stage) -> None:
    with stage.connect() as connection:
        if connection.info.server_version < 170000:
            return
    with saying(stage, OWN, transaction_timeout="20s"), stage.connect() as connection:
        assert connection.execute("SHOW transaction_timeout").fetchone() == ("0",)


def test_each_setting_that_anybody_may_change_is_set_or_left_with_a_reason(postgres: Postgres) -> None:
    query = """SELECT lower(name) FROM pg_settings WHERE context = 'user' AND name !~ '^vacuum'
        AND category ~ 'Client Connection Defaults|Version and Platform|Error Handling'"""
    with postgres.server().connect() as connection:
        there = {name for (name,) in connection.execute(query)}
        version = connection.info.server_version
    assert set(SETTINGS) <= there
    assert there - SETTINGS.keys() <= LEFT
    assert version < 180000 or there - SETTINGS.keys() == LEFT


def test_a_database_that_is_frozen_is_read_and_not_written(stage: Stage) -> None:
    with saying(stage, OWN, default_transaction_read_only="on"):
        assert stage.plan(EVERYTHING).steps == ()
        with pytest.raises(EngineError, match=r"read-only transaction \(25006\)") as refused:
            stage.engine.prepare(stage.place, "a-password")
        assert "default_transaction_read_only" in refused.value.hint


ENVIRONMENT = {
    "PGHOSTADDR": "192.0.2.1", "PGSERVICE": "nowhere", "PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/nowhere",
    "PGOPTIONS": "-c quote_all_identifiers=on", "PGDATESTYLE": "German", "PGTZ": "Asia/Tokyo", "PGGEQO": "off",
    "PGCLIENTENCODING": "LATIN1", "PGPASSWORD": "secret", "PGREQUIREAUTH": "none", "PGCHANNELBINDING": "require",
    "PGTARGETSESSIONATTRS": "standby", "PGAPPNAME": "a report",
}  # fmt: skip


@pytest.mark.parametrize("name", [*ENVIRONMENT, "all"])
def test_the_environment_of_whoever_started_the_server_changes_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = read(stage)
    for one in ENVIRONMENT if name == "all" else [name]:
        monkeypatch.setenv(one, ENVIRONMENT[one])
    assert read(stage) == before
    with stage.connect() as connection:
        assert connection.execute("SELECT '2026-01-31'::timestamptz::text").fetchone() == ("2026-01-31 00:00:00+00",)


def test_a_password_file_of_the_servers_user_is_not_used(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = postgres.server()
    (tmp_path / ".pgpass").write_text(f"*:*:*:*:{server.password()}\n")
    (tmp_path / ".pgpass").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    nobody = connections.Server(server.host, server.port, server.user, str)
    with pytest.raises(EngineError, match="no password supplied"):
        nobody.connect()
