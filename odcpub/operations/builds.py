"""What a build is: the compiled files of a revision by layer and path, each a blob. Does I/O through the store."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from odcpub.compiler.drafts import Compiled as Sources
from odcpub.compiler.identity import compiler_identity
from odcpub.compiler.runtime import runtime_assembly
from odcpub.errors import EngineError, counted
from odcpub.image.content import ImageRef
from odcpub.model.elements import Asset, Library
from odcpub.operations.core.outputs import Verified
from odcpub.operations.core.run import Run
from odcpub.operations.libraries import locked
from odcpub.operations.platform import Platform
from odcpub.store.records import RevisionRecord

RUNTIME, LIBRARIES, APP = "runtime libraries", "libraries", "app"
NO_IMAGE = ImageRef("", "")
"""Of a library's revision."""
Files = dict[str, str]
"""Path → blob's digest."""
Say = Callable[[str], None]
"""Who hears what was made."""
Build = dict[str, Files]
"""By layer; what is the asset's own is in the layer ``APP``."""


def stored(platform: Platform, digest: str) -> Build:
    """The build whose blob has that digest."""
    found: Build = json.loads(platform.store.blobs.get(digest))
    return found


def store(platform: Platform, build: Build) -> str:
    """The digest of the build's own blob."""
    return platform.store.blobs.put(json.dumps(build, sort_keys=True).encode())


def build_key(platform: Platform, asset: Asset, libraries: Mapping[str, Library], inputs: tuple[str, ...]) -> str:
    """A digest of everything that decides the build's bytes. ``inputs``: what does for assets of its kind besides."""
    parts = [
        platform.caches.digest(asset),
        *(f"{name}={library.digest}" for name, library in sorted(libraries.items())),
        compiler_identity(),
        platform.engines().csharp.toolchain().identity,
        *inputs,
    ]
    return sha256("\n".join(parts).encode()).hexdigest()


def is_there(platform: Platform, revision: RevisionRecord) -> bool:
    """Whether what was built for the revision is whole: its stored contents, and an app's image."""
    if not whole(platform, revision.build):
        return False
    return not revision.image or platform.engines().registry.has(ImageRef(revision.repository, revision.image))


def whole(platform: Platform, build: str) -> bool:
    """Whether every content of a build is stored."""
    blobs = platform.store.blobs
    if not blobs.has(build):
        return False
    return not blobs.missing({digest for files in stored(platform, build).values() for digest in files.values()})


def elements(asset: Asset) -> str:
    """How many of what the model has: ``1 entity, 2 screens``."""
    counts = (
        (len(asset.entities), "entity", "entities"),
        (len(asset.static_entities), "static entity", "static entities"),
        (len(asset.structures), "structure", "structures"),
        (len(asset.server_actions), "server action", "server actions"),
        (len(asset.screens), "screen", "screens"),
    )
    return ", ".join(counted(*each) for each in counts if each[0]) or "an empty model"


def locked_libraries(platform: Platform, lock: str) -> Mapping[str, Library]:
    """The libraries of a verified model, by name; fails where one's stored build is not whole."""
    libraries = {library.asset.name: library for library in locked(platform, lock)}
    for name, library in libraries.items():
        if not whole(platform, library.digest):
            raise EngineError(
                f"{name} {library.version}: contents of its stored build are missing",
                f"publish the model of {name} {library.version} again (its revision {library.revision}), then this one",
            )
    return libraries


def runtime_assemblies(platform: Platform) -> Mapping[str, bytes]:
    """The runtime libraries that every app and library is compiled against: assembly name → its bytes."""
    return platform.engines().csharp.compile([runtime_assembly()], {})


def own_files(
    platform: Platform, sources: Sources, runtime: Mapping[str, bytes], libraries: Mapping[str, Library], say: Say
) -> Files:
    """Compiles what is the asset's own against ``runtime`` and libraries, and stores it."""
    put = platform.store.blobs.put
    given = dict(runtime) | _library_assemblies(platform, libraries)
    assemblies = platform.engines().csharp.compile(sources.assemblies, given)
    dlls = {f"{name}.dll": put(content) for name, content in assemblies.items()}
    web = counted(len(sources.web), "web file", "web files")
    say(f"{counted(len(assemblies), 'assembly', 'assemblies')}, {web}")
    return dlls | {draft.path: put(draft.content) for draft in sources.web}


def _library_assemblies(platform: Platform, libraries: Mapping[str, Library]) -> dict[str, bytes]:
    blobs = platform.store.blobs
    files = {path: digest for one in libraries.values() for path, digest in files_of(platform, one).items()}
    return {Path(path).stem: blobs.get(digest) for path, digest in files.items() if path.endswith(".dll")}


def files_of(platform: Platform, library: Library) -> Files:
    """A stored library's files."""
    return stored(platform, library.digest)[APP]


def add_revision(run: Run, verified: Verified, build: str, image: ImageRef) -> RevisionRecord:
    """The revision of the build; where only what was lost of the latest one was made again, that one. An asset that has
    a revision keeps its name and folder until the new version serves. A name that is taken is refused now."""
    assets, asset = run.platform.store.assets, run.unit.asset.key
    latest = assets.latest(asset)
    if latest is None:
        assets.register(run.asset)
    else:
        assets.planned(run.asset)
    if latest and (latest.build_key, latest.build, latest.image) == (verified.build_key, build, image.digest):
        return latest
    record = RevisionRecord(
        asset, 0, verified.model, build, verified.build_key, image.digest, image.repository,
        verified.schema, verified.lock, verified.runtime, run.key, "", run.command.actor,
    )  # fmt: skip
    return assets.add_revision(record)
