"""The published app's interface with PgBouncer between app and server, in session and in transaction mode.

PgBouncer has fewer connections to the server than apps have to it, takes no start-up parameter that it doesn't know,
and is set up as docs/operations.md says. Rows, lists, files, conflicts and commits are tested as without it.
"""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.database.server import PostgresServer
from odcpub.engines.ports import CSharpCompiler, Place
from odcpub.errors import EngineError, TemporaryEngineError
from tests.contract import test_published_api as published
from tests.contract.desk import setting_of
from tests.contract.published_app import App, environment, lay_out, migrate
from tests.contract.test_published_api import (  # noqa: F401 - collected here, with this module's fixtures
    listed,
    test_a_commit_that_nobody_confirms_is_told_as_that,
    test_a_commit_that_takes_too_long_is_told_as_unconfirmed,
    test_a_row_as_it_comes_back,
    test_a_row_that_somebody_else_changed_is_refused,
    test_a_write_that_the_database_cancels_changes_nothing,
    test_dates_and_times_do_not_depend_on_the_roles_settings,
    test_deleting_what_others_refer_to,
    test_every_column_sorts_both_ways_with_empty_values_last,
    test_filters_by_reference_and_identifier,
    test_labels_for_pickers,
    test_many_at_once_lose_nothing,
    test_static_entities_are_only_read,
    test_the_other_delete_rules,
    test_what_a_list_finds_in_which_order,
    test_what_is_unique_is_told_by_attribute,
    unconfirmed,
    unconfirmed_row,
)
from tests.helpdesk_asset import HELPDESK, LIBRARIES
from tests.pooler import MODES, SERVER_CONNECTIONS, Pooler, free_port, introduce, pooler

pytestmark = pytest.mark.database
SIZES = {"session": (SERVER_CONNECTIONS, 2 * SERVER_CONNECTIONS), "transaction": (20, SERVER_CONNECTIONS)}
"""How many connections one process has to PgBouncer at most, and PgBouncer to the server for all processes of an app:
in session mode there must be some for the process that takes over."""
DATABASE = "development"


