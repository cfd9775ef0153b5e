"""A database over TLS, by real commands: what its address says holds for what is published; nothing tells a key."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.absence import need
from tests.acceptance.conftest import NEEDED
from tests.installation import Installation, call, installation
from tests.readable import assert_readable
from tests.tls_server import LET_IN, Authority, TlsServer, tls_server

MODEL = Path(__file__).parent / "bad_inputs" / "model" / "shop.yaml"


@pytest.fixture(scope="module")
def server() -> Iterator[TlsServer]:
    with tls_server() as made:
        yield made


@pytest.fixture(scope="module")
def odcpub(server: TlsServer) -> Iterator[Installation]:
    with installation() as made:
        (made.folder / "shop").mkdir()
        shutil.copy(MODEL, made.folder / "shop")
        yield made


def choose(odcpub: Installation, server: TlsServer, address: str, code: int = 0, *more: str) -> str:
    return odcpub.run("engines", "set", f"database={address}", *more, stdin=f"{server.password}\n", code=code).err


def publish(odcpub: Installation, code: int = 0) -> str:
    done = odcpub.run("publish", str(odcpub.folder / "shop"), code=code)
    return done.err if code else done.out.strip()


def environment(odcpub: Installation) -> dict[str, str]:
    """Of the app that runs on this machine."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and f"ODCPUB_LOCAL={odcpub.folder}/" in (text := _environ(folder)):
            return dict(line.partition("=")[::2] for line in text.split("\0"))
    raise AssertionError("no app runs")


def _environ(folder: Path) -> str:
    try:
        return (folder / "environ").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def encrypted(server: TlsServer) -> set[object]:
    with server.connect() as connection:
        query = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'odcpub app'"
        return {row[0] for row in connection.execute(query).fetchall()}


def test_from_verify_full_to_a_client_certificate_and_back(odcpub: Installation, server: TlsServer) -> None:
    """Each change of the address is a deployment of its own, though the model stays as it is."""
    choose(odcpub, server, server.verified())
    address = publish(odcpub)
    assert call("GET", f"{address}/_odc/ready").status == 200
    assert encrypted(server) == {True}
    first = environment(odcpub)
    assert first["ODCPUB_DATABASE_AUTHORITY"] == server.authority.file.read_text()
    assert "BEGIN CERTIFICATE" in Path(first["SSL_CERT_FILE"]).read_text()

    pair = server.authority.sign("client")
    choose(odcpub, server, server.verified(sslcert=pair.certificate, sslkey=pair.key))
    plan = odcpub.run("publish", str(odcpub.folder / "shop"), "--plan").out
    assert "ODCPUB_DATABASE_KEY: nothing → (hidden)" in plan
    with server.changed(lets_in=f"{LET_IN} clientcert=verify-ca"):
        assert publish(odcpub) == address
        assert call("GET", f"{address}/_odc/ready").status == 200
        assert environment(odcpub)["ODCPUB_DATABASE_KEY"] == pair.key.read_text()
        assert "Deploy\n    nothing to do" in odcpub.run("publish", str(odcpub.folder / "shop"), "--plan").out
    assert odcpub.stage("Shop", "Development")["revision"] == 1
    _assert_nothing_tells(odcpub, pair.key.read_text(), server.password)

    choose(odcpub, server, server.verified())
    assert publish(odcpub) == address
    assert "ODCPUB_DATABASE_KEY" not in environment(odcpub)


def _assert_nothing_tells(odcpub: Installation, key: str, password: str) -> None:
    """No file of the installation holds the key's text or the password; neither does a command line."""
    words = (key.splitlines()[1].encode(), password.encode())
    for file in (odcpub.folder / "data").rglob("*"):
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            assert not any(word in content for word in words), file
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and (folder / "cmdline").exists():
            assert not any(word in (folder / "cmdline").read_bytes() for word in words)


def test_causes_are_told(odcpub: Installation, server: TlsServer) -> None:
    """By publish and by doctor alike; the version that runs is not touched."""
    choose(odcpub, server, server.verified())
    address = publish(odcpub)
    other = Authority(odcpub.folder / "others", "Others")
    choose(odcpub, server, server.url(sslmode="verify-full", sslrootcert=other.file))
    says = f"PostgreSQL at 127.0.0.1:{server.port}: certificate of 127.0.0.1: unknown authority"
    assert_readable(odcpub.run("publish", str(odcpub.folder / "shop"), code=3), (says, "hint: "))
    assert says in odcpub.run("doctor", code=None).out
    choose(odcpub, server, server.verified())
    assert publish(odcpub) == address


def test_what_does_not_go_by_itself_is_not_waited_out(odcpub: Installation, server: TlsServer) -> None:
    """The platform is let in, the app is not: the publish ends long before the 30 s of a version that may yet come."""
    choose(odcpub, server, server.verified())
    address = publish(odcpub)
    choose(odcpub, server, server.verified(mode="verify-ca"))
    with server.changed(lets_in=LET_IN.replace("all all", "all odcpub_admin")):
        begun = time.monotonic()
        done = odcpub.run("publish", str(odcpub.folder / "shop"), code=3)
        assert time.monotonic() - begun < 20
        assert_readable(done, ("no pg_hba.conf entry for host", 'user "shop__development"', "hint: "))
    assert call("GET", f"{address}/_odc/ready").status == 200
    choose(odcpub, server, server.verified())
    assert publish(odcpub) == address


def test_a_file_that_is_missing(odcpub: Installation, server: TlsServer) -> None:
    missing = odcpub.folder / "authority.pem"
    url = server.url(sslmode="verify-full", sslrootcert=missing)
    assert f"sslrootcert: {missing}: can't be read: No such file" in choose(odcpub, server, url, 2)
    missing.write_bytes(server.authority.file.read_bytes())
    choose(odcpub, server, url)
    publish(odcpub)
    missing.unlink()
    done = odcpub.run("publish", str(odcpub.folder / "shop"), code=3)
    assert_readable(done, (f"sslrootcert: {missing}: can't be read: No such file", "hint: "))
    choose(odcpub, server, server.verified())


@pytest.mark.kubernetes
@pytest.mark.parametrize("profile", ["kind"])
def test_pods_reach_it_by_their_own_address(profile: str) -> None:
    """The certificate is for the address that pods use; authority and client's key come in the Secret."""
    need("Kubernetes", *NEEDED, "ODCPUB_TEST_HOST_FROM_PODS")
    host = os.environ["ODCPUB_TEST_HOST_FROM_PODS"]
    with tls_server(host) as server, installation() as made:
        made.use(profile)
        pair = server.authority.sign("client")
        url = server.verified(host, sslcert=pair.certificate, sslkey=pair.key)
        with server.changed(lets_in=f"{LET_IN} clientcert=verify-ca"):
            (made.folder / "shop").mkdir()
            shutil.copy(MODEL, made.folder / "shop")
            choose(made, server, url)
            address = publish(made)
            assert call("GET", f"{address}/_odc/ready").status == 200
            assert encrypted(server) == {True}
