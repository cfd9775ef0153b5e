"""The chains of migration scripts, one for each app and stage. Does I/O.

A script is a row; what a method has changed is committed when it returns, so that a kill leaves a whole chain.
"""

from __future__ import annotations

import hashlib
import shlex
import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, select, update

from odcpub.errors import EngineError
from odcpub.store.again import persistent
from odcpub.store.tables import SCRIPTS
from odcpub.store.upsert import upsert

REMEMBERED = 256
"""Texts that a chain in use keeps; most are asked for again in the same migration."""


@persistent()
class Chain:
    """``Scripts`` of the database engine: the scripts of the app with this label in a stage."""

    def __init__(self, engine: Engine, app: str, stage: str) -> None:
        self._engine, self._app, self._stage = engine, app, stage
        self._texts: dict[str, str] = {}
        self._guard = threading.Lock()

    @property
    def where(self) -> str:
        return f"the chain of scripts of {self._app} in {self._stage}"

    @property
    def put_back(self) -> str:
        return f"put the scripts back: odcpub data scripts {shlex.quote(self._app)} --stage {self._stage} --from FOLDER"

    def parts(self) -> list[str]:
        return self._strings(select(SCRIPTS.c.part).where(*self._here()).distinct())

    def names(self, part: str) -> list[str]:
        return self._strings(select(SCRIPTS.c.name).where(*self._here(part)))

    def digests(self, part: str) -> dict[str, str]:
        found = select(SCRIPTS.c.name, SCRIPTS.c.digest).where(*self._here(part))
        with self._engine.connect() as connection:
            return dict(sorted((str(name), str(digest)) for name, digest in connection.execute(found)))

    def texts(self) -> dict[tuple[str, str], str]:
        """Every script of one moment by its part and name, whose digest was checked."""
        columns = SCRIPTS.c.part, SCRIPTS.c.name, SCRIPTS.c.text, SCRIPTS.c.digest
        with self._engine.connect() as connection:
            rows = sorted(tuple(map(str, row)) for row in connection.execute(select(*columns).where(*self._here())))
        return {(part, name): self._checked(part, name, text, digest) for part, name, text, digest in rows}

    def read(self, part: str, name: str) -> str:
        """The text, whose digest was checked."""
        here = self._here(part, name)
        with self._engine.connect() as connection:
            digest = str(connection.execute(select(SCRIPTS.c.digest).where(*here)).scalar_one())
            if (known := self._texts.get(digest)) is not None:
                return known
            # Both at once: between two queries somebody may put another text there.
            row = connection.execute(select(SCRIPTS.c.digest, SCRIPTS.c.text).where(*here)).one()
        text = self._checked(part, name, str(row.text), str(row.digest))
        self._remember(str(row.digest), text)
        return text

    def put(self, part: str, name: str, text: str) -> None:
        with self._engine.begin() as connection:
            self._put(connection, part, name, text)

    def put_all(self, scripts: Sequence[tuple[str, str, str]]) -> None:
        """Scripts as part, name and text, all or none."""
        with self._engine.begin() as connection:
            for script in scripts:
                self._put(connection, *script)

    def _put(self, connection: Connection, part: str, name: str, text: str) -> None:
        place = {"app": self._app, "stage": self._stage, "part": part, "name": name}
        upsert(connection, SCRIPTS, place, {"text": text, "digest": digest_of(text)})

    def move(self, part: str, name: str, to: str) -> None:
        with self._engine.begin() as connection:
            if connection.execute(select(SCRIPTS.c.name).where(*self._here(part, name))).first() is not None:
                connection.execute(delete(SCRIPTS).where(*self._here(to, name)))
                connection.execute(update(SCRIPTS).where(*self._here(part, name)).values(part=to))

    def remove(self, part: str, name: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(SCRIPTS).where(*self._here(part, name)))

    def _here(self, part: str = "", name: str = "") -> tuple[ColumnElement[bool], ...]:
        place = {SCRIPTS.c.app: self._app, SCRIPTS.c.stage: self._stage, SCRIPTS.c.part: part, SCRIPTS.c.name: name}
        return tuple(column == value for column, value in place.items() if value)

    def _strings(self, query: Any) -> list[str]:
        with self._engine.connect() as connection:
            return sorted(connection.execute(query).scalars())

    def _checked(self, part: str, name: str, text: str, digest: str) -> str:
        if digest_of(text) != digest:
            raise EngineError(f"{self.where}: {part}/{name} is damaged: nothing of it is executed", self.put_back)
        return text

    def _remember(self, digest: str, text: str) -> None:
        with self._guard:
            self._texts[digest] = text
            while len(self._texts) > REMEMBERED:
                del self._texts[next(iter(self._texts))]


def digest_of(text: str) -> str:
    """What tells the text from another: its sha256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
