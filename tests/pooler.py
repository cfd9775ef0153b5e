"""PgBouncer for tests, as docs/operations.md sets it up: its SQL and its configuration are what runs here.

On loopback, with few connections to the server, so that they are really shared. PgBouncer refuses to run as root, as
PostgreSQL does; there it runs in a user namespace of its own.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from odcpub.engines.database.connection import Server
from tests.absence import absent

MODES = ("session", "transaction")
DOCUMENTED = (Path(__file__).parent.parent / "docs" / "operations.md").read_text().partition("### PgBouncer\n")[2]
SERVER_CONNECTIONS = 3
"""Of one app at most."""
DEADLINE = 20.0
USER = "pgbouncer"


@dataclass(frozen=True)
class Pooler:
    """A PgBouncer that runs. Its console takes ``RECONNECT``, ``SHOW SERVERS`` and so on."""

    port: int
    mode: str
    password: str

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def console(self, command: str) -> list[dict[str, Any]]:
        url = f"postgresql://{USER}:{self.password}@{self.address}/pgbouncer"
        # It knows simple queries alone, and no transactions.
        with closing(psycopg.connect(url, autocommit=True, row_factory=psycopg.rows.dict_row)) as connection:
            found = psycopg.ClientCursor(connection).execute(command.encode())
            return found.fetchall() if found.description else []


def introduce(server: Server, *databases: str) -> str:
    """Gives PgBouncer its role, and lets it ask for those of these stages' databases, in the documented way; the role's
    password. Makes a database that is not there."""
    password = secrets.token_hex(12)
    role, *rest = _block("sql").splitlines()
    with server.connect() as connection:
        connection.execute(role.replace("a-long-password", password).encode())
        for name in databases:
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'".encode())
    for name in databases:
        with server.connect(name) as connection:
            connection.execute("\n".join(rest).replace("odc_production", name).encode())
    return password


@contextmanager
def pooler(server: Server, password: str, folder: Path, mode: str, **settings: str) -> Iterator[Pooler]:
    """PgBouncer before the server in this mode; ``settings`` besides, or instead of, the documented ones."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        absent("PgBouncer", "no pgbouncer on the path")
    folder.mkdir(mode=0o700)
    users, file = folder / "userlist.txt", folder / "pgbouncer.ini"
    users.write_text(f'"{USER}" "{password}"\n')
    port = free_port()
    ours = {
        "listen_addr": "127.0.0.1", "listen_port": str(port), "auth_file": str(users), "pool_mode": mode,
        "default_pool_size": str(SERVER_CONNECTIONS), "unix_socket_dir": "", "admin_users": USER,
    }  # fmt: skip
    file.write_text(_configuration(server, ours | settings))
    alone = ["unshare", "--user", "--map-user=1000"] if os.geteuid() == 0 else []
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*alone, program, str(file)], stdout=log, stderr=log, cwd=folder)
    try:
        _await(process, port, folder / "log")
        yield Pooler(port, mode, password)
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENTED, re.DOTALL)
    assert found is not None
    return found[1]


def _configuration(server: Server, values: Mapping[str, str]) -> str:
    text = _block("ini").replace("host=10.0.0.5 port=5432", f"host={server.host} port={server.port}")
    for name, value in values.items():
        text, found = re.subn(rf"(?m)^{re.escape(name)} = .*$", f"{name} = {value}", text)
        text += "" if found else f"{name} = {value}\n"
    assert "10.0.0" not in text
    return text


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + DEADLINE
    while True:
        assert process.poll() is None and time.monotonic() < end, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
