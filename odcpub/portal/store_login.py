"""Another login to the store, for a server that does not start without it. Does I/O."""

from __future__ import annotations

from pathlib import Path

from odcpub.engines.database.server import parse
from odcpub.errors import Refused
from odcpub.store.settings import SQLITE, StoreSettings, read_store_settings, write_store_settings
from odcpub.store.store import postgres
from odcpub.store.vault import Vault


def give(folder: Path, store: str, password: str) -> None:
    """Keeps the login where it opens the store that is in force; refused for any other store, since records move only
    while the server runs."""
    now = read_store_settings(folder)
    sealed = Vault(folder / "vault.key", lambda: True).seal(password).decode() if password else ""
    settings = StoreSettings(store, sealed)
    there = postgres(folder, settings, parse)
    if now.store == SQLITE or postgres(folder, now, parse).place != there.place:
        raise Refused(
            f"the server does not start, and its records are in {now.store}: they move only while it runs",
            "see why: odcpub server; to change only the login, name the address of that very store",
        )
    there.connect().close()
    write_store_settings(folder, settings)
