"""What an address says of TLS: refused where it can't hold, one meaning for the platform and for apps."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from odcpub.engines.database import tls, tls_failure
from odcpub.engines.database.server import parse
from odcpub.engines.ports import Tls
from odcpub.engines.settings import EngineSettings, change
from odcpub.errors import EngineError, UsageError
from tests.tls_server import Authority, Pair

PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("sslmode=verify-full", "sslmode=verify-full needs an authority"),
        ("sslmode=verify-ca", "sslmode=verify-ca needs an authority"),
        ("sslmode=encrypt", "unknown sslmode"),
        ("sslmode=require&sslrootcert=system", "anybody can have a certificate of a public authority"),
        ("sslrootcert=/ca.pem", "sslrootcert with sslmode=prefer"),
        ("sslmode=allow&sslrootcert=/ca.pem", "sslrootcert with sslmode=allow"),
        ("sslmode=require&sslrootcert=ca.pem", "sslrootcert: ca.pem is no absolute path"),
        ("sslmode=require&sslrootcert=~/ca.pem", "is no absolute path"),
        ("sslmode=require&sslcert=/client.crt", "sslcert and sslkey go together"),
        ("sslmode=require&sslkey=/client.key", "sslcert and sslkey go together"),
        ("channel_binding=always", "unknown channel_binding"),
        ("sslmode=disable&channel_binding=require", "channel_binding=require needs TLS"),
        ("gssencmode=require", "apps can't encrypt by GSSAPI"),
        ("require_auth=scram-sha-256", "require_auth can't hold for apps"),
        ("sslcrl=/list.pem", "unknown option"),
        ("sslcompression=1", "unknown option"),
    ],
)
def test_what_can_not_hold_is_refused(options: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(f"postgresql://ada@db/shop?{options}", str)
    assert says in refused.value.message
    assert refused.value.hint


def test_a_file_of_the_home_folder_is_named_and_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / ".postgresql" / "root.crt"
    file.parent.mkdir()
    file.write_text("")
    with pytest.raises(UsageError) as refused:
        parse("postgresql://ada@db/shop?sslmode=verify-full", str)
    assert f"sslrootcert={file}" in refused.value.hint


@pytest.mark.parametrize(
    ("options", "mode"),
    [
        ({}, "prefer"),
        ({"sslmode": "disable"}, "disable"),
        ({"sslmode": "allow"}, "allow"),
        ({"sslmode": "require"}, "require"),
        ({"sslmode": "require", "sslrootcert": "{ca}"}, "verify-ca"),
        ({"sslmode": "verify-ca", "sslrootcert": "{ca}"}, "verify-ca"),
        ({"sslmode": "verify-full", "sslrootcert": "{ca}"}, "verify-full"),
        ({"sslrootcert": "system"}, "verify-full"),
    ],
)
def test_the_mode_of_apps_is_what_libpq_makes_of_it(tmp_path: Path, options: dict[str, str], mode: str) -> None:
    authority = Authority(tmp_path)
    options = {name: value.format(ca=authority.file) for name, value in options.items()}
    made = tls.for_apps(options, "db.example")
    given = "sslrootcert" in options and options["sslrootcert"] != "system"
    assert made == Tls(mode, authority=authority.file.read_text() if given else "")


def test_libpq_is_told_all_and_looks_nowhere_else() -> None:
    told = tls.for_libpq({})
    assert (told["sslmode"], told["gssencmode"]) == ("prefer", "disable")
    assert not any(Path(told[name]).exists() for name in ("sslrootcert", "sslcert", "sslkey", "sslcrl"))
    assert tls.for_libpq({"sslrootcert": "system"})["sslmode"] == "verify-full"
    assert "BEGIN CERTIFICATE" in Path(tls.for_libpq({"sslrootcert": "system"})["sslrootcert"]).read_text()


def test_sockets_know_no_tls() -> None:
    assert tls.for_apps({"sslmode": "verify-full", "sslrootcert": "/nowhere"}, "/run/postgresql") == Tls()


def _der(pair: Pair) -> None:
    pair.certificate.write_bytes(b"0\x82\x01\xff\xff")


def _no_certificate(pair: Pair) -> None:
    pair.certificate.write_text("none")


def _large(pair: Pair) -> None:
    pair.certificate.write_text(pair.certificate.read_text() * 400)


def _encrypted(pair: Pair) -> None:
    secret = serialization.BestAvailableEncryption(b"hunter2")
    pair.key.write_bytes(ec.generate_private_key(ec.SECP256R1()).private_bytes(PEM, PKCS8, secret))


def _of_another(pair: Pair) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pair.key.write_bytes(key.private_bytes(PEM, PKCS8, serialization.NoEncryption()))


def _edwards(pair: Pair) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    pair.key.write_bytes(key.private_bytes(PEM, PKCS8, serialization.NoEncryption()))


def _broken(pair: Pair) -> None:
    pair.key.write_text("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda pair: pair.certificate.unlink(), "sslcert: {0}: can't be read: No such file"),
        (lambda pair: pair.key.unlink(), "sslkey: {1}: can't be read: No such file"),
        (_der, "sslcert: {0}: is no PEM file"),
        (_no_certificate, "sslcert: {0}: holds no certificate"),
        (_large, "sslcert: {0}: is larger than 100 kB"),
        (_encrypted, "sslkey: {1}: is encrypted with a password"),
        (_of_another, "sslkey: {1}: is not the key of the certificate"),
        (_edwards, "sslkey: {1}: is of a kind that apps can't use"),
        (_broken, "sslkey: {1}: holds no key"),
        (lambda pair: pair.key.chmod(0o644), "sslkey: {1}: can be read by others"),
    ],
)
def test_files_that_can_not_be_used_are_refused_with_their_path(
    tmp_path: Path, spoil: Callable[[Pair], None], says: str
) -> None:
    """When the setting is made, and again when something is deployed."""
    pair = Authority(tmp_path).sign("client")
    address = f"postgresql://ada@db/shop?sslmode=require&sslcert={pair.certificate}&sslkey={pair.key}"
    change(EngineSettings(), {"database": address}, None)
    spoil(pair)
    says = says.format(pair.certificate, pair.key)
    with pytest.raises(UsageError) as refused:
        change(EngineSettings(), {"database": address}, None)
    with pytest.raises(EngineError) as failed:
        tls.for_apps(dict(parse(address, str).options), "db")
    for error in (refused.value, failed.value):
        assert says in error.message and error.hint
        assert "hunter2" not in error.message + error.hint
    change(EngineSettings(database=address), {"csharp": "bootstrap"}, None)  # what has nothing to do with it


@pytest.mark.parametrize(
    ("mode", "owner", "refused"),
    [
        (0o600, 1000, False), (0o400, 1000, False), (0o640, 1000, True), (0o604, 1000, True),
        (0o600, 0, False), (0o640, 0, False), (0o440, 0, False), (0o660, 0, True), (0o650, 0, True), (0o644, 0, True),
    ],
)  # fmt: skip
def test_keys_that_others_can_read_are_those_that_libpq_refuses(mode: int, owner: int, refused: bool) -> None:
    found = os.stat_result((stat.S_IFREG | mode, 0, 0, 1, owner, 0, 0, 0, 0, 0))
    assert tls.readable_by_others(found) is refused


@pytest.mark.parametrize("name", ["sslrootcert", "sslcert", "sslkey"])
def test_files_are_looked_at_where_libpq_speaks_of_one(tmp_path: Path, name: str) -> None:
    """What has gone since it was read is not why a server is down."""
    authority = Authority(tmp_path)
    pair = authority.sign("client")
    files = {"sslrootcert": authority.file, "sslcert": pair.certificate, "sslkey": pair.key}
    options = {"sslmode": "verify-full", **{name: str(file) for name, file in files.items()}}
    files[name].unlink()
    peer = tls_failure.Peer("db.example", 5432, options)
    assert tls_failure.explain("connection refused", peer) is None
    told = tls_failure.explain(f'could not read "{files[name]}": No such file', peer)
    assert told is not None and f"{name}: {files[name]}: can't be read" in told.message


def test_a_key_is_in_no_repr(tmp_path: Path) -> None:
    pair = Authority(tmp_path).sign("client")
    made = tls.for_apps({"sslmode": "require", "sslcert": str(pair.certificate), "sslkey": str(pair.key)}, "db")
    assert made.key == pair.key.read_text()
    assert "PRIVATE" not in repr(made)


@pytest.mark.parametrize(
    ("hosts", "told"),
    [
        (("db.example",), "db.example"),
        (("a", "10.0.0.1"), "a, 10.0.0.1"),
        (("a", "b", "c", "d", "e"), "a, b, c and 2 more"),
        ((), "server"),
    ],
)
def test_whom_a_certificate_is_for(tmp_path: Path, hosts: tuple[str, ...], told: str) -> None:
    from cryptography import x509

    pair = Authority(tmp_path).sign("server", *hosts)
    assert tls_failure.names(x509.load_pem_x509_certificate(pair.certificate.read_bytes())) == told
