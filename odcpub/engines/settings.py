"""Which engine stands behind each port: the installation's settings, kept as JSON in its data folder. Does I/O."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from odcpub.address import WHERE, Address, address, is_address, parts
from odcpub.api_types.installation import Engines
from odcpub.engines.database import tls
from odcpub.engines.database.reach import (
    LAST_PORT,
    MOST_CONNECTIONS,
    NOT_AN_ADDRESS,
    Reach,
    is_bare,
    parse_address,
)
from odcpub.engines.ports import CONNECTIONS
from odcpub.errors import EngineError, UsageError
from odcpub.files import MAX_FILE, BadFile, put, read_own, write_whole
from odcpub.model.characters import forbidden
from odcpub.text import listed, shown, suggest

FILE = "engines.json"
EMBEDDED = "embedded"
UNCHANGED = "nothing was changed"
_REGISTRY_TOO, _ADDRESS_TOO = "registry=localhost:5001", "database_address=172.17.0.1"
_REGISTRY = re.compile(r"[A-Za-z0-9.-]+(:(?P<port>[0-9]{1,5}))?(/[a-z0-9._-]+)*")


class Lacks(ValueError):
    """A choice that needs another one; ``needs``: that one, as it is written on the command line."""

    def __init__(self, message: str, needs: str) -> None:
        super().__init__(message)
        self.needs = needs


class EngineSettings(BaseModel):
    """One choice a port. The database's password is kept sealed and never shown; ``cluster``: the uid of the one that
    kubeconfig and context lead to, found out and never chosen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: Literal["local", "kind", "mixed"] = "local"
    csharp: Literal["auto", "sdk", "bootstrap"] = "auto"
    builder: Literal["assembly", "docker"] = "assembly"
    base_image: str = ""
    registry: str = "layout"
    database: str = EMBEDDED
    database_address: str = ""
    database_pooling: Literal["none", "session", "transaction"] = "none"
    database_connections: int = CONNECTIONS
    database_password: str = ""
    runner: Literal["local", "kubernetes"] = "local"
    kubeconfig: str = ""
    context: str = ""
    cluster: str = ""
    node_address: str = ""

    @field_validator("registry")
    @classmethod
    def _registry(cls, value: str) -> str:
        found = _REGISTRY.fullmatch(value)
        if not found or not 1 <= int(found["port"] or 1) <= LAST_PORT:
            raise ValueError("is 'layout' or host:port, with a path in it if need be: localhost:5001/team")
        return value

    @field_validator("database")
    @classmethod
    def _database(cls, value: str) -> str:
        if value != EMBEDDED and not is_address(value):
            raise ValueError("is 'embedded' or postgresql://user@host:port/database")
        if value != EMBEDDED:
            try:
                address(parts(value))
            except UsageError as error:
                raise ValueError(f"{error.message.removeprefix(f'{WHERE}: ')}; {error.hint}") from None
        return value

    @field_validator("database_address")
    @classmethod
    def _address(cls, value: str) -> str:
        if value:
            parse_address(value)
        return value

    @field_validator("database_connections", mode="before")
    @classmethod
    def _connections(cls, value: object) -> int:
        text = str(value)
        if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST_CONNECTIONS):
            raise ValueError(f"is a number from 1 to {MOST_CONNECTIONS}")
        return int(text)

    @model_validator(mode="after")
    def _together(self) -> EngineSettings:
        """What each allows and not all of them together."""
        if self.registry == "layout" and self.builder == "docker":
            raise Lacks("builder=docker pushes to a registry, and registry=layout is a folder", _REGISTRY_TOO)
        if self.registry == "layout" and self.runner == "kubernetes":
            raise Lacks("runner=kubernetes pulls from a registry, and registry=layout is a folder", _REGISTRY_TOO)
        if (self.runner, self.database, self.database_address) == ("kubernetes", "embedded", ""):
            message = "runner=kubernetes: pods reach database=embedded by database_address=…, which is not set"
            raise Lacks(message, _ADDRESS_TOO)
        server = self.server()
        if self.runner == "kubernetes" and server and server.socket and not self.database_address:
            raise Lacks("runner=kubernetes: pods reach no unix socket; database_address=… names a host", _ADDRESS_TOO)
        if self.database_pooling != "none" and not (
            self.reach().port if self.database == "embedded" else self.database_address
        ):
            message = f"database_pooling={self.database_pooling}: the pooler is named by database_address=host:port"
            raise Lacks(f"{message}, the server itself by database", "database_address=127.0.0.1:6432")
        return self

    def server(self) -> Address | None:
        """The PostgreSQL server; None where it is the embedded one."""
        return None if self.database == EMBEDDED else address(parts(self.database))

    def reach(self) -> Reach:
        """How apps reach the database."""
        host, port = parse_address(self.database_address) if self.database_address else ("", 0)
        elsewhere = self.runner == "kubernetes"
        return Reach(host, port, self.database_pooling, self.database_connections, elsewhere)

    def shown(self) -> Engines:
        """The settings for people: what is chosen, without the password."""
        return {
            "profile": self.profile,
            "csharp": self.csharp,
            "builder": self.builder,
            "base_image": self.base_image,
            "registry": self.registry,
            "database": self.database,
            "database_address": self.database_address,
            "database_pooling": self.database_pooling,
            "database_connections": str(self.database_connections),
            "runner": self.runner,
            "kubeconfig": self.kubeconfig,
            "context": self.context,
            "node_address": self.node_address,
        }


