"""A PostgreSQL server with TLS for tests, and authorities that sign what it shows. On loopback unless told otherwise.

The embedded server knows no TLS; this one is of the machine's own PostgreSQL. What it asks of clients, and which
certificate it shows, are changed while it runs. As root it runs in a user namespace, as the embedded one does.
"""

from __future__ import annotations

import functools
import ipaddress
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.absence import absent

USER = "odcpub_admin"
LET_IN = "hostssl all all {network} scram-sha-256"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


class Authority:
    """Signs certificates; ``file`` is its own."""

    def __init__(self, folder: Path, name: str = "Tests") -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Authority of {name}")])
        self.file = folder / f"{name.lower()}.pem"
        folder.mkdir(parents=True, exist_ok=True)
        made = _certificate(self._name, self._name, self._key.public_key(), -DAY, 30 * DAY).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def sign(self, name: str, *hosts: str, begins: timedelta = -DAY, ends: timedelta = DAY) -> Pair:
        """A certificate for hosts (names and addresses), or for a client that is called ``name``."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        made = _certificate(subject, self._name, key.public_key(), begins, ends)
        if hosts:
            made = made.add_extension(x509.SubjectAlternativeName([_host(one) for one in hosts]), critical=False)
        pair = Pair(self._folder / f"{name}.crt", self._folder / f"{name}.key")
        signed = made.sign(self._key, hashes.SHA256())
        pair.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        pair.key.write_bytes(_pem(key))
        pair.key.chmod(0o600)
        return pair


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, begins: timedelta, ends: timedelta
) -> x509.CertificateBuilder:
    now, made = datetime.now(UTC), x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    made = made.public_key(key).serial_number(x509.random_serial_number())
    return made.not_valid_before(now + begins).not_valid_after(now + ends)


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@functools.cache
def binaries() -> Path:
    """Where PostgreSQL's own server has its programs; ``absent`` where there is none."""
    on_path = Path(shutil.which("initdb") or "/").parent
    for folder in (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), on_path):
        if all((folder / program).exists() for program in ("initdb", "pg_ctl", "postgres")):
            return folder
    return absent("PostgreSQL with TLS", "this machine has no PostgreSQL server")


class TlsServer:
    """``folder``: short, of this user alone. ``url`` and ``password`` are the superuser's."""

    def __init__(self, folder: Path, hosts: Sequence[str] = ("127.0.0.1",)) -> None:
        self.folder, self.hosts = folder, tuple(hosts)
        self.authority, self.password = Authority(folder / "authority"), secrets.token_urlsafe(18)
        self.port, self._cluster = _free_port(self.hosts), folder / "cluster"
        (folder / "password").write_text(self.password)
        trusted = ("--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={folder / 'password'}")
        self._run("initdb", "-U", USER, *trusted, "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync")
        self.right = self.authority.sign("server", "localhost", *self.hosts)
        settings = {
            "listen_addresses": ",".join(self.hosts), "port": self.port, "unix_socket_directories": folder,
            "fsync": "off", "max_connections": 200, "log_statement": "none", "ssl_ca_file": self.authority.file,
        }  # fmt: skip
        self._write("postgresql.auto.conf", settings)
        with (self._cluster / "postgresql.conf").open("a") as file:
            file.write("include 'changed.conf'\n")
        self._change(self.right, LET_IN, True)
        self._run("pg_ctl", "start", "-w", "-s", "-l", str(folder / "log"))

    def url(self, host: str = "", **options: object) -> str:
        """An address without a password."""
        given = f"?{urlencode({name: str(value) for name, value in options.items()}, safe='/')}" if options else ""
        return f"postgresql://{USER}@{host or self.hosts[0]}:{self.port}/postgres{given}"

    def verified(self, host: str = "", mode: str = "verify-full", **options: object) -> str:
        """The address that checks all."""
        return self.url(host, sslmode=mode, sslrootcert=self.authority.file, **options)

    @contextmanager
    def changed(
        self, pair: Pair | None = None, lets_in: str = LET_IN, tls: bool = True, mapped: str = ""
    ) -> Iterator[None]:
        """Inside, new connections meet another certificate, another line of pg_hba.conf, or no TLS."""
        self._change(pair or self.right, lets_in, tls, mapped)
        self._reload()
        try:
            yield
        finally:
            self._change(self.right, LET_IN, True)
            self._reload()

    def inside(self, database: str) -> str:
        """The superuser's URL of a database, by the way that no test changes, to look past the product at it."""
        return f"postgresql://{USER}@/{database}?host={self.folder}&port={self.port}"

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """The superuser's way in that no test changes: a socket in a folder of this user alone."""
        return psycopg.connect(self.inside("postgres"), autocommit=True)

    def _change(self, pair: Pair, lets_in: str, tls: bool, mapped: str = "") -> None:
        settings = {"ssl": "on" if tls else "off", "ssl_cert_file": pair.certificate, "ssl_key_file": pair.key}
        self._write("changed.conf", settings)
        networks = [f"{host}/{'8' if host.startswith('127.') else '0'}" for host in self.hosts]
        lines = [f"local all {USER} trust", *(lets_in.format(network=network) for network in networks)]
        (self._cluster / "pg_hba.conf").write_text("\n".join(lines) + "\n")
        (self._cluster / "pg_ident.conf").write_text(f"{mapped}\n")

    def _write(self, file: str, settings: dict[str, object]) -> None:
        (self._cluster / file).write_text("".join(f"{name} = '{value}'\n" for name, value in settings.items()))

    def _reload(self) -> None:
        before, deadline = self._loaded(), time.monotonic() + 10
        self._run("pg_ctl", "reload", "-s")
        while self._loaded() == before:
            assert time.monotonic() < deadline, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.01)

    def _loaded(self) -> object:
        with self.connect() as connection:
            return connection.execute("SELECT pg_conf_load_time()").fetchone()

    def _run(self, program: str, *arguments: str) -> None:
        other = ["unshare", "--user", "--map-user=1000"] if os.geteuid() == 0 else []
        command = [*other, str(binaries() / program), "-D", str(self._cluster), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-m", "immediate", "-s")


def _free_port(hosts: Sequence[str]) -> int:
    with closing(socket.socket()) as free:
        free.bind((hosts[0], 0))
        return int(free.getsockname()[1])


@contextmanager
def tls_server(*hosts: str) -> Iterator[TlsServer]:
    binaries()
    folder = Path(tempfile.mkdtemp(prefix="odcpub-tls-"))
    server = TlsServer(folder, hosts or ("127.0.0.1",))
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
