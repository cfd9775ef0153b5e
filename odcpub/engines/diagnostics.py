"""``odcpub doctor``: each engine asked for what is there; nothing is set up by asking. Does I/O."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from odcpub.api_types.installation import Check, CheckState
from odcpub.engines.csharp.standing import Standing
from odcpub.engines.ports import Database, Place, Registry, Runner
from odcpub.engines.settings import EngineSettings
from odcpub.errors import OdcpubError
from odcpub.image.content import ImageRef


class Engines(Protocol):
    """What is looked at: one engine a port."""

    @property
    def folder(self) -> Path: ...
    @property
    def settings(self) -> EngineSettings: ...
    @property
    def registry(self) -> Registry: ...
    @property
    def database(self) -> Database: ...
    @property
    def runner(self) -> Runner: ...
    def csharp_standing(self) -> Standing: ...


ROOM = 2_000_000_000
"""Bytes that a first publish needs on disk, with room to spare."""


Apps = Sequence[tuple[Place, str]]
"""Where deployed apps are, and their passwords of the database."""


def examine(engines: Engines, apps: Apps) -> list[Check]:
    """One check a part, in the order of a publish."""
    parts: tuple[tuple[str, Callable[[Engines], Check]], ...] = (
        ("Python", lambda _: _python()),
        ("disk", lambda one: _disk(one.folder)),
        ("C# toolchain", _csharp),
        ("image builder", _builder),
        ("registry", _registry),
        ("database", lambda one: _database(one, apps)),
        ("runner", _runner),
    )
    return [_guarded(what, check, engines) for what, check in parts]


def _guarded(what: str, check: Callable[[Engines], Check], engines: Engines) -> Check:
    try:
        return check(engines)
    except OdcpubError as error:
        return Check(what=what, state="missing", found=error.message, hints=[error.hint] if error.hint else [])


def _ok(what: str, found: str, *hints: str) -> Check:
    return Check(what=what, state="warning" if hints else "ok", found=found, hints=list(hints))


def _python() -> Check:
    return _ok("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}, {sys.executable}")


def _disk(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    hints = ("make room: a first publish needs about 2 GB",) if free < ROOM else ()
    return _ok("disk", f"{free / 1e9:.1f} GB free for {folder}", *hints)


def _csharp(engines: Engines) -> Check:
    one = engines.csharp_standing()
    return _ok("C# toolchain", one.found, *one.hints)


def _builder(engines: Engines) -> Check:
    if engines.settings.builder == "assembly":
        return _ok("image builder", "assembly: built in, needs no engine")
    from odcpub.engines.image.docker import connect

    client = connect()
    try:
        return _ok("image builder", f"Docker engine {client.version()['Version']}")
    finally:
        client.close()


def _registry(engines: Engines) -> Check:
    if engines.settings.registry == "layout":
        return _ok("registry", "layout: an OCI image layout folder")
    engines.registry.manifest(ImageRef("odcpub-doctor", "sha256:" + "0" * 64))
    return _ok("registry", f"{engines.settings.registry} answers")


def _database(engines: Engines, apps: Apps) -> Check:
    one = engines.database.condition([place for place, _ in apps]).and_also(engines.database.app_path(apps))
    state: CheckState = "missing" if one.missing else "warning" if one.hints else "ok"
    return Check(what="database", state=state, found=one.found, hints=list(one.hints))


def _runner(engines: Engines) -> Check:
    engines.runner.running("development", "odcpub-doctor", "")
    if engines.settings.runner == "local":
        return _ok("runner", "local: processes of this machine")
    return _ok("runner", "Kubernetes answers")
