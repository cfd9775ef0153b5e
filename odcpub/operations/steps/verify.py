"""Verify: reads and verifies the model, locks its libraries, finds out whether anything has changed. Does I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace

from odcpub.model.elements import Asset, Library
from odcpub.operations.builds import elements
from odcpub.operations.core.command import Publish
from odcpub.operations.core.outputs import Verified
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import Step, step
from odcpub.operations.model_files import keep, source_of
from odcpub.operations.models import read_model, stage_of
from odcpub.operations.plans import stored
from odcpub.operations.plans.building import Building, Inputs, building, verified
from odcpub.operations.plans.building import only_built as only_built_plan
from odcpub.tree.tree import LOCK_FILE


@dataclass(frozen=True, slots=True)
class Input:
    command: Publish


def verify_step(inputs: Inputs, only_built: str = "") -> Step:
    """``only_built``: what a publish makes, where it has nothing left to do once that is there, and no other plan."""
    return step("verify", "Verify", Input, partial(verify, inputs, only_built), always=True)


def verify(inputs: Inputs, only_built: str, run: Run, given: Input) -> Verified:
    """Refused with all problems of the model at once. Records an asset that has no revision yet."""
    platform = run.platform
    written = given.command.asset
    read = read_model(platform, source_of(platform, written), written.folder)
    for problem in read.warnings:
        run.warn(str(problem), hint=problem.hint)
    if read.kept:
        run.say(f"as in the last revision, since {LOCK_FILE} does not name them: {', '.join(read.kept)}")
    asset = read.asset
    platform.caches.keep(asset)
    found = replace(verified(platform, asset, read.libraries, inputs(platform.engines())), lock_file=read.lock_file)
    build, same = building(platform, asset, found, only_built)
    if platform.store.assets.latest(asset.key) is None:
        stored.check_first_files(run)
        platform.store.assets.register(run.asset)
        keep(platform, run.asset, run.command.actor, run.operation.started_at)
    known = f"; the same as revision {same.number}{', which is not whole' if build.does else ''}" if same else ""
    run.say(_summary(asset, read.libraries) + known)
    if not only_built:
        return found
    stage = stage_of(platform, run.asset, run.stage.label)
    stored.record_followed(run, only_built_plan(platform, run.asset, stage, Building(build, same)), stored.no_catalogue)
    return replace(found, unchanged=found.same is not None)


def _summary(asset: Asset, libraries: Mapping[str, Library]) -> str:
    uses = ", ".join(f"{name} {library.version}" for name, library in sorted(libraries.items()))
    return elements(asset) + (f"; uses {uses}" if uses else "")
