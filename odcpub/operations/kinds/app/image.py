"""Image: packs the compiled app, puts it into the registry, and makes the revision. Does I/O."""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.engines.image.base import ENV
from odcpub.image.content import File, ImageContent, ImageRef, LayerContent, Settings
from odcpub.image.settings import standard_labels
from odcpub.model.elements import VerifiedAsset
from odcpub.operations import builds
from odcpub.operations.core.outputs import Compiled, Revision, Verified
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step
from odcpub.operations.plans import stored
from odcpub.operations.platform import Platform
from odcpub.store.records import AssetRecord

ENTRYPOINT = ("/app/app",)
HEALTH = (*ENTRYPOINT, "--health")


@dataclass(frozen=True, slots=True)
class Input:
    verified: Verified
    compiled: Compiled | None


def image(run: Run, given: Input) -> Revision:
    """Packs the build and makes a revision of it; the present one where a revision is that very build already."""
    same = given.verified.same
    if same is not None:
        run.say("nothing to build")
        return Revision(same)
    assert given.compiled is not None  # noqa: S101 - what no revision has yet was compiled
    model = run.platform.caches.model(given.verified.model)
    made = packed(run.platform, run.asset, model, given.compiled.build)
    stored.check_image(run, made.digest)
    revision = builds.add_revision(run, given.verified, given.compiled.build, made)
    run.say(f"revision {revision.number}, {made.digest[:19]}", digest=made.digest, revision=revision.number)
    return Revision(revision.number)


def packed(platform: Platform, asset: AssetRecord, model: VerifiedAsset, build: str) -> ImageRef:
    """The image of a build, in the registry. The same build is the same image, byte for byte."""
    get, found = platform.store.blobs.get, builds.stored(platform, build)
    layers = tuple(
        LayerContent(name, tuple(_file(path, get(digest)) for path, digest in sorted(found[name].items())))
        for name in (builds.RUNTIME, builds.LIBRARIES, builds.APP)
        if found[name]
    )
    builder = platform.engines().builder
    return builder.build(ImageContent(builder.base(), layers, _settings(platform, asset, model)), asset.label)


def _file(path: str, content: bytes) -> File:
    return File(f"app/{path}", content, 0o755 if path == "app" else 0o644)


def _settings(platform: Platform, asset: AssetRecord, model: VerifiedAsset) -> Settings:
    """The image's configuration: nothing in it changes from one publish of the same content to the next."""
    toolchain = platform.engines().csharp.toolchain()
    labels = standard_labels(asset.name, model.description, asset.key, toolchain.runtime_version, toolchain.source)
    env = dict(ENV) | {"ODCPUB_APP": asset.name}
    return Settings(ENTRYPOINT, tuple(sorted(env.items())), labels, health=HEALTH)


IMAGE = step("image", "Image", Input, image)
