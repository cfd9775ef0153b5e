"""What libpq's own clients would log in with: its environment, service file and password file. Reads files.

Read by the command line and not by the server, which has the environment of the command that started it. The rules are
those of PostgreSQL's documentation, "Environment Variables", "The Password File" and "The Connection Service File".
"""

from __future__ import annotations

import os
import pwd
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from odcpub.address import FILES, OPTIONS, PLACE, PORT, SECRETS, WHERE, Address, address, parts
from odcpub.errors import UsageError
from odcpub.files import MAX_FILE, BadFile, read_file, text_of

SOCKETS = ("/var/run/postgresql", "/tmp")  # noqa: S108 - where libpq looks
SYSTEM_SERVICES = "/etc/postgresql-common"
OF_SESSIONS = frozenset({
    "application_name", "client_encoding", "connect_timeout", "fallback_application_name", "keepalives",
    "keepalives_count", "keepalives_idle", "keepalives_interval", "options", "tcp_user_timeout",
})  # fmt: skip
"""What a service says of sessions; the platform's are its own affair."""
NOT_CARRIED = (
    "PGHOSTADDR", "PGREQUIREPEER", "PGREQUIRESSL", "PGSSLCERTMODE", "PGSSLCRL", "PGSSLCRLDIR",
    "PGSSLMAXPROTOCOLVERSION", "PGSSLMINPROTOCOLVERSION", "PGTARGETSESSIONATTRS",
)  # fmt: skip
"""Variables that lead elsewhere, or ask for more safety: without them it would not be what ``psql`` logs in to."""
_LINE = re.compile(r"((?:[^:\\]|\\.)*):" * 4 + r"((?:[^:\\]|\\.|\\$)*)")


@dataclass(frozen=True, slots=True)
class Password:
    """``origin``: where it was found, in words."""

    value: str = field(repr=False)
    origin: str


@dataclass(frozen=True, slots=True)
class Login:
    """``password``: None where there is none; ``ignored``: why a password file was not read."""

    address: Address
    password: Password | None
    ignored: str = ""


def resolve(text: str, environment: Mapping[str, str]) -> Login:
    """An address with all that it leaves out, as ``psql`` would take it. UsageError where there is none."""
    if dropped := [one for one in NOT_CARRIED if environment.get(one)]:
        hint = f"leave it out for this command: env -u {' -u '.join(dropped)} odcpub …"
        raise UsageError(f"{WHERE}: odcpub cannot apply {', '.join(dropped)}", hint)
    given = parts(text)
    name = given.pop("service", "") or environment.get("PGSERVICE", "")
    service, file = _service(name, environment) if name else ({}, "")
    variables = {key: environment[one] for key, one in (OPTIONS | PLACE).items() if environment.get(one)}
    found = variables | service | given
    if SECRETS & found.keys() - {"password"}:
        raise UsageError(
            f"{WHERE}: service {name} in {file} has a secret that odcpub cannot use", "name another service"
        )
    password, passfile = found.pop("password", ""), found.pop("passfile", "")
    found.setdefault("user", _account()[0])
    found.setdefault("host", _socket_folder(found.get("port", PORT)))
    found |= {key: str(Path(found[key]).absolute()) for key in FILES if found.get(key, "system") != "system"}
    made = address(found)
    if password:
        return Login(made, Password(password, f"service {name} in {file}"))
    if environment.get("PGPASSWORD"):
        return Login(made, Password(environment["PGPASSWORD"], "PGPASSWORD"))
    path = Path(passfile or environment.get("PGPASSFILE") or _home(environment) / ".pgpass")
    return _from_file(made, path)


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("HOME") or _account()[1])


def _account() -> tuple[str, str]:
    """The name and home of the user whose process this is; empty and / where the system knows none."""
    try:
        found = pwd.getpwuid(os.geteuid())
    except KeyError:
        return "", "/"
    return found.pw_name, found.pw_dir


def _socket_folder(port: str) -> str:
    return next((folder for folder in SOCKETS if Path(folder, f".s.PGSQL.{port}").exists()), SOCKETS[0])


def _from_file(made: Address, path: Path) -> Login:
    """As libpq does: a file that others may read is none."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            return Login(made, None, f"{path}: is no plain file; no password was read")
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            return Login(made, None, f"{path}: others may use it; no password was read: chmod 600 {path}")
        text = (read_file(path, MAX_FILE) or b"").decode(errors="surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return Login(made, None)
    except BadFile as bad:
        return Login(made, None, f"{path}: {bad.reason}")
    except OSError as error:
        return Login(made, None, f"{path}: cannot be read: {error.strerror}")
    line, password = matching(text, made)
    return Login(made, Password(password, f"{path}, line {line}") if password else None)


def matching(text: str, made: Address) -> tuple[int, str]:
    """The first line of a password file that is for this login, and its password; (0, "") where none is."""
    host = "localhost" if made.host in SOCKETS else made.host
    wanted = (host, str(made.port), made.database, made.user)
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.rstrip("\r")
        if line.startswith("#"):
            continue
        fields = _LINE.match(line)
        if fields is None:
            continue
        *login, password = fields.groups()
        if all(one == "*" or _plain(one) == own for one, own in zip(login, wanted, strict=True)):
            return number, _plain(password)
    return 0, ""


def _plain(escaped: str) -> str:
    return re.sub(r"\\(.)", r"\1", escaped)


def _service(name: str, environment: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """What the service says, and which file says it."""
    own = environment.get("PGSERVICEFILE") or str(_home(environment) / ".pg_service.conf")
    system = str(Path(environment.get("PGSYSCONFDIR") or SYSTEM_SERVICES) / "pg_service.conf")
    for file in (own, system):
        try:
            content = read_file(Path(file), MAX_FILE)
            if content is None:
                continue
            text = text_of(content)
        except BadFile as bad:
            raise UsageError(f"{WHERE}: {file}: {bad.reason}", "name another file with PGSERVICEFILE") from None
        said = dict(_section(text, name, file))
        if said:
            return {key: value for key, value in said.items() if value and key not in OF_SESSIONS}, file
    raise UsageError(f"{WHERE}: no service {name} in {own} or {system}", "name another file with PGSERVICEFILE")


def _section(text: str, name: str, file: str) -> Iterator[tuple[str, str]]:
    """The pairs of a section, last first: of a key that comes twice, the first one counts."""
    inside, found = False, list[tuple[str, str]]()
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            inside = line.startswith(f"[{name}]") and not found
        elif inside:
            key, equals, value = line.partition("=")
            if not equals or key in ("service", "servicefile") or line.startswith("ldap"):
                raise UsageError(
                    f"{WHERE}: {file}:{number}: is not KEY=VALUE of an address", "correct the service file"
                )
            found.append((key, value))
    yield from reversed(found)
