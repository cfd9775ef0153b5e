"""Compile, of a library: its assembly, as apps link it. Does I/O."""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.compiler.compile import compile_library
from odcpub.operations import builds
from odcpub.operations.core.outputs import Compiled, Verified
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step


@dataclass(frozen=True, slots=True)
class Input:
    verified: Verified


def compile_(run: Run, given: Input) -> Compiled | None:
    """None where a revision is that very build already."""
    if given.verified.same is not None:
        run.say("nothing to compile")
        return None
    asset = run.platform.memory.model(given.verified.model)
    libraries = builds.locked_libraries(run.platform, given.verified.lock)
    runtime = builds.runtime_assemblies(run.platform)
    own = builds.own_files(run, compile_library(asset, libraries), runtime, libraries)
    return Compiled(builds.store(run.platform, {builds.APP: own}))


COMPILE = step("compile", "Compile", Input, compile_)
