"""Contents in PostgreSQL, with what was read or written lately in files of this machine. Does I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from odcpub.errors import EngineError
from odcpub.store.again import persistent
from odcpub.store.blobs import Blobs
from odcpub.store.clock import now, text_of
from odcpub.store.ports import RENEWED, Contents
from odcpub.store.tables import CONTENTS

_AT_ONCE = 1000
"""Digests that one query asks for."""


class ContentRows:
    """The contents as one transaction sees them."""

    def __init__(self, connection: Connection, where: str) -> None:
        self._connection, self._where = connection, where

    def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        if not self.touch([digest]):
            row = {"digest": digest, "content": content, "used_at": now()}
            self._connection.execute(insert(CONTENTS).values(row).on_conflict_do_nothing())
        return digest

    def has(self, digest: str) -> bool:
        return self._connection.execute(select(1).where(CONTENTS.c.digest == digest)).first() is not None

    def missing(self, digests: Collection[str]) -> frozenset[str]:
        there = set[str]()
        for some in _batches(digests):
            query = select(CONTENTS.c.digest).where(CONTENTS.c.digest.in_(some))
            there.update(self._connection.execute(query).scalars())
        return frozenset(digests) - there

    def touch(self, digests: Collection[str]) -> Mapping[str, int]:
        found, renewed = dict[str, int](), text_of(datetime.now(UTC) - RENEWED)
        columns = CONTENTS.c.digest, func.octet_length(CONTENTS.c.content), CONTENTS.c.used_at
        for some in _batches(digests):
            rows = self._connection.execute(select(*columns).where(CONTENTS.c.digest.in_(some))).all()
            found |= {digest: size for digest, size, used in rows if used >= renewed}
            old = {digest: size for digest, size, used in rows if used < renewed}
            still = update(CONTENTS).where(CONTENTS.c.digest.in_(sorted(old))).values(used_at=now())
            if old:  # whoever discards one at this moment is waited for
                kept = self._connection.execute(still.returning(CONTENTS.c.digest)).scalars()
                found |= {digest: old[digest] for digest in kept}
        return found

    def unused(self, since: datetime) -> frozenset[str]:
        query = select(CONTENTS.c.digest).where(CONTENTS.c.used_at < text_of(since))
        return frozenset(self._connection.execute(query).scalars())

    def discard(self, digests: Collection[str], since: datetime) -> int:
        count = 0
        for some in _batches(digests):
            here = CONTENTS.c.digest.in_(some), CONTENTS.c.used_at < text_of(since)
            count += self._connection.execute(delete(CONTENTS).where(*here)).rowcount
        return count

    def get(self, digest: str) -> bytes:
        content = self._connection.execute(select(CONTENTS.c.content).where(CONTENTS.c.digest == digest)).scalar()
        if content is None:
            raise EngineError(
                f"{self._where}: the content {digest} is missing", "publish the asset again from its model"
            )
        if hashlib.sha256(content).hexdigest() != digest:
            raise EngineError(
                f"{self._where}: the content {digest} is damaged",
                f"remove its row from odcpub.contents, or put the database's backup back: {digest}",
            )
        return bytes(content)

    def digests(self) -> Iterator[str]:
        return iter(self._connection.execute(select(CONTENTS.c.digest).order_by(CONTENTS.c.digest)).scalars().all())


@persistent()
class ContentTable:
    """``cache``: a folder that can be removed at any time; what is damaged there is read from the database."""

    def __init__(self, engine: Engine, where: str, cache: Path) -> None:
        self._engine, self._where = engine, where
        self._cache = Blobs(cache)

    def put(self, content: bytes) -> str:
        with self._engine.begin() as connection:
            digest = self._within(connection).put(content)
        self._keep(content)
        return digest

    def has(self, digest: str) -> bool:
        with self._engine.connect() as connection:
            return self._within(connection).has(digest)

    def missing(self, digests: Collection[str]) -> frozenset[str]:
        with self._engine.connect() as connection:
            return self._within(connection).missing(digests)

    def touch(self, digests: Collection[str]) -> Mapping[str, int]:
        with self._engine.begin() as connection:
            return self._within(connection).touch(digests)

    def unused(self, since: datetime) -> frozenset[str]:
        with self._engine.connect() as connection:
            return self._within(connection).unused(since)

    def discard(self, digests: Collection[str], since: datetime) -> int:
        with self._engine.begin() as connection:
            count = self._within(connection).discard(digests, since)
        with suppress(OSError):
            self._cache.discard(self._cache.unused(since), since)
        return count

    def get(self, digest: str) -> bytes:
        with suppress(EngineError, OSError):
            return self._cache.get(digest)
        with self._engine.connect() as connection:
            content = self._within(connection).get(digest)
        self._keep(content)
        return content

    def digests(self) -> Iterator[str]:
        with self._engine.connect() as connection:
            return self._within(connection).digests()

    def _within(self, connection: Connection) -> Contents:
        return ContentRows(connection, self._where)

    def _keep(self, content: bytes) -> None:
        with suppress(OSError):  # a full disk here takes nothing from what is stored there
            self._cache.put(content)


def _batches(digests: Collection[str]) -> Iterator[list[str]]:
    asked = sorted(digests)
    return (asked[start : start + _AT_ONCE] for start in range(0, len(asked), _AT_ONCE))
