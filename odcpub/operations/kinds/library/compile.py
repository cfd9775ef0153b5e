"""Compile, of a library: its assembly, as apps link it. Does I/O."""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.compiler.compile import compile_library
from odcpub.model.elements import VerifiedAsset
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
    """The blob of what the model compiles to, against the libraries that it is locked to."""
    libraries = builds.locked_libraries(platform, lock)
    runtime = builds.runtime_assemblies(platform)
    own = builds.own_files(platform, compile_library(asset, libraries), runtime, libraries, say)
    return builds.store(platform, {builds.APP: own})


COMPILE = step("compile", "Compile", Input, compile_)
