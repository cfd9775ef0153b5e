"""Lays a .NET runtime out of the bootstrap packages' loose files. Does I/O, in the folders it is given only."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from odcpub.engines.csharp import packages
from odcpub.errors import EngineError

KINDS = ("runtime", "native")


def unpack(tarball: Path, target: Path, wanted: Callable[[str], bool]) -> None:
    """Regular files by their last name, flat; the tarball is read as a stream and nothing else of it is believed."""
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(tarball, "r|gz") as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() and wanted(member.name) else None
            if content is not None:
                with (target / PurePosixPath(member.name).name).open("wb") as file:
                    shutil.copyfileobj(content, file, 1 << 20)


def is_runtime_file(name: str) -> bool:
    """A file of the runtime's folder itself (its subfolders hold translations) or a notice."""
    below = name.removeprefix(packages.RUNTIME_MEMBERS)
    return name in packages.NOTICES or (below != name and "/" not in below)


def lay_out(loose: Path, root: Path) -> None:
    """``shared/`` and ``host/fxr/`` as .NET expects them, moved out of the folder of loose files."""
    libraries = _libraries(loose / packages.RUNTIME_DEPS)
    for framework, pack in packages.FRAMEWORKS.items():
        entry = libraries[f"runtimepack.{pack}/{packages.RUNTIME_VERSION}"]
        _framework(loose, root / "shared" / framework / packages.RUNTIME_VERSION, framework, entry)
    fxr = root / "host" / "fxr" / packages.RUNTIME_VERSION
    fxr.mkdir(parents=True)
    (loose / "libhostfxr.so").replace(fxr / "libhostfxr.so")


def _libraries(deps: Path) -> Mapping[str, Mapping[str, Mapping[str, object]]]:
    """The entries of the target that names a processor: the last one."""
    try:
        targets = json.loads(deps.read_bytes())["targets"]
        found: Mapping[str, Mapping[str, Mapping[str, object]]] = list(targets.values())[-1]
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise EngineError(f"{packages.RUNTIME.spec}: {deps.name} cannot be read: {error}", "try again") from None
    return found


def _framework(loose: Path, folder: Path, name: str, entry: Mapping[str, Mapping[str, object]]) -> None:
    folder.mkdir(parents=True)
    files: dict[str, dict[str, object]] = {kind: {} for kind in KINDS}
    for kind in KINDS:
        for path, versions in sorted(entry.get(kind, {}).items()):
            file = PurePosixPath(path).name
            if (loose / file).is_file() and file != "libhostfxr.so" and not packages.NOT_NEEDED.fullmatch(file):
                (loose / file).replace(folder / file)
                files[kind][file] = versions
    _write_json(folder / f"{name}.deps.json", _deps(name, files))
    options: dict[str, object] = {"tfm": "net9.0"}
    if name != "Microsoft.NETCore.App":
        options["framework"] = {"name": "Microsoft.NETCore.App", "version": packages.RUNTIME_VERSION}
    _write_json(folder / f"{name}.runtimeconfig.json", {"runtimeOptions": options})


def _deps(name: str, files: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """What the host reads: it refuses to start when a listed file is missing, so only those that are there."""
    target, library = ".NETCoreApp,Version=v9.0", f"{name}/{packages.RUNTIME_VERSION}"
    return {
        "runtimeTarget": {"name": target, "signature": ""},
        "compilationOptions": {},
        "targets": {target: {library: files}},
        "libraries": {library: {"type": "package", "serviceable": True, "sha512": ""}},
    }


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
