"""Assets, their revisions and releases. Does I/O.

Every insert can run again: it names the operation that makes the row, and a row that is there stays as it is.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Table, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from odcpub.errors import Refused
from odcpub.store.clock import now
from odcpub.store.records import AssetRecord, ReleaseRecord, RevisionRecord
from odcpub.store.tables import ASSETS, RELEASES, REVISIONS


class Assets:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def register(self, key: str, name: str, kind: str, label: str, folder: str) -> AssetRecord:
        """Records the asset or its new name and folder. ``label`` is kept from the first time: it names its data."""
        known = self.find(key)
        if known and known.kind != kind:
            raise Refused(f"{name}: is published as {known.kind}, not {kind}", "give the new asset a key of its own")
        if known and (known.name, known.folder) == (name, folder):
            return known
        row = {"key": key, "name": name, "kind": kind, "label": label, "folder": folder, "created_at": now()}
        statement = insert(ASSETS) if known is None else update(ASSETS).where(ASSETS.c.key == key)
        values = row if known is None else {"name": name, "folder": folder}
        try:
            with self._engine.begin() as connection:
                connection.execute(statement.values(values))
        except IntegrityError:
            raise self._taken(name, label) from None
        found = self.find(key)
        assert found is not None  # noqa: S101 - just written
        return found

    def _taken(self, name: str, label: str) -> Refused:
        other = next((one for one in self.all() if one.label == label or one.name == name), None)
        folder = other.folder if other else "another folder"
        return Refused(
            f"{name}: the name is taken by another asset, published from {folder}",
            "rename the asset, or give it that asset's key if it is the same one",
        )

    def find(self, name_or_key: str) -> AssetRecord | None:
        """The asset of that UUID, name or label; names and labels in any case."""
        wanted = name_or_key.lower()
        condition = or_(ASSETS.c.key == wanted, func.lower(ASSETS.c.name) == wanted, ASSETS.c.label == wanted)
        return next(iter(self._read(ASSETS, AssetRecord, condition)), None)

    def all(self) -> tuple[AssetRecord, ...]:
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
        found = self._read(REVISIONS, RevisionRecord, REVISIONS.c.asset == asset, REVISIONS.c.number == number)
        return found[0] if found else None

    def revisions(self, asset: str) -> tuple[RevisionRecord, ...]:
        """All revisions, the latest first."""
        found = self._read(REVISIONS, RevisionRecord, REVISIONS.c.asset == asset)
        return tuple(sorted(found, key=lambda revision: -revision.number))

    def latest(self, asset: str) -> RevisionRecord | None:
        newest = select(func.max(REVISIONS.c.number)).where(REVISIONS.c.asset == asset).scalar_subquery()
        found = self._read(REVISIONS, RevisionRecord, REVISIONS.c.asset == asset, REVISIONS.c.number == newest)
        return found[0] if found else None

    def release(self, release: ReleaseRecord) -> None:
        """Refused where the version exists: a release never changes."""
        row = {name: getattr(release, name) for name in ReleaseRecord.__slots__} | {"created_at": now()}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(RELEASES), row)
        except IntegrityError:
            raise Refused(
                f"version {release.version} exists already", "a release never changes: choose a higher version"
            ) from None

    def releases(self, asset: str) -> tuple[ReleaseRecord, ...]:
        return self._read(RELEASES, ReleaseRecord, RELEASES.c.asset == asset)

    def _read(self, table: Table, kind: Any, *conditions: Any) -> tuple[Any, ...]:
        with self._engine.connect() as connection:
            return tuple(kind(**row) for row in connection.execute(select(table).where(*conditions)).mappings())
