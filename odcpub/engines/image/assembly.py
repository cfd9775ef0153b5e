"""The default image builder: assembles an OCI image itself, without an engine. I/O only through registry and base.

The image's digest is a function of the content: everything is packed in memory by ``odcpub.image``, the base layer is
made once and only its digest enters.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from odcpub.engines.ports import Registry
from odcpub.errors import Refused
from odcpub.image.content import ImageContent, ImageRef
from odcpub.image.oci import assemble


class Base(Protocol):
    """A base layer: digest of its uncompressed tar, the tar, and the architecture it is for, as OCI names it."""

    @property
    def digest(self) -> str: ...

    @property
    def tar(self) -> Path: ...

    @property
    def architecture(self) -> str: ...


class AssemblyBuilder:
    """Builds into ``registry``. ``base_layer`` makes the base layer where it is missing; it is asked once, and
    again when its tar has gone."""

    def __init__(self, registry: Registry, base_layer: Callable[[], Base]) -> None:
        self._registry = registry
        self._make = base_layer
        self._base: Base | None = None

    def base(self) -> str:
        return self._layer().digest

    def build(self, content: ImageContent, repository: str) -> ImageRef:
        layer = self._layer()
        if content.base != layer.digest:
            raise Refused(
                f"{repository}: base layer {content.base} is not the one in use ({layer.digest})",
                "publish again: the toolchain has changed meanwhile",
            )
        image = assemble(content, layer.tar.stat().st_size, layer.architecture)
        ref = ImageRef(repository, image.digest)
        if not self._registry.has(ref):
            self._registry.put(ref, image.manifest, {**image.blobs(), layer.digest: layer.tar})
        return ref

    def _layer(self) -> Base:
        if self._base is None or not self._base.tar.exists():
            self._base = self._make()
        return self._base
