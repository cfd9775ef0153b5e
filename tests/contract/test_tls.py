"""TLS as a database's address says it, for the platform and for apps alike: a real server, real authorities.

Each case is one address against one server; both meet the same fate, and tell the same cause of it.
"""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from odcpub.engines.database.reach import Reach
from odcpub.engines.database.roles import role_name
from odcpub.engines.database.server import PostgresServer
from odcpub.engines.ports import CSharpCompiler, Place
from odcpub.errors import EngineError
from odcpub.operations.login import database_environment
from tests.contract.published_app import DEADLINE, App, environment, lay_out, migrate
from tests.helpdesk_asset import HELPDESK, LIBRARIES
from tests.pooler import introduce, pooler
from tests.tls_server import DAY, LET_IN, Authority, Pair, TlsServer, tls_server

pytestmark = pytest.mark.database
PLACE = Place("development", "helpdesk")
PASSWORD = "correct-horse-battery"
PLAIN = "host all all {network} scram-sha-256"
SOON = 2.0
"""Seconds after which an app that listens must have told the cause."""


@pytest.fixture(scope="module")
def server() -> Iterator[TlsServer]:
    with tls_server() as made:
        yield made


@pytest.fixture(scope="module")
def other(server: TlsServer) -> Authority:
    return Authority(server.folder / "other", "Others")


@pytest.fixture(scope="module")
def prepared(compiler: CSharpCompiler, server: TlsServer, tmp_path_factory: pytest.TempPathFactory) -> App:
    """The app and its schema; how it logs in is each test's own."""
    folder = tmp_path_factory.mktemp("tls")
    app = lay_out(compiler, HELPDESK, LIBRARIES, folder / "app")
    database = PostgresServer(server.verified(), lambda: server.password)
    login = database.prepare(PLACE, PASSWORD)
    return App(app, environment(compiler, login, migrate(database, PLACE, HELPDESK, folder / "migrations")))


@dataclass(frozen=True)
class World:
    server: TlsServer
    other: Authority

    def pair(self, name: str, *hosts: str, **times: object) -> Pair:
        return self.server.authority.sign(name, *hosts, **times)  # type: ignore[arg-type]

    def showing(self, name: str, *hosts: str, **times: object) -> AbstractContextManager[None]:
        return self.server.changed(self.pair(name, *hosts, **times))


@pytest.fixture
def world(server: TlsServer, other: Authority) -> World:
    return World(server, other)


@contextmanager
def started(prepared: App, world: World, url: str, apps_host: str = "") -> Iterator[App]:
    """The app with the login that the platform gives it for this address; afterwards ``lines`` are what it wrote."""
    login = PostgresServer(url, lambda: world.server.password, Reach(apps_host)).login(PLACE, PASSWORD)
    app = App(prepared.folder, prepared.environment).start(**database_environment(login))
    try:
        yield app
    finally:
        output = app.stop()
        app.lines += output.splitlines()
        assert PASSWORD not in output and "PRIVATE KEY" not in output


def encrypted(world: World) -> set[tuple[object, ...]]:
    """(user is the app's, encrypted) of the sessions there are."""
    query = (
        "SELECT usename LIKE 'helpdesk%%', ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_port > 0"
    )
    with world.server.connect() as connection:
        return set(connection.execute(query).fetchall())


WORKS: dict[str, tuple[Callable[[World], str], Callable[[World], AbstractContextManager[None]], bool]] = {
    "right authority and name": (lambda w: w.server.verified("localhost"), lambda w: nullcontext(), True),
    "right authority and address": (lambda w: w.server.verified(), lambda w: nullcontext(), True),
    "verify-ca, another name": (
        lambda w: w.server.verified(mode="verify-ca"), lambda w: w.showing("named", "db.example"), True),
    "require with an authority is verify-ca": (
        lambda w: w.server.verified(mode="require"), lambda w: w.showing("named", "db.example"), True),
    "require without an authority checks nothing": (
        lambda w: w.server.url(sslmode="require"), lambda w: w.server.changed(w.other.sign("theirs", "db.example")),
        True),
    "nothing said, which is prefer": (lambda w: w.server.url(), lambda w: nullcontext(), True),
    "prefer, server without TLS": (
        lambda w: w.server.url(), lambda w: w.server.changed(lets_in=PLAIN, tls=False), False),
    "prefer, TLS not let in": (
        lambda w: w.server.url(), lambda w: w.server.changed(lets_in=PLAIN.replace("host ", "hostnossl ")), False),
    "allow, TLS asked": (lambda w: w.server.url(sslmode="allow"), lambda w: nullcontext(), True),
    "allow, TLS not asked": (lambda w: w.server.url(sslmode="allow"), lambda w: w.server.changed(lets_in=PLAIN), False),
    "disable": (lambda w: w.server.url(sslmode="disable"), lambda w: w.server.changed(lets_in=PLAIN), False),
    "bound to the channel": (lambda w: w.server.verified(channel_binding="require"), lambda w: nullcontext(), True),
}  # fmt: skip


