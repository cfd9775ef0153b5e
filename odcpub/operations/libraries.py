"""Released libraries as consumers see them, and the versions an asset is locked to. Does I/O through the store."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from odcpub.model.elements import Kind, Library
from odcpub.operations.platform import Platform
from odcpub.store.records import AssetRecord


def available(platform: Platform) -> Mapping[str, tuple[Library, ...]]:
    """Every release of every library, by the library's present name."""
    return _Releases(platform)


class _Releases(Mapping[str, tuple[Library, ...]]):
    """Reads the releases of those libraries that are asked for: what is lost of others is in nobody's way."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._assets = {asset.name: asset for asset in platform.store.assets.all() if asset.kind == Kind.LIBRARY}
        self._known: dict[str, tuple[Library, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Library, ...]:
        if name not in self._known:
            asset = self._assets[name]
            self._known[name] = tuple(
                released(self._platform, asset, release.version, release.revision)
                for release in self._platform.store.assets.releases(asset.key)
            )
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._assets)

    def __len__(self) -> int:
        return len(self._assets)


def released(platform: Platform, asset: AssetRecord, version: str, number: int) -> Library:
    """One release with the libraries its revision was locked to."""
    revision = platform.store.assets.revision(asset.key, number)
    assert revision is not None  # noqa: S101 - a release's revision is never removed
    model = platform.model_of(f"{asset.name} {version}", revision)
    return Library(model, version, number, revision.build, locked(platform, revision.lock))


def locked(platform: Platform, lock: str) -> tuple[Library, ...]:
    """The libraries of a revision's lock (``lock_data``), by name."""
    entries: dict[str, dict[str, Any]] = json.loads(lock)
    flat = {name: _bare(platform, name, entry) for name, entry in sorted(entries.items())}
    return tuple(_with_uses(library, flat) for library in flat.values())


def _bare(platform: Platform, name: str, entry: Mapping[str, Any]) -> Library:
    revision = platform.store.assets.revision(entry["asset"], entry["revision"])
    assert revision is not None  # noqa: S101 - a locked revision is never removed
    model = platform.model_of(f"{name} {entry['version']}", revision)
    return Library(model, entry["version"], revision.number, revision.build)


def _with_uses(library: Library, flat: Mapping[str, Library]) -> Library:
    """With the libraries it uses in the one version that the whole asset has of each."""
    return replace(library, uses=tuple(_with_uses(flat[use.name], flat) for use in library.asset.uses))


def lock_data(platform: Platform, libraries: Mapping[str, Library]) -> str:
    """The lock as the revision keeps it: JSON of name → asset, version, revision, digest of the build."""
    entries = {
        name: {
            "asset": library.asset.key,
            "version": library.version,
            "revision": library.revision,
            "digest": library.digest,
        }
        for name, library in libraries.items()
    }
    return json.dumps(entries, sort_keys=True)
