"""The steps that make a revision: verify, compile, image (an app) or store (a library). Does I/O.

Each step can run again after a kill: what it makes is stored by its content or under its operation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from odcpub.compiler.compile import compile_app, compile_library
from odcpub.compiler.drafts import Compiled
from odcpub.compiler.identity import compiler_identity
from odcpub.compiler.runtime import runtime_assembly
from odcpub.data.fingerprint import target_fingerprint
from odcpub.engines.csharp.host import host_files, library_files
from odcpub.engines.image.base import ENV
from odcpub.errors import EngineError, Refused, counted
from odcpub.image.content import File, ImageContent, ImageRef, LayerContent, Settings
from odcpub.image.settings import standard_labels
from odcpub.model.elements import Asset, Kind, Library
from odcpub.operations.libraries import lock_data, locked
from odcpub.operations.models import read_model
from odcpub.operations.platform import Platform, Run
from odcpub.store.records import RevisionRecord

RUNTIME, LIBRARIES, APP = "runtime libraries", "libraries", "app"
ENTRYPOINT = ("/app/app",)
HEALTH = (*ENTRYPOINT, "--health")


def verify(run: Run) -> None:
    """Reads and verifies the model, resolves its libraries, and finds out whether anything has changed."""
    read = read_model(run.platform, Path(run.asset.folder))
    for problem in read.warnings:
        run.warn(str(problem), hint=problem.hint)
    asset = read.asset
    key = build_key(run.platform, asset, read.libraries)
    latest = run.platform.store.assets.latest(asset.key)
    same = latest is not None and latest.build_key == key
    lost = latest is not None and same and not is_there(run.platform, latest)
    if latest is None:
        run.platform.store.assets.register(run.asset)
    run.note(
        model=run.platform.memory.keep(asset),
        lock=lock_data(run.platform, read.libraries),
        build_key=key,
        compiler=compiler_identity(),
        runtime=run.platform.engines().csharp.toolchain().source,
        schema=target_fingerprint(run.platform.memory.schema(asset, read.libraries)),
        revision=latest.number if latest and same and not lost else 0,
        unchanged=asset.kind is Kind.LIBRARY and same and not lost,
    )
    known = f"; the same as revision {latest.number}{', which is not whole' if lost else ''}" if latest and same else ""
    run.say(_summary(asset, read.libraries) + known)


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
    parts: dict[str, dict[str, str]] = json.loads(blobs.get(build))
    return all(blobs.has(digest) for files in parts.values() for digest in files.values())


def _summary(asset: Asset, libraries: Mapping[str, Library]) -> str:
    uses = ", ".join(f"{name} {library.version}" for name, library in sorted(libraries.items()))
    return elements(asset) + (f"; uses {uses}" if uses else "")


def elements(asset: Asset) -> str:
    """How many of what the model has: ``1 entity, 2 screens``."""
    counts = (
        (len(asset.entities), "entity", "entities"),
        (len(asset.static_entities), "static entity", "static entities"),
        (len(asset.structures), "structure", "structures"),
        (len(asset.screens), "screen", "screens"),
    )
    return ", ".join(counted(*each) for each in counts if each[0]) or "an empty model"


def build_key(platform: Platform, asset: Asset, libraries: Mapping[str, Library]) -> str:
    """A digest of everything that decides the build's bytes."""
    engines = platform.engines()
    parts = [
        platform.memory.digest(asset),
        *(f"{name}={library.digest}" for name, library in sorted(libraries.items())),
        compiler_identity(),
        engines.csharp.toolchain().identity,
    ]
    if asset.kind is Kind.APP:
        parts += [engines.builder.base(), engines.settings.builder, engines.settings.registry]
    return sha256("\n".join(parts).encode()).hexdigest()


def compile_step(run: Run) -> None:
    """Compiles the model to files; their blobs' digests by layer and path are the build."""
    if run.state["revision"]:
        run.say("nothing to compile")
        return
    asset = run.platform.memory.model(run.state["model"])
    libraries = _libraries(run)
    if asset.kind is Kind.APP:
        compiled = compile_app(asset, libraries, run.platform.memory.reuse(asset.key))
    else:
        compiled = compile_library(asset, libraries)
    csharp = run.platform.engines().csharp
    runtime = csharp.compile([runtime_assembly()], {})
    given = dict(runtime) | _library_assemblies(run, libraries)
    assemblies = csharp.compile(compiled.assemblies, given)
    build = {APP: _own_files(run, compiled, assemblies)}
    if asset.kind is Kind.APP:
        build |= {RUNTIME: _runtime_files(run, runtime), LIBRARIES: _library_files(run, libraries)}
    run.note(build=run.platform.store.blobs.put(json.dumps(build, sort_keys=True).encode()))
    web = counted(len(compiled.web), "web file", "web files")
    run.say(f"{counted(len(assemblies), 'assembly', 'assemblies')}, {web}")