@pytest.mark.parametrize(("url", "changes", "tls"), WORKS.values(), ids=WORKS.keys())
def test_works(
    prepared: App, world: World, url: Callable[[World], str],
    changes: Callable[[World], AbstractContextManager[None]], tls: bool,
) -> None:  # fmt: skip
    with changes(world):
        with PostgresServer(url(world), lambda: world.server.password).server().connect() as connection:
            assert connection.pgconn.ssl_in_use is tls
        with started(prepared, world, url(world)) as app:
            app.wait("/_odc/ready", 200)
            assert (True, tls) in encrypted(world)
            assert (True, not tls) not in encrypted(world)


def test_client_certificate(prepared: App, world: World) -> None:
    """Apps show the platform's: any that the server's authority signed will do, or one that a map lets in."""
    pair = world.pair("odcpub_admin")
    if pair.key.stat().st_uid == 0:
        pair.key.chmod(0o640)  # as root lets a group use it: libpq takes it
    url = world.server.verified(sslcert=pair.certificate, sslkey=pair.key)
    for lets_in in (f"{LET_IN} clientcert=verify-ca", "hostssl all all {network} cert map=platform"):
        mapped = "".join(f"platform odcpub_admin {user}\n" for user in ("odcpub_admin", role_name(PLACE)))
        with world.server.changed(lets_in=lets_in, mapped=mapped):
            with PostgresServer(url, lambda: world.server.password).server().connect():
                pass
            with started(prepared, world, url) as app:
                app.wait("/_odc/ready", 200)


@pytest.mark.parametrize("name", ["sslrootcert", "sslcert", "sslkey"])
def test_a_file_that_has_gone(world: World, name: str, tmp_path: Path) -> None:
    """libpq tells of it in its own words, or goes on without it."""
    pair = world.pair("odcpub_admin")
    files = {"sslrootcert": world.server.authority.file, "sslcert": pair.certificate, "sslkey": pair.key}
    files[name] = tmp_path / "gone"
    url = world.server.url(sslmode="verify-full", **files)
    with world.server.changed(lets_in=f"{LET_IN} clientcert=verify-ca"), pytest.raises(EngineError) as refused:
        PostgresServer(url, lambda: world.server.password).observe(PLACE)
    assert f"{name}: {files[name]}: can't be read: No such file" in refused.value.message


def test_through_a_pooler(prepared: App, world: World, tmp_path: Path) -> None:
    """The address holds for the way to PgBouncer; the one from there to the server is its own."""
    url, shown = world.server.verified(), world.server.right
    server = PostgresServer(url, lambda: world.server.password).server()
    password = introduce(server, PLACE.database)
    tls = {
        "client_tls_sslmode": "require", "client_tls_cert_file": str(shown.certificate),
        "client_tls_key_file": str(shown.key), "server_tls_sslmode": "verify-full",
        "server_tls_ca_file": str(world.server.authority.file),
    }  # fmt: skip
    with pooler(server, password, tmp_path / "pgbouncer", "transaction", **tls) as pool:
        reach = Reach("127.0.0.1", pool.port, "transaction")
        login = PostgresServer(url, lambda: world.server.password, reach).login(PLACE, PASSWORD)
        told = {"ODCPUB_DATABASE_POOLING": login.pooling, **database_environment(login)}
        app = App(prepared.folder, prepared.environment).start(**told)
        app.wait("/_odc/ready", 200)
        assert (True, True) in encrypted(world)
        assert all(each["tls"] for each in pool.console("SHOW CLIENTS"))
        app.stop()


