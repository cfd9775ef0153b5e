"""The way that apps take to the database is tried before they need it, and which hop fails is named: a real server with
TLS, PgBouncer before it, and addresses where nobody or somebody else answers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from odcpub.engines.database.reach import Reach
from odcpub.engines.database.roles import role_name
from odcpub.engines.database.server import PostgresServer
from odcpub.engines.ports import Condition, Place
from tests.pooler import free_port, introduce, pooler
from tests.tls_server import LET_IN, TlsServer, tls_server

pytestmark = pytest.mark.database
PLACE, PASSWORD = Place("odc_development", "shop"), "correct-horse-battery"
ROLE = role_name(PLACE)
APPS = [(PLACE, PASSWORD)]
ENOUGH = 10.0
"""Seconds that it takes at most, on a busy machine: two attempts of 3 s."""
ONLY_THE_PLATFORM = LET_IN.replace("all all", "all odcpub_admin")


@dataclass(frozen=True)
class World:
    server: TlsServer
    pooler_password: str
    folder: Path

    def platform(self, reach: Reach, url: str = "") -> PostgresServer:
        return PostgresServer(url or self.server.url(), lambda: self.server.password, reach)

    @contextmanager
    def pool(self, alive: bool = True, **settings: str) -> Iterator[Reach]:
        """How apps reach a PgBouncer; behind it the server, or nobody."""
        server = self.platform(Reach()).server()
        behind = server if alive else replace(server, port=free_port())
        folder = self.folder / f"pgbouncer-{free_port()}"
        given = {"server_tls_sslmode": "require", **settings}
        with pooler(behind, self.pooler_password, folder, "transaction", **given) as running:
            yield Reach("127.0.0.1", running.port, "transaction")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with tls_server() as server:
        platform = PostgresServer(server.url(), lambda: server.password)
        platform.prepare(PLACE, PASSWORD)
        yield World(server, introduce(platform.server(), PLACE.database), tmp_path_factory.mktemp("way"))


def tried(platform: PostgresServer, apps: list[tuple[Place, str]]) -> Condition:
    begun = time.monotonic()
    found = platform.app_path(apps)
    assert time.monotonic() - begun < ENOUGH
    assert PASSWORD not in " ".join((found.found, *found.hints))
    return found


def place(reach: Reach) -> str:
    return f"{'the server' if reach.pooling == 'none' else 'the pooler'} at {reach.host}:{reach.port}"


WAYS = pytest.mark.parametrize("apps", [[], APPS], ids=["before the first publish", "as an app"])


@WAYS
def test_a_pooler_that_comes_to_the_server_is_told_as_such(world: World, apps: list[tuple[Place, str]]) -> None:
    with world.pool() as reach:
        found = tried(world.platform(reach), apps)
        says = f"lets {ROLE} in" if apps else "answers; no app has a login yet to try there"
        assert found == Condition(f"{place(reach)} {says}")


def test_the_platforms_own_way_is_not_tried_again_before_an_app_has_a_login(world: World) -> None:
    assert tried(world.platform(Reach()), []) == Condition("")
    assert (
        tried(world.platform(Reach()), APPS).found == f"{place(Reach('127.0.0.1', world.server.port))} lets {ROLE} in"
    )


@WAYS
def test_what_was_deployed_to_another_server_is_not_asked_for_here(world: World, apps: list[tuple[Place, str]]) -> None:
    with world.pool() as reach:
        found = tried(world.platform(reach), [(Place("odc_elsewhere", "shop"), PASSWORD), (PLACE, "")])
        assert found == Condition(f"{place(reach)} answers; no app has a login yet to try there")


@WAYS
@pytest.mark.parametrize("pooling", ["none", "transaction"])
def test_an_address_where_nobody_listens(world: World, pooling: str, apps: list[tuple[Place, str]]) -> None:
    reach = Reach("127.0.0.1", free_port(), pooling)
    found = tried(world.platform(reach), apps)
    assert found.missing
    assert found.found == f"apps can't connect: {place(reach)} can't be reached: Connection refused"
    assert "database_address=" in found.hints[0]
    remote = tried(world.platform(replace(reach, remote=True)), apps)
    assert not remote.missing, "pods may come there by another way"
    assert remote.found == f"{place(reach)} can't be reached: Connection refused, from this machine"
    assert remote.hints


def test_a_name_that_only_pods_know_is_a_note_where_apps_are_pods(world: World) -> None:
    reach = Reach("pooler.databases.svc.invalid", 6432, "session")
    assert tried(world.platform(reach), APPS).missing
    found = tried(world.platform(replace(reach, remote=True)), APPS)
    assert found.found.startswith(f"from this machine {place(reach)} can't be reached: ")
    assert found.found.endswith("; pods may well reach it")
    assert not found.hints and not found.missing


@pytest.mark.parametrize("password", ["", PASSWORD], ids=["before the first publish", "as an app"])
def test_a_pooler_without_a_server_behind_it(world: World, password: str) -> None:
    with world.pool(alive=False) as reach:
        found = tried(world.platform(reach), [(PLACE, password)])
    assert found.missing
    assert found.found.startswith(f"apps can't connect: {place(reach)} answers, and the server behind it does not: ")


def test_before_a_stages_database_is_there_no_server_behind_a_pooler_is_a_warning(world: World) -> None:
    """The pooler need not come to the platform's own database."""
    with world.pool(alive=False) as reach:
        found = tried(world.platform(reach), [(Place("odc_elsewhere", "shop"), "")])
    assert found.found.startswith(
        f"{place(reach)} answers, and the server behind it does not for the database postgres"
    )
    assert found.hints and not found.missing