@pytest.fixture(scope="module")
def compiled(compiler: CSharpCompiler, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(compiler, HELPDESK, LIBRARIES, tmp_path_factory.mktemp("compiled") / "app")


@pytest.fixture(scope="module")
def password(database: Postgres) -> str:
    """PgBouncer's own."""
    return introduce(database.server(), DATABASE)


@pytest.fixture(scope="module", params=MODES)
def pool(
    request: pytest.FixtureRequest,
    database: Postgres,
    password: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pooler]:
    folder = tmp_path_factory.mktemp(request.param) / "pgbouncer"
    size = str(SIZES[request.param][1])
    with pooler(database.server(), password, folder, request.param, default_pool_size=size) as running:
        yield running


@pytest.fixture(scope="module")
def prepared(
    compiler: CSharpCompiler,
    compiled: Path,
    database: Postgres,
    pool: Pooler,
    tmp_path_factory: pytest.TempPathFactory,
) -> App:
    """The app's folder and environment, its schema in place: each mode has its own. Nothing is prepared in transaction
    mode, though it be asked for."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copytree(compiled, folder / "app")
    place = Place(DATABASE, f"helpdesk_{pool.mode}")
    login = database.prepare(place, secrets.token_hex(16))
    fingerprint = migrate(database, place, HELPDESK, folder / "migrations")
    pooled = replace(login, port=pool.port, pooling=pool.mode, connections=SIZES[pool.mode][0])
    env = environment(compiler, pooled, fingerprint)
    if pool.mode == "transaction":
        env["ODCPUB_DATABASE"] += ";Max Auto Prepare=50;Auto Prepare Min Usages=1"
    return App(folder / "app", env)


def test_connections_are_shared(app: App, pool: Pooler) -> None:
    published.test_many_at_once_lose_nothing(app)
    user = setting_of(app, "Username")
    clients, servers = (
        len([each for each in pool.console(f"SHOW {what}") if each["user"] == user]) for what in ("CLIENTS", "SERVERS")
    )
    if pool.mode == "transaction":
        assert clients > servers <= SERVER_CONNECTIONS
    else:
        assert clients == servers == SERVER_CONNECTIONS


def test_a_session_older_than_the_roles_settings_is_told(app: App, database: Postgres, pool: Pooler) -> None:
    """As long as it is there; nothing need be started anew."""
    user, password = (setting_of(app, name) for name in ("Username", "Password"))
    with database.server().connect() as superuser:
        for setting in ("datestyle TO 'German'", "timezone TO 'Etc/UTC'"):
            superuser.execute(f"ALTER ROLE {user} IN DATABASE {DATABASE} SET {setting}".encode())
    pool.console("RECONNECT")
    other = App(app.folder, app.environment).start()
    reason = other.wait("/_odc/ready", 503).json["detail"]
    assert reason.startswith("Not ready: in its sessions DateStyle is 'German, DMY' and must be 'ISO, YMD': ")
    assert "RECONNECT" in reason
    assert "TimeZone" not in reason, "another word for the same"
    assert f'ALTER ROLE "{user}" IN DATABASE "{DATABASE}" SET DateStyle TO \'ISO, YMD\'' in reason
    database.prepare(Place(DATABASE, setting_of(app, "Search Path")), password)
    assert "DateStyle" in other.request("GET", "/_odc/ready").json["detail"]
    pool.console("RECONNECT")
    other.wait("/_odc/ready", 200)
    other.stop()


def test_a_pooler_that_logs_in_as_somebody_else_is_told(
    app: App,
    database: Postgres,
    pool: Pooler,
    tmp_path: Path,
) -> None:
    server = database.server()
    forced = f"host={server.host} port={server.port} user={server.user} password={server.password()}"
    with pooler(server, pool.password, tmp_path / "forced", pool.mode, **{"*": forced, "auth_type": "any"}) as other:
        text = app.environment["ODCPUB_DATABASE"].replace(f"Port={pool.port}", f"Port={other.port}")
        wrong = App(app.folder, app.environment).start(ODCPUB_DATABASE=text)
        reason = wrong.wait("/_odc/ready", 503).json["detail"]
        wrong.stop()
    user, schema = (setting_of(app, name) for name in ("Username", "Search Path"))
    assert f"in its sessions user is '{server.user}' and must be '{user}', search_path is " in reason
    assert f"and must be '{schema}'" in reason
    assert "must log in as the app's own role" in reason
    assert server.password() not in reason


def test_a_password_that_the_pooler_does_not_take_is_told_as_one_that_lasts(app: App) -> None:
    text = app.environment["ODCPUB_DATABASE"]
    password = setting_of(app, "Password")
    wrong = App(app.folder, app.environment).start(ODCPUB_DATABASE=text.replace(password, "x" + password))
    told = wrong.wait("/_odc/ready", 503).json
    while "hasn't answered yet" in told["detail"]:
        told = wrong.wait("/_odc/ready", 503).json
    wrong.stop()
    assert "refuses: SASL authentication failed" in told["detail"]
    assert told["lasting"] is True


def test_where_no_server_answers_the_pooler_requests_are_told_so(
    app: App,
    database: Postgres,
    pool: Pooler,
    tmp_path: Path,
) -> None:
    """By a version that others may be in front of, too: none could serve them."""
    nowhere = replace(database.server(), port=free_port())
    with (
        pooler(nowhere, pool.password, tmp_path / "alone", pool.mode) as alone,
        socket.create_server(("127.0.0.1", 0)) as public,
    ):
        text = app.environment["ODCPUB_DATABASE"].replace(f"Port={pool.port}", f"Port={alone.port}")
        env = {**app.environment, "ODCPUB_DATABASE": text, "ODCPUB_LISTEN_FD": str(public.fileno())}
        process = subprocess.Popen([app.folder / "app"], env=env, pass_fds=[public.fileno()], stdout=subprocess.DEVNULL)
        try:
            shared = App(app.folder, env, public.getsockname()[1])
            shared.wait("/api/Ticket", 503)
            told = shared.request("GET", "/_odc/ready").json
            assert "can't be reached" in told["detail"]
            assert "lasting" not in told, "the server may come back"
        finally:
            process.kill()
            process.wait()


def test_the_platform_itself_is_told_to_go_to_the_server(database: Postgres, pool: Pooler, tmp_path: Path) -> None:
    """Its sessions hold locks and settings. PgBouncer may have been told to ignore the latter: it is noticed, too."""
    with database.server().connect() as superuser:
        superuser.execute("CREATE ROLE platform LOGIN CREATEDB CREATEROLE PASSWORD 'pw'")
        superuser.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO platform".encode())
    try:
        with pooler(
            database.server(), pool.password, tmp_path / "lax", pool.mode, ignore_startup_parameters="options"
        ) as lax:
            for one in (pool, lax):
                wrong = PostgresServer(f"postgresql://platform@{one.address}/{DATABASE}", lambda: "pw")
                with pytest.raises(
                    EngineError, match=r"unsupported startup parameter|settings do not reach it"
                ) as told:
                    wrong.observe(Place(DATABASE, "any"))
                assert not isinstance(told.value, TemporaryEngineError)
                assert "database_address=" in told.value.hint
    finally:
        with database.server().connect(DATABASE) as superuser:
            superuser.execute("DROP OWNED BY platform")
            superuser.execute("DROP ROLE platform")


def test_a_schema_that_grows_under_warm_connections(app: App, database: Postgres) -> None:
    published.test_an_old_version_works_on_a_newer_schema(app, database)
