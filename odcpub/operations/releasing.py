"""Gives a revision a semantic version. Does I/O through the store."""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.errors import Refused, UsageError
from odcpub.model.characters import forbidden
from odcpub.model.compatibility import breaking_changes
from odcpub.model.elements import Kind
from odcpub.model.versions import Version, parse_version
from odcpub.operations.platform import Platform
from odcpub.operations.requests import revision_of
from odcpub.store.records import AssetRecord, ReleaseRecord, RevisionRecord


@dataclass(frozen=True, slots=True)
class Tag:
    """A release that is asked for. ``version``: None means the next one; ``revision``: None means the latest."""

    version: str | None
    notes: str
    revision: int | None = None


def release(platform: Platform, name: str, tag: Tag, user: str) -> tuple[ReleaseRecord, bool]:
    """Gives a revision a semantic version: the first 0.1.0, then one patch higher, unless one is named. The release,
    and whether it is new: asked the same again, it is the one that is there."""
    asset, version, notes = platform.asset(name), tag.version, tag.notes
    revision = revision_of(platform, asset, tag.revision)
    releases = platform.store.assets.releases(asset.key)
    highest = max((parse_version(one.version) for one in releases), default=None)
    wanted = parse_version(version) if version else _next(highest)
    if not notes.strip():
        raise UsageError(f"{asset.name}: a release needs notes", 'tell what it brings: --notes "…"')
    if sign := forbidden(notes):
        raise UsageError(f"{asset.name}: the notes hold the character {sign}", "leave it out")
    there = next((one for one in releases if one.version == str(wanted if version else highest)), None)
    if there and (there.revision, there.notes) == (revision.number, notes):
        return there, False
    if there and version:
        what = "with other notes" if there.revision == revision.number else f"as revision {there.revision}"
        hint = f"a release never changes: choose a higher version, such as {_next(highest)}"
        raise Refused(f"{asset.name}: {wanted} is released already, {what}", hint)
    if highest and wanted <= highest:
        raise Refused(f"{asset.name}: {wanted} is not above the last release {highest}", "choose a higher version")
    if highest and asset.kind == Kind.LIBRARY:
        last = next(one for one in releases if parse_version(one.version) == highest)
        _insist(platform, asset, revision, last, wanted)
    record = ReleaseRecord(asset.key, str(wanted), revision.number, notes, "", user)
    platform.store.assets.release(record)
    return record, True


def _next(highest: Version | None) -> Version:
    """ODC's suggestion: 0.1.0 at first, then one patch above."""
    return highest.next_patch() if highest else Version(0, 1, 0)


def _insist(
    platform: Platform, asset: AssetRecord, revision: RevisionRecord, last: ReleaseRecord, wanted: Version
) -> None:
    """A version of a library that breaks its consumers says so in its number."""
    old = platform.store.assets.revision(asset.key, last.revision)
    assert old is not None  # noqa: S101 - a release's revision is never removed
    before, after = platform.model_of(asset.name, old), platform.model_of(asset.name, revision)
    changes, released = breaking_changes(before, after), parse_version(last.version)
    if changes and not wanted.breaks(released):
        raise Refused(
            f"{asset.name}: {wanted} contains breaking changes for users of {last.version}",
            f"release it as {released.next_breaking()}, or take the changes back",
            changes,
        )
