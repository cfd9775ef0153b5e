"""The command line finds the login that libpq itself would: libpq is asked, too, and says the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import pq

from odcpub.address import OPTIONS, Address
from odcpub.cli.libpq import SOCKETS, Login, matching, resolve
from odcpub.errors import UsageError

SERVICES = """\
# comment
[other]
host=198.51.100.1
[main]
host=127.0.0.1
port=1
user=admin
user=second
  password=of the service
application_name=psql
connect_timeout=3

[bare]
port=1
[passfile]
host=127.0.0.1
port=1
passfile={folder}/own
[nested]
service=main
[strange]
host
"""
PASSWORDS = """\
# 127.0.0.1:1:*:me:a comment
127.0.0.1:2:*:me:another port
127.0.0.1:1:other:me:another database
127.0.0.1:1:*:me:it\\:s\\\\ me:left out
127.0.0.1:1:*:me:too late
localhost:1:*:me:of the socket
*:*:*:any*:no wildcard
127.0.0.1:1:it\\:s:admin:escaped
*:1:*:bob:everywhere\r
"""


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The environment, libpq's own too."""
    (tmp_path / "services").write_text(SERVICES.format(folder=tmp_path))
    for name, text in ((".pgpass", PASSWORDS), ("own", "*:*:*:*:own\n")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    made = {"HOME": str(tmp_path), "PGSERVICEFILE": str(tmp_path / "services")}
    for name, value in made.items():
        monkeypatch.setenv(name, value)
    yield made


def of_libpq(text: str) -> tuple[dict[str, str], str]:
    """What libpq would connect with, and the password; nobody listens there."""
    connection = pq.PGconn.connect_start(text.encode())
    try:
        found = {one.keyword.decode(): (one.val or b"").decode() for one in connection.info}
        return found, connection.password.decode()
    finally:
        connection.finish()


HERE = "postgresql://me@127.0.0.1:1/postgres"


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        (HERE, {}),
        (HERE, {"PGPASSWORD": "from the environment"}),
        (HERE, {"PGPASSFILE": "{home}/own"}),
        (HERE, {"PGPASSFILE": "{home}/none"}),
        ("postgresql://me@127.0.0.1:1/other", {}),
        ("postgresql://admin@127.0.0.1:1/it%3As", {}),
        ("postgresql://any@127.0.0.1:1/postgres", {}),
        ("postgresql://bob@127.0.0.1:1/postgres", {}),
        ("postgres://bob@192.0.2.1:1/postgres?sslmode=disable", {}),
        ("service=main dbname=postgres", {}),
        ("service=main dbname=postgres", {"PGPASSWORD": "not this", "PGUSER": "nor this"}),
        ("postgresql:///postgres?service=main", {}),
        ("postgresql://me@/postgres?service=main", {}),
        ("postgresql://me@/postgres?service=passfile", {}),
        ("postgresql:///postgres", {"PGSERVICE": "main"}),
        ("postgresql:///postgres?service=bare", {"PGHOST": "127.0.0.1", "PGUSER": "bob", "PGPORT": "9"}),
        ("postgresql://", {"PGHOST": "127.0.0.1", "PGPORT": "1", "PGUSER": "me", "PGDATABASE": "other"}),
        ("postgresql://127.0.0.1:1/postgres", {}),
        ("postgresql://me@127.0.0.1:1/postgres", {"PGSSLMODE": "disable", "PGGSSENCMODE": "disable"}),
        ("postgresql://me@/postgres?host=/nowhere&port=1", {}),
        ("postgresql://me@/postgres?port=1", {"PGHOST": "/nowhere"}),
    ],
)
def test_a_login_is_completed_as_libpq_does(
    text: str, variables: dict[str, str], env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        env[name] = value.replace("{home}", env["HOME"])
        monkeypatch.setenv(name, env[name])
    found = resolve(text, env)
    told, password = of_libpq(text)
    made = found.address
    assert (made.host, str(made.port), made.user, made.database) == tuple(told[one] for one in _LOGIN)
    assert {key: told[key] for key, _ in made.options} == dict(made.options)
    assert (found.password.value if found.password else "") == password


_LOGIN = ("host", "port", "user", "dbname")


def where(found: Login) -> str:
    return found.password.origin if found.password else ""


def test_it_is_said_where_a_password_came_from_and_not_the_password(env: dict[str, str]) -> None:
    home = env["HOME"]
    assert where(resolve(HERE, env)) == f"{home}/.pgpass, line 4"
    assert where(resolve(HERE, env | {"PGPASSWORD": "x"})) == "PGPASSWORD"
    of_service = resolve("service=main", env)
    assert where(of_service) == f"service main in {home}/services"
    assert "of the service" not in repr(of_service)


def test_a_socket_of_the_usual_folder_is_localhost_to_the_password_file(env: dict[str, str]) -> None:
    for folder in SOCKETS:
        found = resolve(f"postgresql://me@/postgres?host={folder}&port=1", env)
        assert where(found) == f"{env['HOME']}/.pgpass, line 6"
    assert resolve("postgresql://me@", {"HOME": env["HOME"]}).address.host in SOCKETS


@pytest.mark.parametrize(
    ("mode", "says"), [(0o640, "others may use it"), (0o604, "chmod 600"), (0o620, "others may use it"), (0o400, "")]
)
def test_a_password_file_that_others_may_use_is_none(env: dict[str, str], mode: int, says: str) -> None:
    (Path(env["HOME"]) / ".pgpass").chmod(mode)
    found = resolve(HERE, env)
    assert says in found.ignored
    assert (found.password is None) == bool(says) == (of_libpq(HERE)[1] == "")


@pytest.mark.parametrize("name", ["PGHOSTADDR", "PGSSLCRL", "PGREQUIRESSL", "PGSSLMINPROTOCOLVERSION", "PGREQUIREPEER"])
def test_a_variable_that_no_address_can_say_is_not_left_out_in_silence(env: dict[str, str], name: str) -> None:
    with pytest.raises(UsageError, match=f"odcpub cannot apply {name}") as refused:
        resolve("postgresql://ada@db/shop", env | {name: "1"})
    assert f"env -u {name} odcpub" in refused.value.hint


def test_a_password_file_that_is_a_folder_is_told(env: dict[str, str]) -> None:
    assert "is no plain file" in resolve(HERE, env | {"PGPASSFILE": env["HOME"]}).ignored


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("service=nowhere", "no service nowhere in .*/services or /etc/"),
        ("service=nested", r"services:2\d: is not KEY=VALUE"),
        ("service=strange", r"services:2\d: is not KEY=VALUE"),
        ("service=main password=s3cret", "carries a password"),
    ],
)
def test_services_that_can_not_be_used_are_told(env: dict[str, str], text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        resolve(text, env)
    assert "s3cret" not in refused.value.message


def test_a_service_of_the_system_is_found_after_the_users(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "pg_service.conf").write_text("[everyones]\nhost=db.example\nuser=admin\n")
    found = resolve("service=everyones", env | {"PGSYSCONFDIR": str(tmp_path)})
    assert found.address.url() == "postgresql://admin@db.example:5432/postgres"


def test_files_are_named_for_the_server_which_works_elsewhere(env: dict[str, str], tmp_path: Path) -> None:
    for file, named in (("ca.pem", str(Path("ca.pem").absolute())), ("system", "system")):
        found = resolve(f"postgresql://me@db/?sslmode=verify-full&sslrootcert={file}", env)
        assert dict(found.address.options)["sslrootcert"] == named
    assert set(OPTIONS) >= dict(found.address.options).keys()


FIELDS = st.text(st.characters(exclude_characters="\0\n\r", exclude_categories=["Cs"]), min_size=1)


@given(st.tuples(*[FIELDS] * 3), st.integers(1, 65535), FIELDS)
def test_whatever_is_escaped_in_a_password_file_is_found(login: tuple[str, str, str], port: int, password: str) -> None:
    host, database, user = login
    escaped = [one.replace("\\", "\\\\").replace(":", "\\:") for one in (host, str(port), database, user, password)]
    line = ":".join(f"\\{one}" if one in "*#" else one for one in escaped)
    line = f"\\{line}" if line.startswith("#") else line
    made = Address(host, port, user, database)
    assert matching(f"nothing\n{line}\nx:*:*:*:late", made) == (2, password)


@given(st.text(), st.text())
def test_no_password_file_is_too_strange(text: str, more: str) -> None:
    number, password = matching(f"{text}:*:*:*:{more}", Address("db", 5432, "me"))
    assert number > 0 or password == ""
