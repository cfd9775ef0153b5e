"""Verify: reads and verifies the model, locks its libraries, finds out whether anything has changed. Does I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from odcpub.compiler.identity import compiler_identity
from odcpub.data.fingerprint import target_fingerprint
from odcpub.engines.factory import Engines
from odcpub.model.elements import Asset, Library
from odcpub.operations.builds import build_key, elements, is_there
from odcpub.operations.core.command import Publish
from odcpub.operations.core.outputs import Verified
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import Step, step
from odcpub.operations.libraries import lock_data
from odcpub.operations.models import read_model


@dataclass(frozen=True, slots=True)
class Input:
    command: Publish


Inputs = Callable[[Engines], tuple[str, ...]]
"""What decides a build of a kind of asset besides its model and the compiler."""


def verify_step(inputs: Inputs, only_built: bool = False) -> Step:
    """``only_built``: a publish has nothing left to do once the build is there."""
    return step("verify", "Verify", Input, partial(verify, inputs, only_built), always=True)


def verify(inputs: Inputs, only_built: bool, run: Run, given: Input) -> Verified:
    platform = run.platform
    read = read_model(platform, Path(given.command.asset.folder))
    for problem in read.warnings:
        run.warn(str(problem), hint=problem.hint)
    asset, engines = read.asset, platform.engines()
    key = build_key(platform, asset, read.libraries, inputs(engines))
    latest = platform.store.assets.latest(asset.key)
    same = latest if latest and latest.build_key == key else None
    lost = same is not None and not is_there(platform, same)
    if latest is None:
        platform.store.assets.register(run.asset)
    known = f"; the same as revision {same.number}{', which is not whole' if lost else ''}" if same else ""
    run.say(_summary(asset, read.libraries) + known)
    whole = same.number if same and not lost else None
    return Verified(
        model=platform.memory.keep(asset),
        lock=lock_data(platform, read.libraries),
        build_key=key,
        compiler=compiler_identity(),
        runtime=engines.csharp.toolchain().source,
        schema=target_fingerprint(platform.memory.schema(asset, read.libraries)),
        same=whole,
        unchanged=only_built and whole is not None,
    )


def _summary(asset: Asset, libraries: Mapping[str, Library]) -> str:
    uses = ", ".join(f"{name} {library.version}" for name, library in sorted(libraries.items()))
    return elements(asset) + (f"; uses {uses}" if uses else "")
