"""Which engine stands behind each port: the installation's settings, kept as JSON in its data folder. Does I/O."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from odcpub.errors import UsageError

FILE = "engines.json"


class EngineSettings(BaseModel):
    """One choice a port. The database's password is kept sealed and never shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: Literal["local", "kind", "mixed"] = "local"
    csharp: Literal["auto", "sdk", "bootstrap"] = "auto"
    builder: Literal["assembly", "docker"] = "assembly"
    base_image: str = ""
    registry: str = "layout"
    database: str = "embedded"
    database_address: str = ""
    database_password: str = ""
    runner: Literal["local", "kubernetes"] = "local"
    kubeconfig: str = ""
    context: str = ""
    node_address: str = ""

    @field_validator("database")
    @classmethod
    def _database(cls, value: str) -> str:
        if value != "embedded" and not value.startswith("postgresql://"):
            raise ValueError("is 'embedded' or postgresql://user@host:port/database")
        if value != "embedded" and ":" in value.removeprefix("postgresql://").rpartition("@")[0]:
            raise ValueError("carries a password; leave it out, it is asked for and kept encrypted")
        return value

    def shown(self) -> dict[str, str]:
        """The settings for people: without the password."""
        return {name: value for name, value in self.model_dump().items() if name != "database_password"}


PROFILES: dict[str, dict[str, str]] = {
    "local": {},
    "kind": {"builder": "docker", "registry": "localhost:5001", "runner": "kubernetes"},
}
"""What a profile says; every other choice is the default."""


def read_settings(folder: Path) -> EngineSettings:
    try:
        return EngineSettings.model_validate_json((folder / FILE).read_bytes())
    except FileNotFoundError:
        return EngineSettings()
    except ValidationError as error:
        raise UsageError(
            f"{folder / FILE}: {_first(error)}", "correct the file, or start afresh with: odcpub engines use local"
        ) from None


def write_settings(folder: Path, settings: EngineSettings) -> None:
    """Replaces the file whole; readable by its owner only."""
    temporary = folder / (FILE + ".new")
    handle = os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(settings.model_dump_json(indent=2))
    temporary.replace(folder / FILE)


def use_profile(name: str, found: dict[str, str]) -> EngineSettings:
    """A profile's settings, with what was found out about this machine."""
    if name not in PROFILES:
        raise UsageError(f"{name}: is no profile", f"profiles: {', '.join(PROFILES)}")
    return EngineSettings.model_validate({"profile": name, **PROFILES[name], **found})


def change(settings: EngineSettings, values: dict[str, str], sealed_password: str | None) -> EngineSettings:
    """The settings with some values changed (``registry`` → ``localhost:5001``), checked."""
    for name in values:
        if name not in EngineSettings.model_fields or name in ("profile", "database_password"):
            near = difflib.get_close_matches(name, EngineSettings.model_fields, 1)
            names = ", ".join(sorted(settings.shown().keys() - {"profile"}))
            raise UsageError(
                f"{name}: is no engine setting", f"did you mean {near[0]}?" if near else f"one of: {names}"
            )
    sealed = {} if sealed_password is None else {"database_password": sealed_password}
    try:
        return EngineSettings.model_validate(settings.model_dump() | {"profile": "mixed"} | values | sealed)
    except ValidationError as error:
        raise UsageError(_first(error), "see: odcpub engines") from None


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    message = first["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return f"{'.'.join(map(str, first['loc']))}: {message}"
