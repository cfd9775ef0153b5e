"""A compiler and an image builder in memory. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from odcpub.compiler.drafts import Assembly
from odcpub.engines.ports import Registry, Toolchain
from odcpub.image.content import ImageContent, ImageRef, LayerContent
from odcpub.image.layers import pack
from odcpub.image.oci import assemble

BASE = pack(LayerContent("base", ()))
"""A base layer with nothing in it."""


class MemoryCompiler:
    """Makes bytes of sources that are the same for the same sources, and that nobody can run."""

    def toolchain(self) -> Toolchain:
        nowhere = Path("/nonexistent")
        return Toolchain("sdk", "memory", "10.0.0", "memory", nowhere, nowhere / "apphost", ())

    def compile(self, assemblies: Sequence[Assembly], given: Mapping[str, bytes]) -> Mapping[str, bytes]:
        known = sha256(repr(sorted(given)).encode()).digest()
        return {one.name: sha256(known + repr(one).encode()).digest() for one in assemblies}

    def close(self) -> None:
        """Nothing runs."""


class MemoryBuilder:
    """Builds on an empty base layer, into ``registry``."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def base(self) -> str:
        return BASE.digest

    def build(self, content: ImageContent, repository: str) -> ImageRef:
        made = assemble(content, len(BASE.tar), "amd64")
        image = ImageRef(repository, made.digest)
        self._registry.put(image, made.manifest, {**made.blobs(), BASE.digest: BASE.tar})
        return image
