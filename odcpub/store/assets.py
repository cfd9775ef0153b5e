"""Assets, their revisions and releases. Does I/O.

Every insert can run again: it names the operation that makes the row, and a row that is there stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, Table, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from odcpub.errors import Refused
from odcpub.model.elements import Kind
from odcpub.store.again import persistent
from odcpub.store.clock import now
from odcpub.store.records import AssetRecord, ReleaseRecord, RevisionRecord, StageFile
from odcpub.store.tables import ASSETS, OPERATIONS, RELEASES, REVISIONS, STAGE_FILES, VALUES
from odcpub.store.upsert import insert_new

_MADE = REVISIONS.join(OPERATIONS, OPERATIONS.c.key == REVISIONS.c.operation)
"""Revisions with the operations that made them, which know the name that the asset had."""


@persistent()
class Assets:
    """Who publishes what under which name, and what each publish has made."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def planned(self, wanted: AssetRecord) -> AssetRecord:
        """The record that ``register`` would make; nothing is written. Refused where the kind is another or the name is
        another's, for a library also where it was.

        The label is kept from the first time: it names the asset's data.
        """
        key, name, kind = wanted.key, wanted.name, wanted.kind
        known = self.find(key)
        if known and known.kind != kind:
            raise Refused(f"{name}: is published as {known.kind}, not {kind}", "give the new asset a key of its own")
        record = replace(wanted, label=known.label if known else wanted.label)
        others = [one for one in self.all() if one.key != key]
        if other := next((one for one in others if _collide(one, record) and self.latest(one.key)), None):
            raise Refused(
                f"{name}: the name is taken by another asset, published from {other.seen_from(wanted.host)}",
                "rename the asset, or give it that asset's key if it is the same one",
            )
        named = self._published_as(name) if kind == Kind.LIBRARY else frozenset()
        if other := next((one for one in others if one.kind == kind and one.key in named), None):
            raise Refused(
                f"{name}: the library {other.name}, published from {other.seen_from(wanted.host)}, had this name: "
                "assets that are locked to a version of that time ask for it by this name",
                "give the library another name, or that library's key if it is the same one",
            )
        return record

    def _published_as(self, name: str) -> frozenset[str]:
        """The keys of the assets that have a revision under the name. Each of their revisions can be released yet."""
        query = select(REVISIONS.c.asset, OPERATIONS.c.asset_name).select_from(_MADE).distinct()
        with self._engine.connect() as connection:
            return frozenset(key for key, found in connection.execute(query) if found.lower() == name.lower())

    def register(self, asset: AssetRecord) -> None:
        """Records the asset, or its new name and place; its source is left to ``keep_source``. One of the same name
        that never got a revision gives way: its author corrected the key."""
        self.planned(asset)
        row = {name: getattr(asset, name) for name in AssetRecord.__slots__} | {"source": ""}
        with self._engine.begin() as connection:
            for other in self.all():
                if other.key != asset.key and _collide(other, asset):
                    connection.execute(delete(VALUES).where(VALUES.c.asset == other.key))
                    connection.execute(delete(STAGE_FILES).where(STAGE_FILES.c.asset == other.key))
                    connection.execute(delete(ASSETS).where(ASSETS.c.key == other.key))
            values = {"name": asset.name, "folder": asset.folder, "host": asset.host}
            new = insert_new(connection, ASSETS, row | {"created_at": now()})
            if not new:
                connection.execute(update(ASSETS).where(ASSETS.c.key == asset.key).values(values))

    def keep_source(self, asset: str, source: str, files: Mapping[str, str], by: str, at: str) -> None:
        """The asset's source from now on. ``files``: of those that configure stages path → content; of each that
        changed it is recorded who sent it, and when."""
        table = STAGE_FILES
        with self._engine.begin() as connection:
            query = select(table.c.path, table.c.content).where(table.c.asset == asset)
            before = {row.path: row.content for row in connection.execute(query)}
            changed = {**dict.fromkeys(before, ""), **files}
            for path in sorted(path for path, content in changed.items() if content != before.get(path)):
                connection.execute(delete(table).where(table.c.asset == asset, table.c.path == path))
                row = {"asset": asset, "path": path, "content": changed[path], "sent_by": by, "sent_at": at}
                connection.execute(insert(table).values(row))
            connection.execute(update(ASSETS).where(ASSETS.c.key == asset).values(source=source))

    def stage_files(self, asset: str) -> tuple[StageFile, ...]:
        """Who sent which file that configures the asset's stages, by path; also of files that are there no more."""
        found = self._read(STAGE_FILES, StageFile, STAGE_FILES.c.asset == asset)
        return tuple(sorted(found, key=lambda one: one.path))

    def find(self, name_or_key: str) -> AssetRecord | None:
        """The asset of that UUID, name or label; names and labels in any case."""
        wanted = name_or_key.lower()
        condition = or_(ASSETS.c.key == wanted, func.lower(ASSETS.c.name) == wanted, ASSETS.c.label == wanted)
        return next(iter(self._read(ASSETS, AssetRecord, condition)), None)

    def all(self) -> tuple[AssetRecord, ...]:
        """Every asset, by name."""
        return tuple(sorted(self._read(ASSETS, AssetRecord), key=lambda asset: asset.name.lower()))

    def add_revision(self, revision: RevisionRecord) -> RevisionRecord:
        """Stores the revision under the next number, whatever number it carries; once for one operation."""
        made = self._read(REVISIONS, RevisionRecord, REVISIONS.c.operation == revision.operation)
        if made:
            found: RevisionRecord = made[0]
            return found
        row = {name: getattr(revision, name) for name in RevisionRecord.__slots__}
        with self._engine.begin() as connection:
            last = connection.execute(select(func.max(REVISIONS.c.number)).where(REVISIONS.c.asset == revision.asset))
            row |= {"number": (last.scalar() or 0) + 1, "created_at": now()}
            connection.execute(insert(REVISIONS), row)
        return RevisionRecord(**row)

    def revision(self, asset: str, number: int) -> RevisionRecord | None:
        """The asset's revision of that number."""
        found = self._read(REVISIONS, RevisionRecord, REVISIONS.c.asset == asset, REVISIONS.c.number == number)
        return found[0] if found else None

    def revisions(self, asset: str) -> tuple[RevisionRecord, ...]:
        """All revisions, the latest first."""
        found = self._read(REVISIONS, RevisionRecord, REVISIONS.c.asset == asset)
        return tuple(sorted(found, key=lambda revision: -revision.number))

    def every_revision(self) -> tuple[RevisionRecord, ...]:
        """All revisions of all assets."""
        return self._read(REVISIONS, RevisionRecord)

    def latest(self, asset: str) -> RevisionRecord | None:
        """The revision with the highest number."""
        newest = select(func.max(REVISIONS.c.number)).where(REVISIONS.c.asset == asset).scalar_subquery()
        found = self._read(REVISIONS, RevisionRecord, REVISIONS.c.asset == asset, REVISIONS.c.number == newest)
        return found[0] if found else None

    def release(self, release: ReleaseRecord) -> None:
        """Refused where the version exists: a release never changes. Recorded twice, it is the same."""
        row = {name: getattr(release, name) for name in ReleaseRecord.__slots__} | {"created_at": now()}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(RELEASES), row)
        except IntegrityError:
            same = replace(release, created_at="")
            if any(replace(one, created_at="") == same for one in self.releases(release.asset)):
                return
            raise Refused(
                f"version {release.version} exists already", "a release never changes: choose a higher version"
            ) from None

    def releases(self, asset: str) -> tuple[ReleaseRecord, ...]:
        """Every release of the asset, in no order."""
        return self._read(RELEASES, ReleaseRecord, RELEASES.c.asset == asset)

    def named_releases(self) -> tuple[tuple[str, ReleaseRecord], ...]:
        """Every release of every asset, with the name that the asset had in it."""
        same = (REVISIONS.c.asset == RELEASES.c.asset) & (REVISIONS.c.number == RELEASES.c.revision)
        query = select(OPERATIONS.c.asset_name, RELEASES).select_from(RELEASES.join(_MADE, same))
        with self._engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return tuple((row.pop("asset_name"), ReleaseRecord(**row)) for row in rows)

    def _read(self, table: Table, kind: Any, *conditions: Any) -> tuple[Any, ...]:
        with self._engine.connect() as connection:
            return tuple(kind(**row) for row in connection.execute(select(table).where(*conditions)).mappings())


def _collide(one: AssetRecord, other: AssetRecord) -> bool:
    """Whether a name or label of one means the other too."""
    return not {one.label, one.name.lower()}.isdisjoint({other.label, other.name.lower()})