def test_a_pooler_without_tls_is_told_as_the_pooler(prepared: App, world: World, tmp_path: Path) -> None:
    url = world.server.verified()
    server = PostgresServer(url, lambda: world.server.password).server()
    with pooler(server, "", tmp_path / "pgbouncer", "transaction") as pool:
        reach = Reach("127.0.0.1", pool.port, "transaction")
        login = PostgresServer(url, lambda: world.server.password, reach).login(PLACE, PASSWORD)
        told = {"ODCPUB_DATABASE_POOLING": login.pooling, **database_environment(login)}
        app = App(prepared.folder, prepared.environment).start(**told)
        answer = app.wait("/_odc/ready", 503).json
        app.stop()
    place = f"the database at 127.0.0.1:{pool.port}"
    assert answer["detail"] == f"Not ready: {place} can't be reached: the pooler does not offer TLS."
    assert answer["lasting"] is True


Refusal = tuple[Callable[[World], str], Callable[[World], AbstractContextManager[None]], str, str]
REFUSED: dict[str, Refusal] = {
    "wrong authority": (
        lambda w: w.server.url(sslmode="verify-full", sslrootcert=w.other.file), lambda w: nullcontext(),
        "certificate of 127.0.0.1: unknown authority", "sslrootcert"),
    "wrong authority, only required": (
        lambda w: w.server.url(sslmode="require", sslrootcert=w.other.file), lambda w: nullcontext(),
        "certificate of 127.0.0.1: unknown authority", "sslrootcert"),
    "public authorities": (
        lambda w: w.server.url(sslrootcert="system"), lambda w: nullcontext(),
        "certificate of 127.0.0.1: unknown authority", "sslrootcert"),
    "another name": (
        lambda w: w.server.verified(), lambda w: w.showing("named", "db.example", "10.1.2.3"),
        "certificate of 127.0.0.1: is for db.example, 10.1.2.3, not for 127.0.0.1", "name"),
    "expired": (
        lambda w: w.server.verified(), lambda w: w.showing("old", "127.0.0.1", begins=-3 * DAY, ends=-DAY),
        "certificate of 127.0.0.1: expired on 20", "renewed"),
    "not valid yet": (
        lambda w: w.server.verified(), lambda w: w.showing("new", "127.0.0.1", begins=DAY, ends=3 * DAY),
        "certificate of 127.0.0.1: not valid before 20", "clock"),
    "no TLS": (
        lambda w: w.server.url(sslmode="require"), lambda w: w.server.changed(lets_in=PLAIN, tls=False),
        "the server does not offer TLS", "sslmode"),
    "no client certificate": (
        lambda w: w.server.verified(), lambda w: w.server.changed(lets_in=f"{LET_IN} clientcert=verify-ca"),
        "the server asks for a client certificate", "sslcert"),
    "a client certificate of others": (
        lambda w: _shows(w, w.other.sign("strange")),
        lambda w: w.server.changed(lets_in=f"{LET_IN} clientcert=verify-ca"),
        "the server does not know the authority of the client certificate", "ssl_ca_file"),
    "an expired client certificate": (
        lambda w: _shows(w, w.pair("gone", begins=-3 * DAY, ends=-DAY)),
        lambda w: w.server.changed(lets_in=f"{LET_IN} clientcert=verify-ca"),
        "the client certificate has expired", "sslcert"),
}  # fmt: skip


def _shows(world: World, pair: Pair) -> str:
    return world.server.verified(sslcert=pair.certificate, sslkey=pair.key)


