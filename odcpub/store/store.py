"""All records of one installation, opened together. Does I/O."""

from __future__ import annotations

from pathlib import Path

from odcpub.store.assets import Assets
from odcpub.store.blobs import Blobs
from odcpub.store.database import open_database
from odcpub.store.journal import Journal
from odcpub.store.stages import Stages
from odcpub.store.vault import Vault


class Store:
    """``folder``: the installation's data folder, which exists."""

    def __init__(self, folder: Path) -> None:
        self._engine = open_database(folder / "platform.sqlite")
        self.folder = folder
        self.assets = Assets(self._engine)
        self.journal = Journal(self._engine)
        self.vault = Vault(folder / "vault.key")
        self.stages = Stages(self._engine, self.vault)
        self.blobs = Blobs(folder / "blobs")

    def close(self) -> None:
        self._engine.dispose()
