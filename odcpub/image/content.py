"""What goes into an image, before anyone builds it. No I/O."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class File:
    """A file of a layer: absolute POSIX path without the leading slash, bytes, mode bits."""

    path: str
    content: bytes
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class LayerContent:
    """A layer by name (``runtime libraries``, ``libraries``, ``app``); files in any order, sorted when packed."""

    name: str
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """The image's configuration. ``entrypoint`` is exec form; ``user`` is ``uid:gid``; ports are TCP."""

    entrypoint: tuple[str, ...]
    env: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    user: str = "10001:10001"
    workdir: str = "/app"
    ports: tuple[int, ...] = (8080,)
    health: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageContent:
    """A whole image: the base layer's digest (``sha256:…`` of its uncompressed tar, held by the builder's cache;
    or a reference such as ``mcr.microsoft.com/dotnet/aspnet@sha256:…`` for builders that can pull), our layers from
    the bottom up, the configuration."""

    base: str
    layers: tuple[LayerContent, ...]
    settings: Settings


@dataclass(frozen=True, slots=True)
class ImageRef:
    """A built image: repository name (``helpdesk``) and manifest digest (``sha256:…``)."""

    repository: str
    digest: str

    def __str__(self) -> str:
        return f"{self.repository}@{self.digest}"
