"""All records of one installation, opened together. Does I/O."""

from __future__ import annotations

import getpass
import platform
import re
import secrets
from pathlib import Path

from odcpub.files import write_whole
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
        self.installation = _installation(folder / "installation")
        self.assets = Assets(self._engine)
        self.journal = Journal(self._engine)
        self.vault = Vault(folder / "vault.key", lambda: self.stages.has_secrets())
        self.stages = Stages(self._engine, self.vault)
        self.blobs = Blobs(folder / "blobs")

    def close(self) -> None:
        self._engine.dispose()


def _installation(file: Path) -> str:
    """What tells this installation from all others, and people whose it is: ``ada@laptop-1f0c9a2b4d6e``. Made once;
    it goes with the folder."""
    if not file.exists():
        at = re.sub(r"[^A-Za-z0-9_.@-]", "_", f"{getpass.getuser()}@{platform.node()}")[:60]
        write_whole(file, f"{at}-{secrets.token_hex(6)}\n".encode("ascii"))
    return file.read_text(encoding="ascii").strip()
