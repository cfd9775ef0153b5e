"""A registry in a folder: an OCI image layout. Does I/O on the file system.

``index.json`` holds one entry an image, named ``<repository>@<digest>`` by ``org.opencontainers.image.ref.name``:
every image that was ever put stays addressable, repositories are told apart, and
``skopeo inspect oci:<folder>:<repository>@<digest>`` reads it. Blobs are shared between all repositories.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from odcpub.engines.common.disk import told
from odcpub.engines.registry import files
from odcpub.engines.registry.names import checked_image
from odcpub.errors import EngineError
from odcpub.image.content import ImageRef
from odcpub.image.oci import MANIFEST_TYPE, blobs_of, canonical, checked_digest, platform_of
from odcpub.locks import held

REF_NAME = "org.opencontainers.image.ref.name"
_SMALL = 1 << 16
"""Bytes."""
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
_EMPTY_INDEX: Mapping[str, Any] = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": []}


class LayoutRegistry:
    """Images in an OCI layout below ``folder``, which is made when the first one is put. Safe among processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def manifest(self, image: ImageRef) -> bytes | None:
        name = str(checked_image(image))
        with told(self._where):
            if all(_name(entry) != name for entry in self._index()["manifests"]):
                return None
            path = self._path(image.digest)
            manifest = path.read_bytes() if path.exists() else None
        # A damaged one is none: the next build puts it anew.
        return manifest if manifest is not None and files.digest_of(manifest) == image.digest else None

    def has(self, image: ImageRef) -> bool:
        manifest = self.manifest(image)
        with told(self._where):
            return manifest is not None and all(self._path(one).exists() for one in blobs_of(manifest))

    def blob(self, image: ImageRef, digest: str) -> Iterator[bytes]:
        path = self._path(checked_digest(digest))
        with told(self._where):
            if not path.exists():
                raise EngineError(f"{self._where}: {image}: blob {digest} is missing", "publish again")
            try:
                yield from files.checked(self._where, digest, files.pieces(path))
            except files.Damaged:
                path.replace(path.with_name(f"{path.name}.damaged"))
                raise

    def put(self, image: ImageRef, manifest: bytes, blobs: Mapping[str, Path | bytes]) -> None:
        checked_image(image)
        with told(self._where), ThreadPoolExecutor(4, "layout") as pool:
            tuple(pool.map(self._store, *zip(*{**blobs, image.digest: manifest}.items(), strict=True)))
        with told(self._where), self._locked():
            self._enter(image, manifest)

    def reference(self, image: ImageRef) -> str:
        return f"oci:{self._folder}:{checked_image(image)}"

    @property
    def _where(self) -> str:
        return f"image folder {self._folder}"

    def _path(self, digest: str) -> Path:
        return self._folder / "blobs" / "sha256" / digest.removeprefix("sha256:")

    def _store(self, digest: str, content: Path | bytes) -> None:
        path = self._path(checked_digest(digest))
        if path.exists() and path.stat().st_size == files.size_of(content) and not _differs(path, content):
            return
        if files.digest_of(content) != digest:
            raise EngineError(
                f"{self._where}: blob {digest}: what was to be stored has another digest", "publish again"
            )
        if isinstance(content, bytes):
            files.write(path, content)
        else:
            files.take(path, content)

    def _index(self) -> dict[str, Any]:
        path = self._folder / "index.json"
        if not path.exists():
            return {**_EMPTY_INDEX}
        try:
            index = json.loads(path.read_bytes())
            if isinstance(index, dict) and isinstance(index.get("manifests"), list):
                return index
        except ValueError:
            pass
        raise EngineError(
            f"{path}: not an OCI image index: the file was damaged or changed by hand",
            "restore it, or move the folder away and publish again",
        )

    def _enter(self, image: ImageRef, manifest: bytes) -> None:
        """Adds the image to the index, the last step: what the index names is there."""
        name = str(image)
        index = self._index()
        if any(_name(entry) == name for entry in index["manifests"]):
            return
        entry = {
            "mediaType": MANIFEST_TYPE,
            "digest": image.digest,
            "size": len(manifest),
            **self._platform(manifest),
            "annotations": {REF_NAME: name},
        }
        files.write(self._folder / "oci-layout", canonical({"imageLayoutVersion": "1.0.0"}))
        files.write(self._folder / "index.json", canonical({**index, "manifests": [*index["manifests"], entry]}))

    def _platform(self, manifest: bytes) -> dict[str, Any]:
        """What the index tells of an image besides: its platform, where its configuration says one."""
        config = next(iter(blobs_of(manifest)), "")
        platform = platform_of(self._path(config).read_bytes()) if config else {}
        return {"platform": platform} if platform else {}

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with held(self._folder / ".lock"):
            yield


def _differs(path: Path, content: Path | bytes) -> bool:
    """Whether a stored blob has been damaged; of small ones alone (manifests, configurations), which are read quickly.
    What is damaged of a large one is seen when it is read."""
    return isinstance(content, bytes) and len(content) <= _SMALL and path.read_bytes() != content


def _name(entry: Any) -> str:
    annotations = entry.get("annotations") if isinstance(entry, dict) else None
    return str(annotations.get(REF_NAME, "")) if isinstance(annotations, dict) else ""
