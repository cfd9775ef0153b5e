"""A registry in memory. No I/O but reading what is put."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from odcpub.engines.registry.names import checked_image
from odcpub.errors import EngineError
from odcpub.image.content import ImageRef
from odcpub.image.layers import sha256
from odcpub.image.oci import blobs_of, checked_digest


class MemoryRegistry:
    """Images by repository and digest, blobs by digest."""

    def __init__(self) -> None:
        self._manifests: dict[ImageRef, bytes] = {}
        self._blobs: dict[str, bytes] = {}

    def manifest(self, image: ImageRef) -> bytes | None:
        return self._manifests.get(checked_image(image))

    def has(self, image: ImageRef) -> bool:
        manifest = self.manifest(image)
        return manifest is not None and all(digest in self._blobs for digest in blobs_of(manifest))

    def blob(self, image: ImageRef, digest: str) -> Iterator[bytes]:
        checked_image(image)
        if checked_digest(digest) not in self._blobs:
            raise EngineError(f"registry in memory: blob {digest} is missing", "publish again")
        yield self._blobs[digest]

    def put(self, image: ImageRef, manifest: bytes, blobs: Mapping[str, Path | bytes]) -> None:
        checked_image(image)
        for digest, content in {**blobs, image.digest: manifest}.items():
            held = content if isinstance(content, bytes) else content.read_bytes()
            if sha256(held) != checked_digest(digest):
                raise EngineError(f"registry in memory: blob {digest}: its content has another digest", "publish again")
            self._blobs[digest] = held
        self._manifests[image] = manifest

    def reference(self, image: ImageRef) -> str:
        checked_image(image)
        return f"memory/{image.repository}@{image.digest}"

    def close(self) -> None:
        """Nothing is open."""
