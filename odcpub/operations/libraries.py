"""Released libraries as consumers see them, and the versions an asset is locked to. Does I/O through the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import msgspec

from odcpub.model.elements import Kind, Library
from odcpub.model.versions import parse_version
from odcpub.operations.platform import Platform
from odcpub.store.records import ReleaseRecord


class Locked(msgspec.Struct, frozen=True):
    """The version of a library that a revision is locked to. ``asset``: its key; ``digest``: its build's."""

    asset: str
    version: str
    revision: int
    digest: str


def available(platform: Platform) -> Mapping[str, tuple[Library, ...]]:
    """Every release of every library, by the name that the library had in it: who is locked to a release of before a
    rename goes on. A library without a release is there under its present name."""
    return _Releases(platform)


class _Releases(Mapping[str, tuple[Library, ...]]):
    """Reads the releases of those libraries that are asked for: what is lost of others is in nobody's way."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._named = _named(platform)
        self._known: dict[str, tuple[Library, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Library, ...]:
        if name not in self._known:
            self._known[name] = tuple(
                released(self._platform, name, one.asset, one.version, one.revision) for one in self._named[name]
            )
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)


def _named(platform: Platform) -> dict[str, list[ReleaseRecord]]:
    """Releases by the name the library had. No other library ever takes a former name: its publish is refused."""
    libraries = {one.key: one.name for one in platform.store.assets.all() if one.kind == Kind.LIBRARY}
    found: dict[str, list[ReleaseRecord]] = {name: [] for name in libraries.values()}
    for name, release in platform.store.assets.named_releases():
        if release.asset in libraries:
            found.setdefault(name, []).append(release)
    return found


def renamed(platform: Platform, name: str) -> tuple[str, str] | None:
    """The present name of the library that was called so, and its first release under it; None where there is none."""
    named = _named(platform)
    keys = {one.asset for one in named.get(name, ())}
    now = next((one.name for one in platform.store.assets.all() if one.key in keys), name)
    later = named.get(now, ())
    first = min((one.version for one in later), key=parse_version, default="")
    return (now, first) if now != name and first else None


def released(platform: Platform, name: str, asset: str, version: str, number: int) -> Library:
    """One release with the libraries its revision was locked to. ``asset``: the library's key."""
    revision = platform.store.assets.revision(asset, number)
    assert revision is not None  # noqa: S101 - a release's revision is never removed
    model = platform.model_of(f"{name} {version}", revision)
    return Library(model, version, number, revision.build, locked(platform, revision.lock))


def locked(platform: Platform, lock: str) -> tuple[Library, ...]:
    """The libraries of a revision's lock (``lock_data``), by name."""
    entries = msgspec.json.decode(lock, type=dict[str, Locked])
    flat = {name: _bare(platform, name, entry) for name, entry in sorted(entries.items())}
    return tuple(_with_uses(library, flat) for library in flat.values())


def _bare(platform: Platform, name: str, entry: Locked) -> Library:
    revision = platform.store.assets.revision(entry.asset, entry.revision)
    assert revision is not None  # noqa: S101 - a locked revision is never removed
    model = platform.model_of(f"{name} {entry.version}", revision)
    return Library(model, entry.version, revision.number, revision.build)


def _with_uses(library: Library, flat: Mapping[str, Library]) -> Library:
    """With the libraries it uses in the one version that the whole asset has of each."""
    return replace(library, uses=tuple(_with_uses(flat[use.name], flat) for use in library.asset.uses))


def lock_data(platform: Platform, libraries: Mapping[str, Library]) -> str:
    """The lock as the revision keeps it: JSON of name → asset, version, revision, digest of the build."""
    entries = {name: Locked(one.asset.key, one.version, one.revision, one.digest) for name, one in libraries.items()}
    return msgspec.json.encode(entries, order="deterministic").decode()