_NOT_CHOSEN = ("database_password", "cluster")

PROFILES: dict[str, dict[str, str]] = {
    "local": {},
    "kind": {"builder": "docker", "registry": "localhost:5001", "runner": "kubernetes"},
}
"""What a profile says; every other choice is the default."""


def read_settings(folder: Path) -> EngineSettings:
    try:
        content = read_own(folder / FILE, MAX_FILE)
        return EngineSettings() if content is None else EngineSettings.model_validate_json(content)
    except ValidationError as error:
        raise UsageError(
            f"{folder / FILE}: {_first(error)}", "correct the file, or start afresh with: odcpub engines use local"
        ) from None
    except BadFile as bad:
        raise UsageError(f"{folder / FILE}: {bad.reason}", "give the file back to this user, or remove it") from None


def draft_settings(folder: Path, settings: EngineSettings) -> Path:
    """Writes the settings aside, so that a full disk is met now; ``take_settings`` puts them in force."""
    draft = folder / (FILE + ".new")
    write_whole(draft, settings.model_dump_json(indent=2).encode())
    return draft


def take_settings(folder: Path, draft: Path) -> None:
    put(draft, folder / FILE)


def use_profile(name: str, found: dict[str, str]) -> EngineSettings:
    """A profile's settings, with what was found out about this machine."""
    if name not in PROFILES:
        raise UsageError(f"{shown(name)}: is no profile", suggest(name, PROFILES, f"profiles: {listed(PROFILES)}"))
    return _checked({"profile": name, **PROFILES[name], **found})


def change(settings: EngineSettings, values: dict[str, str], sealed_password: str | None) -> EngineSettings:
    """The settings with some values changed (``registry`` → ``localhost:5001``), checked. A password stays with the
    login that it was given for."""
    known = sorted(EngineSettings.model_fields.keys() - {"profile", *_NOT_CHOSEN})
    for name in sorted(values.keys() - set(known)):
        raise UsageError(f"{shown(name)}: is no engine setting", suggest(name, known, f"one of: {listed(known)}"))
    for name, value in values.items():
        if sign := forbidden(value):
            raise UsageError(f"{name}: holds the character {sign}", "leave it out; nothing was changed")
    changed = _named(_checked(settings.model_dump() | {"profile": "mixed"} | values, values))
    before, after = settings.server(), changed.server()
    if is_bare(values.get("database_address", "")):
        raise UsageError(f"database_address: {NOT_AN_ADDRESS}", f"write [{values['database_address']}]; {UNCHANGED}")
    if after and "database" in values:
        _check_tls(dict(after.options), changed.reach().host or after.host)
    if sealed_password is None and before and after and before.login == after.login:
        return changed
    return changed.model_copy(update={"database_password": sealed_password or ""})


def _check_tls(options: dict[str, str], host: str) -> None:
    """Refuses an address whose options or files can't be used: now, and not when something is deployed. One that an
    odcpub of before has taken is refused where it is used, and can be replaced."""
    try:
        tls.check(options)
        tls.for_apps(options, host)
    except (EngineError, UsageError) as error:
        raise UsageError(error.message, f"{error.hint}; {UNCHANGED}") from None


def _named(settings: EngineSettings) -> EngineSettings:
    """The settings under the name of the profile that has them, if one has."""
    chosen = settings.model_dump(exclude={"profile", *_NOT_CHOSEN})
    defaults = {name: EngineSettings.model_fields[name].default for name in chosen}
    for name, values in PROFILES.items():
        if chosen == defaults | values:
            return settings.model_copy(update={"profile": name})
    return settings


def _checked(values: dict[str, str], asked: Mapping[str, str] = MappingProxyType({})) -> EngineSettings:
    """``asked``: those of ``values`` that somebody has just chosen."""
    try:
        return EngineSettings.model_validate(values)
    except ValidationError as error:
        hint = UNCHANGED
        if isinstance(lacks := error.errors()[0].get("ctx", {}).get("error"), Lacks):
            given = " ".join(shlex.quote(f"{name}={value}") for name, value in asked.items())
            hint = f"{UNCHANGED}; set both at once: odcpub engines set {given} {lacks.needs}"
        raise UsageError(_first(error), hint) from None


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    message = first["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return ": ".join((*map(str, first["loc"]), message))
