"""The image builder that uses a Docker engine through the docker SDK. I/O: the engine, and the registry by it.

A Docker build is not reproducible bit by bit; so an image carries the digest of all that entered it as a label, and
content that this engine has built and the registry still holds is not built again.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

from odcpub.engines.image.assembly import Base
from odcpub.engines.image.context import CONTENT_LABEL, Context, make_context
from odcpub.engines.image.docker_errors import build_failed, failure, push_failed, told
from odcpub.engines.ports import Registry
from odcpub.errors import EngineError, Refused
from odcpub.image.content import ImageContent, ImageRef
from odcpub.image.oci import is_digest
from odcpub.image.settings import BASE_LAYERS_LABEL

if TYPE_CHECKING:
    from docker import DockerClient

BASE_REPOSITORY = "odcpub-base"


class ByName(Registry, Protocol):
    """A registry that a Docker engine can push to: with a name for each repository."""

    def name(self, repository: str) -> str: ...


def connect() -> DockerClient:
    """The engine that ``docker`` would use (``DOCKER_HOST``, else the local socket); ``EngineError`` without one."""
    import docker

    with told("connecting"):
        _knock()
        client = docker.from_env(timeout=600)
        try:
            client.ping()
        except BaseException:
            client.close()
            raise
    return client


def _knock() -> None:
    """Whether somebody answers at the engine's unix socket. Where nobody does, the SDK would leave its own one open."""
    from docker.utils import parse_host

    kind, _, path = str(parse_host(os.environ.get("DOCKER_HOST"))).partition("://")
    if kind == "http+unix":
        with socket.socket(socket.AF_UNIX) as knocking:
            knocking.connect(path)


class DockerBuilder:
    """Builds with ``client`` and pushes to ``registry``.

    ``base_image``: a reference by digest (``mcr.microsoft.com/dotnet/aspnet@sha256:…``), pulled where it is missing;
    without one, ``base_layer``'s tar is imported into the engine once. ``architecture``: what the toolchain's apps are
    for, as OCI names it; images are for that, whatever the engine's own machine is.
    """

    def __init__(
        self,
        client: DockerClient,
        registry: ByName,
        base_layer: Callable[[], Base],
        architecture: Callable[[], str],
        base_image: str = "",
    ) -> None:
        if base_image and not is_digest(base_image.rpartition("@")[2]):
            raise Refused(
                f"base image {base_image!r}: must be named by digest: a tag can change between two builds",
                f"docker pull {base_image.partition('@')[0]}, then use the name@sha256:… it prints",
            )
        self._client = client
        self._registry = registry
        self._make = base_layer
        self._architecture = architecture
        self._base_image = base_image

    def base(self) -> str:
        return self._base_image or self._make().digest

    def build(self, content: ImageContent, repository: str) -> ImageRef:
        name = self._registry.name(repository)
        with told(f"building {repository}"):
            base = self._ensure_base(content.base)
            found = self._client.images.get(base).attrs
            self._check(base, str(found.get("Architecture", "")))
            layers = len(found["RootFS"]["Layers"])
            context = make_context(content, base, {BASE_LAYERS_LABEL: str(layers)})
            known = self._known(context, name, repository)
            if known:
                return known
            tag = context.key.removeprefix("sha256:")[:32]
            self._run(context, f"{name}:{tag}", repository)
            digest = self._push(name, tag)
        return ImageRef(repository, digest)

    def _ensure_base(self, base: str) -> str:
        """The base image's name in the engine, imported or pulled where it is missing."""
        import docker

        if not is_digest(base):
            try:
                self._client.images.get(base)
            except docker.errors.ImageNotFound:
                self._client.images.pull(base, platform=self._platform())
            return base
        tag = base.removeprefix("sha256:")[:12]
        try:
            self._client.images.get(f"{BASE_REPOSITORY}:{tag}")
        except docker.errors.ImageNotFound:
            self._import(base, tag)
        return f"{BASE_REPOSITORY}:{tag}"

    def _import(self, base: str, tag: str) -> None:
        layer = self._make()
        if layer.digest != base:
            raise Refused(
                f"base layer {base} is not the one in use ({layer.digest})",
                "publish again: the toolchain has changed meanwhile",
            )
        # The SDK's own import names no platform, and the engine would take its machine's.
        asked = {"fromSrc": "-", "repo": BASE_REPOSITORY, "tag": tag, "platform": self._platform()}
        api = self._client.api
        with layer.tar.open("rb") as tar:
            where, kind = f"{api.base_url}/v{api.api_version}/images/create", {"Content-Type": "application/tar"}
            answer = api.post(where, params=asked, data=tar, headers=kind, timeout=600)
        if not answer.ok:
            raise failure("importing the base layer", answer.text)

    def _platform(self) -> str:
        return f"linux/{self._architecture()}"

    def _check(self, base: str, found: str) -> None:
        """Raises ``Refused`` for a base image of another processor than the toolchain's: no app would start on it."""
        wanted = self._architecture()
        if found not in ("", wanted):
            raise Refused(
                f"base image {base}: is for {found}, and the C# toolchain makes apps for {wanted}",
                f"name one for {wanted}: odcpub engines set base_image=…; or use a .NET SDK for {found}",
            )

    def _known(self, context: Context, name: str, repository: str) -> ImageRef | None:
        """The image of this very content, where the engine remembers its digest and the registry has it."""
        for image in self._client.images.list(filters={"label": f"{CONTENT_LABEL}={context.key}"}):
            for reference in sorted(image.attrs.get("RepoDigests") or ()):
                at, _, digest = reference.rpartition("@")
                if at == name and self._registry.has(ImageRef(repository, digest)):
                    return ImageRef(repository, digest)
        return None

    def _run(self, context: Context, tag: str, repository: str) -> None:
        lines = self._client.api.build(
            fileobj=BytesIO(context.tar),
            custom_context=True,
            tag=tag,
            rm=True,
            forcerm=True,
            decode=True,
            platform=self._platform(),
        )
        said: list[str] = []
        for line in lines:
            said.append(str(line.get("stream", "")).strip())
            if "error" in line:
                raise build_failed(repository, str(line["error"]), said)

    def _push(self, name: str, tag: str) -> str:
        """Pushes and returns the manifest's digest. The login is the SDK's, from Docker's own configuration."""
        lines: Iterable[Mapping[str, Any]] = self._client.images.push(name, tag=tag, stream=True, decode=True)
        digest = ""
        for line in lines:
            if "error" in line:
                raise push_failed(name, str(line["error"]))
            digest = str((line.get("aux") or {}).get("Digest", digest))
        if not is_digest(digest):
            raise EngineError(f"Docker: {name}: pushed, but the registry named no digest", "publish again")
        return digest