def test_a_pooler_that_may_not_come_to_the_platforms_own_database(world: World) -> None:
    """As beside the embedded server, whose database postgres is closed to all others."""
    with world.server.connect() as admin, world.pool() as reach:
        admin.execute("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")
        try:
            found = tried(world.platform(reach), [(PLACE, "")])
            elsewhere = tried(world.platform(reach), [])
        finally:
            admin.execute("GRANT CONNECT ON DATABASE postgres TO PUBLIC")
    assert found == Condition(f"{place(reach)} answers; no app has a login yet to try there")
    assert not elsewhere.missing


def test_a_server_behind_it_that_is_lost_later(world: World) -> None:
    """With connections that are warm a pooler lets clients in, and finds out when they ask for something."""
    with world.pool() as reach:
        assert not tried(world.platform(reach), APPS).missing
        with world.server.changed(lets_in=ONLY_THE_PLATFORM), world.server.connect() as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [ROLE])
            found = tried(world.platform(reach), APPS)
    assert found.missing
    assert f"{place(reach)} answers, and the server behind it does not: " in found.found


@WAYS
def test_a_pooler_that_offers_no_tls_where_the_address_asks_for_it(world: World, apps: list[tuple[Place, str]]) -> None:
    with world.pool() as reach:
        found = tried(world.platform(reach, world.server.verified()), apps)
    assert found.missing
    assert found.found == f"apps can't connect: {place(reach)} does not offer TLS"
    assert "client_tls_sslmode" in found.hints[0]


@WAYS
def test_a_certificate_that_is_not_for_the_address_of_apps(world: World, apps: list[tuple[Place, str]]) -> None:
    pair = world.server.authority.sign("named", "localhost")
    tls = {
        "client_tls_sslmode": "require", "client_tls_cert_file": str(pair.certificate),
        "client_tls_key_file": str(pair.key),
    }  # fmt: skip
    with world.pool(**tls) as reach:
        found = tried(world.platform(reach, world.server.verified()), apps)
        assert found.missing
        wrong = "certificate of 127.0.0.1: is for localhost, not for 127.0.0.1"
        assert found.found == f"apps can't connect: {place(reach)}: {wrong}"
        assert "database_address" in found.hints[0]
        right = world.platform(replace(reach, host="localhost"), world.server.verified())
        assert not tried(right, apps).hints
        remote = tried(world.platform(replace(reach, remote=True), world.server.verified()), apps)
        assert remote.found == found.found and remote.hints and not remote.missing


@pytest.mark.parametrize("remote", [False, True])
def test_apps_that_pg_hba_does_not_let_in(world: World, remote: bool) -> None:
    with world.server.changed(lets_in=ONLY_THE_PLATFORM):
        found = tried(world.platform(Reach(remote=remote)), APPS)
    assert f'lets no app in: FATAL:  no pg_hba.conf entry for host "127.0.0.1", user "{ROLE}"' in found.found
    assert (found.missing, bool(found.hints)) == (not remote, not remote)


@pytest.mark.parametrize("pooled", [False, True])
def test_what_the_next_publish_sets_right_is_a_warning(world: World, pooled: bool) -> None:
    ways: AbstractContextManager[Reach] = world.pool() if pooled else nullcontext(Reach())
    with ways as reach, world.server.connect() as admin:
        admin.execute(f"ALTER ROLE {ROLE} PASSWORD 'other'".encode())
        try:
            found = tried(world.platform(reach), APPS)
        finally:
            world.platform(Reach()).prepare(PLACE, PASSWORD)
        assert f"refuses {ROLE}: FATAL: " in found.found and "authentication failed" in found.found
        assert "the next publish" in found.hints[0] and not found.missing
        assert not tried(world.platform(reach), APPS).hints


def _deaf(_connection: socket.socket) -> None:
    """Takes what comes, and says nothing."""


def _web(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize("answer", [_deaf, _web])
def test_somebody_else_at_the_address(world: World, answer: Callable[[socket.socket], None]) -> None:
    taken: list[socket.socket] = []

    def serve() -> None:
        try:
            while True:
                taken.append(listener.accept()[0])
                answer(taken[-1])
        except OSError:
            return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        reach = Reach("127.0.0.1", listener.getsockname()[1])
        found = tried(world.platform(reach), APPS)
        listener.shutdown(socket.SHUT_RDWR)
    for one in taken:
        one.close()
    assert found.missing
    assert f"{place(reach)} does not answer as PostgreSQL does: " in found.found
