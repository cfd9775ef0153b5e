"""Lays .NET's shared frameworks out for apps and images: the one way for every source. Does I/O, in its folders only.

The host refuses to start when a file is missing that a framework's ``deps.json`` lists, so that is written anew.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from odcpub.engines.common.elf import is_elf, needs, processor_of
from odcpub.engines.common.libraries import LibraryAbsent, closure
from odcpub.engines.csharp.frameworks import CORE, HOST, NEEDED, NOT_NEEDED
from odcpub.errors import EngineError

NATIVE = "native"
KINDS = ("runtime", NATIVE)

Listed = Mapping[str, Mapping[str, object]]
"""Kind → file name → its versions, as ``deps.json`` has them."""


@dataclass(frozen=True, slots=True)
class Framework:
    """A shared framework whose ``listed`` files lie in ``folder``, perhaps with others."""

    name: str
    version: str
    folder: Path
    listed: Listed

    def files(self) -> tuple[Path, ...]:
        """The listed files, sorted by kind and name."""
        return tuple(self.folder / name for kind in KINDS for name in self.listed[kind])


def installed(folder: Path) -> Framework:
    """The framework in ``shared/<name>/<version>``. Raises ``EngineError`` where its ``deps.json`` can't be read."""
    name, version = folder.parent.name, folder.name
    libraries = read_deps(folder / f"{name}.deps.json")
    listed: dict[str, dict[str, object]] = {kind: {} for kind in KINDS}
    for library in libraries.values():
        for kind in KINDS:
            listed[kind] |= library.get(kind, {})
    return Framework(name, version, folder, listed)


def read_deps(file: Path) -> Mapping[str, Listed]:
    """Library → what a ``deps.json`` lists of it, from the target that names a processor: the last one."""
    try:
        targets = json.loads(file.read_bytes())["targets"]
        found: Mapping[str, Listed] = list(targets.values())[-1]
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise EngineError(f"{file}: cannot be read: {error}", "reinstall .NET") from None
    return found


def for_apps(frameworks: Iterable[Framework]) -> tuple[Framework, ...]:
    """The frameworks with only those files that are there, that an app may need, and that can be loaded here."""
    return tuple(_loadable(replace(one, listed={kind: _wanted(one, kind) for kind in KINDS})) for one in frameworks)


def _wanted(framework: Framework, kind: str) -> dict[str, object]:
    named = {PurePosixPath(path).name: versions for path, versions in framework.listed.get(kind, {}).items()}
    return {
        name: versions
        for name, versions in sorted(named.items())
        if name != HOST and not NOT_NEEDED.fullmatch(name) and (framework.folder / name).is_file()
    }


def _loadable(framework: Framework) -> Framework:
    """Without native files that lack a library on this machine, where .NET goes on without them.

    One that is needed stays: making the base layer then says what is missing; a base image may have it.
    """
    native = dict(framework.listed[NATIVE])
    while absent := [name for name in native if name not in NEEDED and not _loads(framework.folder / name, native)]:
        for name in absent:
            del native[name]
    return replace(framework, listed={**framework.listed, NATIVE: native})


def _loads(file: Path, own: Iterable[str]) -> bool:
    if not is_elf(file):
        return True
    try:
        closure([file], {}, own, processor_of(file))
    except LibraryAbsent:
        return False
    return True


def lay_out(frameworks: Sequence[Framework], host: Path, host_version: str, root: Path) -> None:
    """Makes ``root`` a DOTNET_ROOT of these frameworks, ``shared/`` and ``host/fxr/``, out of copies."""
    core = next(one.version for one in frameworks if one.name == CORE)
    for framework in frameworks:
        folder = root / "shared" / framework.name / framework.version
        folder.mkdir(parents=True)
        for file in framework.files():
            _copy(file, folder / file.name)
        _write_json(folder / f"{framework.name}.deps.json", _deps(framework))
        _write_json(folder / f"{framework.name}.runtimeconfig.json", _runtime_config(framework, core))
    fxr = root / "host" / "fxr" / host_version
    fxr.mkdir(parents=True)
    _copy(host, fxr / HOST)


def _copy(file: Path, target: Path) -> None:
    """Modes follow from what a file is, not from how it was installed: a program names its loader."""
    shutil.copyfile(file, target)
    target.chmod(0o755 if is_elf(file) and needs(file).interpreter else 0o644)


def _target(framework: Framework) -> str:
    return ".".join(framework.version.split(".")[:2])


def _deps(framework: Framework) -> dict[str, object]:
    target, library = f".NETCoreApp,Version=v{_target(framework)}", f"{framework.name}/{framework.version}"
    return {
        "runtimeTarget": {"name": target, "signature": ""},
        "compilationOptions": {},
        "targets": {target: {library: framework.listed}},
        "libraries": {library: {"type": "package", "serviceable": True, "sha512": ""}},
    }


def _runtime_config(framework: Framework, core: str) -> dict[str, object]:
    options: dict[str, object] = {"tfm": f"net{_target(framework)}"}
    if framework.name != CORE:
        options["framework"] = {"name": CORE, "version": core}
    return {"runtimeOptions": options}


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
