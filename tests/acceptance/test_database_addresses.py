"""A database is named as for psql: the command line finds the password, the server keeps it, an app uses the socket."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from odcpub.engines.database.embedded import EmbeddedPostgres
from tests.databases import with_socket
from tests.installation import Done, Installation, call, installation
from tests.pooler import free_port
from tests.readable import assert_readable

MODEL = Path(__file__).parent / "bad_inputs" / "model" / "shop.yaml"


@dataclass(frozen=True)
class World:
    odcpub: Installation
    postgres: EmbeddedPostgres
    folder: Path

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.postgres.server().port}"

    def set(self, address: str, stdin: str = "", code: int = 0, **environment: str) -> Done:
        with patch.dict(self.odcpub.env, environment):
            return self.odcpub.run("engines", "set", f"database={address}", stdin=stdin, code=code)

    def doctor(self) -> dict[str, str]:
        told = self.odcpub.json("doctor") if self.odcpub.run("doctor", code=None).code == 0 else {"checks": []}
        return next((one for one in told["checks"] if one["what"] == "database"), {})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("pg")
    with with_socket(folder) as postgres, installation() as made:
        made.env |= {"HOME": str(folder), "PGPASSWORD": "of the first command", "PGSSLMODE": "verify-full"}
        made.run("status")
        for name in ("PGPASSWORD", "PGSSLMODE"):
            del made.env[name]
        yield World(made, postgres, folder)


@pytest.fixture(autouse=True)
def back(world: World) -> Iterator[None]:
    yield
    world.odcpub.run("engines", "use", "local")


def works(world: World, done: Done, origin: str) -> None:
    """It was said where the password came from, and not the password; the server logs in with it."""
    password = world.postgres.server().password()
    assert f"password of the database: taken from {origin}" in done.err
    assert password not in done.err + done.out
    assert world.doctor()["state"] == "ok"
    assert world.doctor()["found"].startswith(f"PostgreSQL 18.4 at {world.place}; odcpub may create databases and")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_the_password_of_the_environment_is_the_callers(world: World, scheme: str) -> None:
    done = world.set(f"{scheme}://odcpub@{world.place}", PGPASSWORD=world.postgres.server().password())
    works(world, done, "PGPASSWORD")
    assert f"postgresql://odcpub@{world.place}/postgres" in done.out


def test_a_service_and_a_password_file_are_the_callers(world: World) -> None:
    server = world.postgres.server()
    services, passwords = world.folder / "services", world.folder / "passwords"
    services.write_text(f"[main]\nhost={server.host}\nport={server.port}\nuser=odcpub\npassfile={passwords}\n")
    passwords.write_text(f"#\n*:{server.port}:postgres:odcpub:{server.password()}\n")
    passwords.chmod(0o600)
    done = world.set("service=main", PGSERVICEFILE=str(services))
    works(world, done, f"{passwords}, line 2")


def test_nothing_of_postgresql_is_left_in_the_servers_environment(world: World) -> None:
    environment = Path(f"/proc/{world.odcpub.server_pid()}/environ").read_bytes()
    assert b"of the first command" not in environment
    assert b"\0PG" not in environment


def test_a_password_is_not_used_for_another_login(world: World) -> None:
    port, password = world.postgres.server().port, world.postgres.server().password()
    world.set(f"postgresql://odcpub@{world.place}", stdin=f"{password}\n")
    world.set(f"postgresql://odcpub@localhost:{port}", stdin="\n")
    done = world.odcpub.run("doctor", code=3)
    assert "no password supplied" in done.out


def test_the_way_of_apps_is_tried_before_anything_waits_for_it(world: World) -> None:
    """Where nobody listens at the address of apps: told when it is chosen, by doctor, by the plan and by publish."""
    model = world.folder / "waits"
    model.mkdir()
    shutil.copy(MODEL, model)
    world.set(f"postgresql://odcpub@{world.place}", stdin=f"{world.postgres.server().password()}\n")
    address = f"127.0.0.1:{free_port()}"
    says = f"apps can't connect: the pooler at {address} can't be reached: Connection refused"
    chosen = world.odcpub.run("engines", "set", f"database_address={address}", "database_pooling=transaction")
    assert f"warning: database: {says}" in chosen.err
    assert says in world.odcpub.run("doctor", code=3).out
    for command in (["publish", str(model), "--plan"], ["publish", str(model)]):
        done = world.odcpub.run(*command, code=3)
        assert_readable(done, (f"Shop (Development): {says}", "hint: "))
        assert "ready" not in done.err, "a version was started that could not become ready"
    assert not any(one["stages"] for one in world.odcpub.json("status")["assets"])


def test_an_app_is_published_and_served_over_a_socket_that_asks_the_platform_for_nothing(world: World) -> None:
    model = world.folder / "shop"
    model.mkdir()
    shutil.copy(MODEL, model)
    socket = f"{world.folder}/.s.PGSQL.{world.postgres.server().port}"
    address = f"postgres://odcpub@/postgres?host={world.folder}&port={world.postgres.server().port}"
    refused = world.set(address, code=2)
    assert_readable(refused, ("no value was given", "an empty line if the server needs none"))
    world.set(address, stdin="\n")
    assert f"at {socket}; odcpub may create databases and roles" in world.doctor()["found"]
    app = world.odcpub.run("publish", str(model)).out.strip()
    assert call("GET", f"{app}/api/Customer").status == 200
    world.odcpub.run("undeploy", "shop", "--stage", "development")