def _libraries(run: Run) -> Mapping[str, Library]:
    """The libraries the verify step locked, by name; fails where one's stored build is not whole."""
    libraries = {library.asset.name: library for library in locked(run.platform, run.state["lock"])}
    for name, library in libraries.items():
        if not whole(run.platform, library.digest):
            raise EngineError(
                f"{name} {library.version}: contents of its stored build are missing",
                f"publish the model of {name} {library.version} again (its revision {library.revision}), then this one",
            )
    return libraries


def _files(run: Run, library: Library) -> dict[str, str]:
    """A stored library's files: path → blob digest."""
    build: dict[str, dict[str, str]] = json.loads(run.platform.store.blobs.get(library.digest))
    return build[APP]


def _library_assemblies(run: Run, libraries: Mapping[str, Library]) -> dict[str, bytes]:
    blobs = run.platform.store.blobs
    files = {path: digest for library in libraries.values() for path, digest in _files(run, library).items()}
    return {Path(path).stem: blobs.get(digest) for path, digest in files.items() if path.endswith(".dll")}


def _library_files(run: Run, libraries: Mapping[str, Library]) -> dict[str, str]:
    """The stored builds of all libraries, byte for byte."""
    files: dict[str, str] = {}
    for library in libraries.values():
        for path, digest in _files(run, library).items():
            if files.setdefault(path, digest) != digest:
                raise Refused(f"{library.asset.name}: its file {path} is another library's too", "rename the library")
    return files


def _own_files(run: Run, compiled: Compiled, assemblies: Mapping[str, bytes]) -> dict[str, str]:
    put = run.platform.store.blobs.put
    dlls = {f"{name}.dll": put(content) for name, content in assemblies.items()}
    return dlls | {draft.path: put(draft.content) for draft in compiled.web}


def _runtime_files(run: Run, runtime: Mapping[str, bytes]) -> dict[str, str]:
    put = run.platform.store.blobs.put
    toolchain = run.platform.engines().csharp.toolchain()
    own = {f"{name}.dll": put(content) for name, content in runtime.items()}
    carried = (*host_files(toolchain), *library_files(toolchain))
    return own | {file.path.removeprefix("app/"): put(file.content) for file in carried}


def image_step(run: Run) -> None:
    """Packs the image, puts it into the registry, and makes the revision."""
    if run.state["revision"]:
        run.say("nothing to build")
        return
    engines = run.platform.engines()
    image = engines.builder.build(_content(run), run.asset.label)
    revision = _add_revision(run, image.digest, image.repository)
    run.say(f"revision {revision.number}, {image.digest[:19]}", digest=image.digest, revision=revision.number)


def store_step(run: Run) -> None:
    """Makes a library's revision of its stored build."""
    if run.state["revision"]:
        run.say("nothing to store")
        return
    revision = _add_revision(run, "", "")
    run.say(f"revision {revision.number}, {revision.build[:12]}", revision=revision.number)


def _add_revision(run: Run, digest: str, repository: str) -> RevisionRecord:
    state, operation = run.state, run.operation
    run.platform.store.assets.register(run.asset)
    latest = run.platform.store.assets.latest(operation.asset)
    if latest and (latest.build_key, latest.build, latest.image) == (state["build_key"], state["build"], digest):
        run.note(revision=latest.number)  # what was lost of it is there again
        return latest
    record = RevisionRecord(
        operation.asset, 0, state["model"], state["build"], state["build_key"], digest, repository,
        state["schema"], state["lock"], state["runtime"], operation.key, "", operation.user,
    )  # fmt: skip
    revision = run.platform.store.assets.add_revision(record)
    run.note(revision=revision.number)
    return revision


def _content(run: Run) -> ImageContent:
    engines, blobs = run.platform.engines(), run.platform.store.blobs
    build: dict[str, dict[str, str]] = json.loads(blobs.get(run.state["build"]))
    layers = tuple(
        LayerContent(name, tuple(_file(path, blobs.get(digest)) for path, digest in sorted(build[name].items())))
        for name in (RUNTIME, LIBRARIES, APP)
        if build[name]
    )
    return ImageContent(engines.builder.base(), layers, image_settings(run))


def _file(path: str, content: bytes) -> File:
    return File(f"app/{path}", content, 0o755 if path == "app" else 0o644)


def image_settings(run: Run) -> Settings:
    """The image's configuration: nothing in it changes from one publish of the same content to the next."""
    toolchain = run.platform.engines().csharp.toolchain()
    asset = run.asset
    model = run.platform.memory.model(run.state["model"])
    labels = standard_labels(asset.name, model.description, asset.key, toolchain.runtime_version, toolchain.source)
    env = dict(ENV) | {"ODCPUB_APP": asset.name}
    return Settings(ENTRYPOINT, tuple(sorted(env.items())), labels, health=HEALTH)
