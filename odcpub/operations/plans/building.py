"""What a publish makes of a model, as its plan says it. Does I/O: reads the store and the engines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from odcpub.compiler.identity import compiler_identity
from odcpub.data.fingerprint import target_fingerprint
from odcpub.deployment.stages import Stage
from odcpub.engines.factory import Engines
from odcpub.model.elements import Library, VerifiedAsset
from odcpub.operations.builds import build_key, elements, is_there
from odcpub.operations.core.outputs import Verified
from odcpub.operations.core.plan import Build, Plan
from odcpub.operations.libraries import lock_data
from odcpub.operations.plans import parts
from odcpub.operations.platform import Platform
from odcpub.store.records import AssetRecord, OperationKind, RevisionRecord

Inputs = Callable[[Engines], tuple[str, ...]]
"""What decides a build of a kind of asset besides its model and the compiler."""


class Building(NamedTuple):
    """The part of the plan, and the revision that is this very build already, whole or not; None where it is new."""

    build: Build
    known: RevisionRecord | None


def verified(
    platform: Platform, asset: VerifiedAsset, libraries: Mapping[str, Library], inputs: tuple[str, ...]
) -> Verified:
    """What decides the build of a verified model, and whether a revision is that build already; keeps nothing."""
    key = build_key(platform, asset, libraries, inputs)
    latest = platform.store.assets.latest(asset.key)
    same = latest if latest and latest.build_key == key and is_there(platform, latest) else None
    return Verified(
        model=platform.caches.digest(asset).removeprefix("sha256:"),
        lock=lock_data(platform, libraries),
        build_key=key,
        compiler=compiler_identity(),
        runtime=platform.engines().csharp.toolchain().source,
        schema=target_fingerprint(platform.caches.schema(asset, libraries)),
        same=same.number if same else None,
    )


def building(platform: Platform, asset: VerifiedAsset, of: Verified, made: str) -> Building:
    """``made``: what a publish makes of assets of this kind."""
    latest = platform.store.assets.latest(asset.key)
    known = latest if latest and latest.build_key == of.build_key else None
    number = latest.number if latest else 0
    again = f"of revision {number} again, which is not whole" if known else f"as revision {number + 1}"
    build = Build(
        does=() if of.same is not None else ("compile " + elements(asset), f"{made} {again}"),
        key=of.build_key,
        model=of.model,
        libraries=parts.libraries(of.lock),
        compiler=of.compiler,
        runtime=of.runtime,
        image=known.image if known and of.same is not None else "",
    )
    return Building(build, known)


def made_before(revision: RevisionRecord, compiler: str) -> Build:
    """Of a revision that is deployed as it is. ``compiler``: the identity of the one that made it, where known."""
    return Build(
        key=revision.build_key,
        model=revision.model,
        libraries=parts.libraries(revision.lock),
        compiler=compiler,
        runtime=revision.runtime,
        image=revision.image,
    )


def only_built(
    platform: Platform, asset: AssetRecord, stage: Stage, found: Building, notices: tuple[str, ...] = ()
) -> Plan:
    """The plan of a publish of what runs in no stage by itself."""
    latest = platform.store.assets.latest(asset.key)
    number = found.known.number if found.known else (latest.number if latest else 0) + 1
    return Plan(
        server=platform.store.installation,
        operation=OperationKind.PUBLISH,
        asset=asset.name,
        asset_key=asset.key,
        stage=stage.name,
        revision=number,
        build=found.build,
        stage_files=parts.stage_files(platform, asset),
        notices=tuple(map(parts.text_of, notices)),
        basis=parts.basis(platform, asset, stage),
    ).with_fingerprint()