@pytest.mark.parametrize(("url", "changes", "cause", "hint"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(
    prepared: App, world: World, url: Callable[[World], str],
    changes: Callable[[World], AbstractContextManager[None]], cause: str, hint: str,
) -> None:  # fmt: skip
    with changes(world):
        with pytest.raises(EngineError) as refused:
            PostgresServer(url(world), lambda: world.server.password).observe(PLACE)
        assert refused.value.message.startswith(f"PostgreSQL at 127.0.0.1:{world.server.port}: {cause}")
        assert hint in refused.value.hint
        assert_tells(prepared, world, url(world), cause)


def assert_tells(prepared: App, world: World, url: str, cause: str, apps_host: str = "", lasting: bool = True) -> None:
    """Readiness says no soon, and why, and so does the log, once; and whether that goes by itself."""
    with started(prepared, world, url, apps_host) as app:
        begun = time.monotonic()
        while cause not in (told := app.request("GET", "/_odc/ready", timeout=SOON).json)["detail"]:
            assert "hasn't answered yet" in told["detail"]
        assert time.monotonic() - begun < SOON
        assert told.get("lasting", False) is lasting
    assert sum(cause in line for line in app.lines) == 1, app.lines


@contextmanager
def executed(world: World, do: str, undo: str) -> Iterator[None]:
    with world.server.connect() as connection:
        connection.execute(do.encode())
        try:
            yield
        finally:
            connection.execute(undo.encode())


ROLE = f'"{role_name(PLACE)}"'
ONLY_THE_PLATFORM = LET_IN.replace("all all", "all odcpub_admin")
PUBLIC_TOO = f"{ROLE}, PUBLIC"
APPS_ALONE: dict[str, tuple[Callable[[World], AbstractContextManager[None]], str, bool]] = {
    "no line of pg_hba.conf": (lambda w: w.server.changed(lets_in=ONLY_THE_PLATFORM), "no pg_hba.conf entry", True),
    "another password": (
        lambda w: executed(w, f"ALTER ROLE {ROLE} PASSWORD 'other'", f"ALTER ROLE {ROLE} PASSWORD '{PASSWORD}'"),
        "password authentication failed", True),
    "no CONNECT": (
        lambda w: executed(w, f"REVOKE CONNECT ON DATABASE {PLACE.database} FROM {PUBLIC_TOO}",
                           f"GRANT CONNECT ON DATABASE {PLACE.database} TO {ROLE}"),
        'permission denied for database "development"', True),
    "no connection left": (
        lambda w: executed(w, f"ALTER ROLE {ROLE} CONNECTION LIMIT 0", f"ALTER ROLE {ROLE} CONNECTION LIMIT -1"),
        "too many connections", False),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "cause", "lasting"), APPS_ALONE.values(), ids=APPS_ALONE.keys())
def test_what_apps_alone_are_refused_is_told_with_whether_it_lasts(
    prepared: App, world: World, changes: Callable[[World], AbstractContextManager[None]], cause: str, lasting: bool
) -> None:
    with changes(world):
        assert_tells(prepared, world, world.server.verified(), cause, lasting=lasting)


def test_apps_check_the_name_that_they_use(prepared: App, world: World) -> None:
    with world.showing("named", "localhost"):
        url = world.server.verified("localhost")
        with PostgresServer(url, lambda: world.server.password).server().connect():
            pass
        cause = "certificate of 127.0.0.1: is for localhost, not for 127.0.0.1"
        assert_tells(prepared, world, url, cause, apps_host="127.0.0.1")


def test_a_home_folder_and_an_environment_say_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Apps have others; so what holds for the platform's own connection comes from the address alone."""
    files = tmp_path / ".postgresql"
    files.mkdir()
    (files / "root.crt").write_bytes(world.other.file.read_bytes())
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    monkeypatch.setenv("PGSSLROOTCERT", str(world.other.file))
    monkeypatch.setenv("PGSSLCERT", str(world.other.file))
    with PostgresServer(world.server.url(sslmode="require"), lambda: world.server.password).server().connect() as one:
        assert one.pgconn.ssl_in_use


def test_the_system_is_the_authorities_that_the_image_carries(prepared: App, world: World) -> None:
    """As images have it: SSL_CERT_FILE names them. Here it names ours, which then are the only ones."""
    login = PostgresServer(world.server.verified(), lambda: world.server.password).login(PLACE, PASSWORD)
    told = database_environment(replace(login, tls=replace(login.tls, authority="")))
    for file, status in ((world.server.authority.file, 200), (world.other.file, 503)):
        app = App(prepared.folder, prepared.environment)
        app.start(**told, SSL_CERT_FILE=str(file), SSL_CERT_DIR=str(file.parent / "none"))
        app.wait("/_odc/ready", status)
        app.stop()


Environment = dict[str, str]
NO_CERTIFICATE = "-----BEGIN CERTIFIKATE-----\nhunter2\n-----END CERTIFIKATE-----\n"
UNUSABLE: dict[str, tuple[str, Callable[[Environment, Path], Environment], str]] = {
    "a text that is none": (
        "verify-full", lambda env, file: {**env, "ODCPUB_DATABASE_AUTHORITY": NO_CERTIFICATE},
        "ODCPUB_DATABASE_AUTHORITY: can't be read"),
    "a blank text": (
        "verify-full", lambda env, file: {**env, "ODCPUB_DATABASE_AUTHORITY": "\n"},
        "ODCPUB_DATABASE_AUTHORITY: can't be read"),
    "a file that is none": (
        "verify-full", lambda env, file: _with_file(env, file), "authority.pem: can't be read"),
    "none, where the name is not checked": (
        "verify-ca", lambda env, file: {**env, "ODCPUB_DATABASE_AUTHORITY": ""},
        "ODCPUB_DATABASE_AUTHORITY: is needed by SSL Mode=VerifyCA"),
}  # fmt: skip


def _with_file(env: Environment, file: Path) -> Environment:
    """As somebody's own connection string may have it."""
    told = f"{env['ODCPUB_DATABASE']};Root Certificate={file}"
    return {**env, "ODCPUB_DATABASE": told, "ODCPUB_DATABASE_AUTHORITY": ""}


@pytest.mark.parametrize(("mode", "spoilt", "says"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_an_authority_that_can_not_be_used_never_becomes_everybody(
    prepared: App, world: World, tmp_path: Path, mode: str, spoilt: Callable[[Environment, Path], Environment],
    says: str,
) -> None:  # fmt: skip
    file = tmp_path / "authority.pem"
    file.write_text(NO_CERTIFICATE)
    login = PostgresServer(world.server.verified(mode=mode), lambda: world.server.password).login(PLACE, PASSWORD)
    env = {**prepared.environment, "ODCPUB_PORT": "0", **spoilt(database_environment(login), file)}
    done = subprocess.run([prepared.folder / "app"], env=env, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 1
    assert says in done.stdout, done.stdout
    assert "hunter2" not in done.stdout + done.stderr and PASSWORD not in done.stdout + done.stderr


@contextmanager
def breaking(world: World, handshake: bool, asks: bool) -> Iterator[int]:
    """A server that ends every connection, at once or after the handshake; ``asks``: for the client's certificate,
    which it takes. Its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(world.server.right.certificate, world.server.right.key)
    context.load_verify_locations(world.server.authority.file)
    context.verify_mode = ssl.CERT_REQUIRED if asks else ssl.CERT_NONE

    def serve() -> None:
        with suppress(OSError):
            while True:
                _break(listener.accept()[0], context if handshake else None)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(DEADLINE)


def _break(plain: socket.socket, context: ssl.SSLContext | None) -> None:
    with suppress(OSError), plain:
        plain.settimeout(SOON)
        if context and len(plain.recv(8)) == 8:
            plain.sendall(b"S")
            with context.wrap_socket(plain, server_side=True) as over:
                over.recv(1)


BREAKS = {"at once": (False, False), "after the handshake": (True, False), "with the certificate taken": (True, True)}


@pytest.mark.parametrize(("handshake", "asks"), BREAKS.values(), ids=BREAKS.keys())
def test_a_broken_connection_is_not_the_client_certificate(
    prepared: App, world: World, handshake: bool, asks: bool
) -> None:
    """So the version doesn't wait for another one, which could serve no more, and takes requests to say so."""
    url = _shows(world, world.pair("odcpub_admin"))
    with ExitStack() as cleanup:
        port = cleanup.enter_context(breaking(world, handshake, asks))
        public = cleanup.enter_context(socket.create_server(("127.0.0.1", 0)))
        reach = Reach("127.0.0.1", port)
        login = PostgresServer(url, lambda: world.server.password, reach).login(PLACE, PASSWORD)
        env = {**prepared.environment, **database_environment(login), "ODCPUB_LISTEN_FD": str(public.fileno())}
        command = [prepared.folder / "app"]
        process = subprocess.Popen(command, env=env, pass_fds=[public.fileno()], stdout=subprocess.PIPE, text=True)
        try:
            app = App(prepared.folder, env, public.getsockname()[1], process)
            told = app.request("GET", "/_odc/ready", timeout=20).json["detail"]
            assert "can't be reached" in told and "certificate" not in told
            assert "lasting" not in app.request("GET", "/_odc/ready", timeout=20).json
        finally:
            process.kill()
            output, _ = process.communicate(timeout=DEADLINE)
        assert "client certificate" not in output


def test_the_cause_is_told_whatever_connections_begin_meanwhile(prepared: App, world: World) -> None:
    url = world.server.url(sslmode="verify-full", sslrootcert=world.other.file)
    cause = "certificate of 127.0.0.1: unknown authority"
    with started(prepared, world, url) as app, ThreadPoolExecutor(8) as others:
        end = time.monotonic() + SOON

        def ask(path: str) -> set[str]:
            told = set()
            while time.monotonic() < end:
                told.add(app.request("GET", path).json["detail"])
            return told

        busy = [others.submit(ask, "/api/Ticket") for _ in range(7)]
        told = others.submit(ask, "/_odc/ready").result()
        assert len({one.result().pop() for one in busy}) == 1
    assert {one for one in told if "hasn't answered yet" not in one} == {
        f"Not ready: the database at 127.0.0.1:{world.server.port} can't be reached: {cause}."
    }
    assert sum("not ready" in line for line in app.lines) == 1, app.lines
