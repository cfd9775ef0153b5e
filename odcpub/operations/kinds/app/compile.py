"""Compile, of an app: its assemblies and pages, with the runtime and the libraries that go into its image. Does I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from odcpub.compiler.compile import compile_app
from odcpub.engines.csharp.host import host_files, library_files
from odcpub.errors import Refused
from odcpub.model.elements import Library, VerifiedAsset
from odcpub.operations import builds
from odcpub.operations.core.outputs import Compiled, Verified
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step
from odcpub.operations.platform import Platform


@dataclass(frozen=True, slots=True)
class Input:
    verified: Verified


def compile_(run: Run, given: Input) -> Compiled | None:
    """None where a revision is that very build already."""
    if given.verified.same is not None:
        run.say("nothing to compile")
        return None
    model = run.platform.caches.model(given.verified.model)
    return Compiled(compiled(run.platform, model, given.verified.lock, run.say))


def compiled(platform: Platform, asset: VerifiedAsset, lock: str, say: builds.Say) -> str:
    """The blob of what the model compiles to, with the libraries that it is locked to."""
    libraries = builds.locked_libraries(platform, lock)
    sources = compile_app(asset, libraries, platform.caches.reuse(asset.key))
    runtime = builds.runtime_assemblies(platform)
    build = {
        builds.APP: builds.own_files(platform, sources, runtime, libraries, say),
        builds.RUNTIME: _runtime_files(platform, runtime),
        builds.LIBRARIES: _library_files(platform, libraries),
    }
    return builds.store(platform, build)


def _runtime_files(platform: Platform, runtime: Mapping[str, bytes]) -> builds.Files:
    put, toolchain = platform.store.blobs.put, platform.engines().csharp.toolchain()
    own = {f"{name}.dll": put(content) for name, content in runtime.items()}
    carried = (*host_files(toolchain), *library_files(toolchain))
    return own | {file.path.removeprefix("app/"): put(file.content) for file in carried}


def _library_files(platform: Platform, libraries: Mapping[str, Library]) -> builds.Files:
    """The stored builds of all libraries, byte for byte."""
    files: builds.Files = {}
    owners: dict[str, str] = {}
    for library in libraries.values():
        for path, digest in builds.files_of(platform, library).items():
            owner = owners.setdefault(path, library.asset.name)
            if files.setdefault(path, digest) != digest:
                both = f"{library.asset.name} and {owner}"
                raise Refused(f"the libraries {both} both have the file {path}", "rename one of them")
    return files


COMPILE = step("compile", "Compile", Input, compile_)
