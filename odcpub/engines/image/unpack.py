"""Unpacks an image for the local runner: its base once, its own layers as a folder of hard links. I/O: files, registry.

An image is input from outside: nothing it holds may be written outside its folder. So files are never written through
a link, links that leave the image are refused, absolute ones are made relative to the image's root, and devices, odd
names and endless archives are refused. A folder appears whole or not at all, by a rename; after a power cut some of
its files may be empty all the same, so the size of each is written down beside it and compared. Waiting for the disk
instead would slow every publish.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from odcpub.engines.common.disk import told
from odcpub.engines.image.overlay import compose
from odcpub.engines.image.untar import AGAIN, untar
from odcpub.engines.ports import Registry
from odcpub.errors import EngineError
from odcpub.files import whole_folder
from odcpub.image.content import ImageRef
from odcpub.image.oci import checked_digest
from odcpub.image.settings import BASE_LAYERS_LABEL

MARK = ".odcpub-image"
"""A file in the root: the image's digest, and below it its base's folder in the cache."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """``root``: the image's own layers (``root/app/app``); ``base``: its base (``base/usr/share/dotnet``).

    Both are shared with other revisions by hard links: read-only for whoever runs from them.
    """

    root: Path
    base: Path


def unpack(registry: Registry, image: ImageRef, target: Path, cache: Path) -> Unpacked:
    """Unpacks ``image`` into the folder ``target``, layers kept in ``cache`` (same file system for hard links).

    Does nothing where ``target`` holds this image already, and asks no registry then; refuses a ``target`` that holds
    anything else.
    """
    with told(f"unpacking {image}"):
        if target.exists():
            marked = _marked(target, image)
            if marked and _is_whole(target) and _is_whole(cache / marked):
                return Unpacked(target, cache / marked)
        layers, count = _layers(registry, image)
        folders = tuple(_layer(registry, image, digest, cache) for digest in layers)
        base = folders[0] if count == 1 else _base(layers[:count], folders[:count], cache)
        if not _is_whole(target):
            _appear(target, folders[count:], f"{image.digest}\n{base.relative_to(cache)}\n")
    return Unpacked(target, base)


def _marked(target: Path, image: ImageRef) -> str:
    """Where the base of what is laid out lies in the cache, if that was written down."""
    with contextlib.suppress(FileNotFoundError):
        digest, _, base = (target / MARK).read_text().partition("\n")
        if digest == image.digest:
            return base.strip()
        if not digest:  # a power cut took what was written
            return ""
    raise EngineError(
        f"{target}: does not hold image {image.digest}: the folder belongs to something else",
        "delete the folder and run the same command again",
    )


def _layers(registry: Registry, image: ImageRef) -> tuple[tuple[str, ...], int]:
    """Digests of the layers from the bottom up, and how many of them are the base."""
    manifest = registry.manifest(image)
    if manifest is None:
        raise EngineError(f"{image}: the image is not in the registry", "publish again, or choose another revision")
    try:
        document = json.loads(manifest)
        config = json.loads(b"".join(registry.blob(image, document["config"]["digest"])))
        layers = tuple(checked_digest(str(layer["digest"])) for layer in document["layers"])
        count = int(_labels(config).get(BASE_LAYERS_LABEL, "1"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"{image}: the manifest or configuration is not an OCI image's", AGAIN) from error
    if not 0 < count <= len(layers):
        raise EngineError(f"{image}: has {len(layers)} layers where its base alone should have {count}", AGAIN)
    return layers, count


def _labels(config: Any) -> dict[str, Any]:
    return (config.get("config") or {}).get("Labels") or {}


def _layer(registry: Registry, image: ImageRef, digest: str, cache: Path) -> Path:
    folder = cache / "layers" / digest.removeprefix("sha256:")
    if not _is_whole(folder):
        with _draft(folder) as draft:
            untar(f"{image}: layer {digest}", registry.blob(image, digest), draft)
    return folder


def _base(digests: tuple[str, ...], folders: tuple[Path, ...], cache: Path) -> Path:
    """A base of several layers, composed once."""
    folder = cache / "bases" / sha256("\n".join(digests).encode()).hexdigest()
    if not _is_whole(folder):
        with _draft(folder) as draft:
            compose(folders, draft)
    return folder


def _appear(target: Path, folders: tuple[Path, ...], mark: str) -> None:
    with _draft(target) as draft:
        compose(folders, draft)
        (draft / MARK).unlink(missing_ok=True)
        (draft / MARK).write_text(mark)


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A new folder that takes its name at the end, unless another process was first. One that is there and not whole
    gives way."""
    shutil.rmtree(folder, ignore_errors=True)
    with whole_folder(folder, first_wins=True) as new:
        yield new
        new.chmod(0o755)
        _sizes(folder).write_text(json.dumps({str(path.relative_to(new)): size for path, size in _files(new)}))


def _is_whole(folder: Path) -> bool:
    """Whether every file is there in its size; where no sizes were written down (by an odcpub of before), whether the
    folder is there."""
    try:
        sizes = json.loads(_sizes(folder).read_bytes())
        return all((folder / path).lstat().st_size == size for path, size in sizes.items())
    except FileNotFoundError as error:
        return error.filename == str(_sizes(folder)) and folder.is_dir()
    except (OSError, ValueError):
        return False


def _sizes(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.sizes")


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    return ((path, path.lstat().st_size) for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
