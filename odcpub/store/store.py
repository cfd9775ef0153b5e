"""All records of one installation, opened together. Does I/O."""

from __future__ import annotations

import getpass
import logging
import platform
import re
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Engine, insert, select, update

from odcpub.errors import EngineError, Refused
from odcpub.files import MAX_FILE, BadFile, read_own, write_whole
from odcpub.store.assets import Assets
from odcpub.store.blobs import Blobs
from odcpub.store.clock import now
from odcpub.store.contents import ContentTable
from odcpub.store.database import open_database
from odcpub.store.hold import Hold
from odcpub.store.journal import Journal
from odcpub.store.plans import Plans
from odcpub.store.ports import Contents, LoginOf
from odcpub.store.postgres import DURABLE_SCHEMA, SCHEMA, Postgres
from odcpub.store.scripts import Chain
from odcpub.store.settings import SQLITE, StoreSettings, read_store_settings
from odcpub.store.stages import Stages
from odcpub.store.tables import INSTALLATION, SCRIPTS
from odcpub.store.vault import Vault

LOG = logging.getLogger("odcpub.store")
RECORDS = "platform.sqlite"
_INSTALLATION = re.compile(rb"[A-Za-z0-9_.@-]{1,120}\n?")
_WITH_PASSWORDS, _SEALED = ("engines.json", "store.json"), b'"gAAAA'
"""Files that hold passwords, and what each text begins with that the vault has sealed (Fernet's version)."""
_CHAINS = select(SCRIPTS.c.app, SCRIPTS.c.stage).distinct()


class Store:
    """``folder``: the installation's data folder, which exists; ``postgres``: where the records are, unless in the
    folder; ``cache``: for what is read from there; ``hold``: what ends with the store."""

    def __init__(
        self, folder: Path, postgres: Postgres | None = None, cache: Path | None = None, hold: Hold | None = None
    ) -> None:
        self._hold = hold
        self.folder = folder
        self.postgres = postgres
        self.installation = installation(folder)
        self.engine: Engine = postgres.open() if postgres else open_database(folder / RECORDS)
        self.assets = Assets(self.engine)
        self.journal = Journal(self.engine)
        self.plans = Plans(self.engine)
        self.vault = Vault(folder / "vault.key", self._key_in_use)
        self.stages = Stages(self.engine, self.vault)
        self.blobs: Contents = Blobs(folder / "blobs")
        if postgres:
            self.blobs = ContentTable(self.engine, postgres.where, cache or folder / "contents")

    @property
    def where(self) -> str:
        """As people are told: ``sqlite``, or the address."""
        return self.postgres.address if self.postgres else SQLITE

    def scripts(self, app: str, stage: str) -> Chain:
        """The chain of migration scripts of the app with this label in a stage."""
        return Chain(self.engine, app, stage)

    def chains(self) -> frozenset[tuple[str, str]]:
        """The label and stage of every app that has a chain."""
        with self.engine.connect() as connection:
            return frozenset((app, stage) for app, stage in connection.execute(_CHAINS))

    def condition(self) -> str:
        """What keeps the records, in words; raises ``EngineError`` where it does not answer."""
        with self.engine.connect() as connection:
            if self.postgres is None:
                return f"SQLite: {self.folder / RECORDS}"
            return f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar()}: {self.where}"

    def own(self) -> None:
        """Writes down whose records these are, and which key their secrets are sealed with. Refused where they are
        another installation's."""
        with self.engine.begin() as connection:
            found = connection.execute(select(INSTALLATION)).mappings().first()
            if found is None:
                row = {"name": self.installation, "key": self._key(), "created_at": now()}
                connection.execute(insert(INSTALLATION), row)
                return
            if found["name"] != self.installation:
                raise others(self.where, found["name"], self.installation)
            key = self._key()
            if key and key != found["key"]:
                LOG.warning("%s: %s is another key than at the last start", self.where, self.vault.key_file)
                connection.execute(update(INSTALLATION).values(key=key))

    def _key_in_use(self) -> bool:
        """Whether anything is known to be sealed with the vault's key: then no new one may take its place."""
        if self.stages.has_secrets() or any(_SEALED in _content(self.folder / name) for name in _WITH_PASSWORDS):
            return True
        with self.engine.connect() as connection:
            return bool(connection.execute(select(INSTALLATION.c.key)).scalar())

    def _key(self) -> str:
        """Which key it is; empty where it is lost, which whoever needs it is told."""
        try:
            return self.vault.identity()
        except EngineError:
            return ""

    def close(self) -> None:
        self.engine.dispose()
        if self._hold:
            self._hold.close()


def others(where: str, found: str, own: str) -> Refused:
    """Why these records cannot be used: they are another installation's."""
    return Refused(
        f"the store {where} holds the records of {found}, and this installation is {own}",
        "name another database; where that installation is no longer needed, rename its schemas there: "
        f"ALTER SCHEMA {SCHEMA} RENAME TO {SCHEMA}_before; "
        f"ALTER SCHEMA {DURABLE_SCHEMA} RENAME TO {DURABLE_SCHEMA}_before",
    )


def open_store(folder: Path, cache: Path, login: LoginOf, lost: Callable[[], None]) -> Store:
    """The store that the data folder's settings name, for this process alone; ``lost``: called when it no longer is."""
    settings = read_store_settings(folder)
    if settings.store == SQLITE:  # the data folder's own lock says so
        return Store(folder)
    there = postgres(folder, settings, login)
    with ExitStack() as opened:
        hold = Hold(there, lost)
        opened.callback(hold.close)
        store = Store(folder, there, cache, hold)
        opened.callback(store.close)
        store.own()
        opened.pop_all()
    return store


def postgres(folder: Path, settings: StoreSettings, login: LoginOf) -> Postgres:
    """The PostgreSQL database that the settings name; its password is unsealed when it is needed."""
    vault = Vault(folder / "vault.key", lambda: True)

    def password() -> str:
        return vault.open(settings.password.encode()) if settings.password else ""

    return Postgres(settings.store, login(settings.store, password))


def installation(folder: Path) -> str:
    """What tells this installation from all others, and people whose it is: ``ada@laptop-1f0c9a2b4d6e``. Made once;
    it goes with the folder."""
    file, hint = folder / "installation", "put the file back from a backup of the data folder"
    try:
        content = read_own(file, limit=1_000)
    except BadFile as bad:
        raise EngineError(f"{file}: {bad.reason}", hint) from None
    if content is None:
        at = re.sub(r"[^A-Za-z0-9_.@-]", "_", f"{getpass.getuser()}@{platform.node()}")[:60]
        content = f"{at}-{secrets.token_hex(6)}\n".encode("ascii")
        write_whole(file, content)
    if not _INSTALLATION.fullmatch(content):
        raise EngineError(f"{file}: is damaged: it does not name an installation", hint)
    return content.decode("ascii").strip()


def _content(file: Path) -> bytes:
    """Of a file of ours; nothing where there is none, or none that can be read: whoever needs it says so."""
    try:
        return read_own(file, MAX_FILE) or b""
    except BadFile:
        return b""
