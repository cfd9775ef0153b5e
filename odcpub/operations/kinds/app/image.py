"""Image: packs the compiled app, puts it into the registry, and makes the revision. Does I/O."""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.engines.image.base import ENV
from odcpub.image.content import File, ImageContent, LayerContent, Settings
from odcpub.image.settings import standard_labels
from odcpub.operations import builds
from odcpub.operations.core.outputs import Compiled, Revision, Verified
from odcpub.operations.core.run import Run
from odcpub.operations.core.step import step

ENTRYPOINT = ("/app/app",)
HEALTH = (*ENTRYPOINT, "--health")


@dataclass(frozen=True, slots=True)
class Input:
    verified: Verified
    compiled: Compiled | None


def image(run: Run, given: Input) -> Revision:
    same = given.verified.same
    if same is not None:
        run.say("nothing to build")
        return Revision(same)
    assert given.compiled is not None  # noqa: S101 - what no revision has yet was compiled
    content = _content(run, given.verified, given.compiled)
    made = run.platform.engines().builder.build(content, run.asset.label)
    revision = builds.add_revision(run, given.verified, given.compiled.build, made)
    run.say(f"revision {revision.number}, {made.digest[:19]}", digest=made.digest, revision=revision.number)
    return Revision(revision.number)


def _content(run: Run, verified: Verified, compiled: Compiled) -> ImageContent:
    get, build = run.platform.store.blobs.get, builds.stored(run.platform, compiled.build)
    layers = tuple(
        LayerContent(name, tuple(_file(path, get(digest)) for path, digest in sorted(build[name].items())))
        for name in (builds.RUNTIME, builds.LIBRARIES, builds.APP)
        if build[name]
    )
    return ImageContent(run.platform.engines().builder.base(), layers, _settings(run, verified))


def _file(path: str, content: bytes) -> File:
    return File(f"app/{path}", content, 0o755 if path == "app" else 0o644)


def _settings(run: Run, verified: Verified) -> Settings:
    """The image's configuration: nothing in it changes from one publish of the same content to the next."""
    toolchain, asset = run.platform.engines().csharp.toolchain(), run.asset
    model = run.platform.memory.model(verified.model)
    labels = standard_labels(asset.name, model.description, asset.key, toolchain.runtime_version, toolchain.source)
    env = dict(ENV) | {"ODCPUB_APP": asset.name}
    return Settings(ENTRYPOINT, tuple(sorted(env.items())), labels, health=HEALTH)


IMAGE = step("image", "Image", Input, image)
