"""Which engine keeps the store's records: one file in the data folder. Does I/O.

Replacing that file is the moment at which another store is in force: until then, and after a kill before it, the one
of before is.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from odcpub.errors import UsageError
from odcpub.files import MAX_FILE, BadFile, read_own, write_whole

FILE = "store.json"
SQLITE = "sqlite"


class StoreSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``store``: ``sqlite``, or the address of a PostgreSQL database without its password, which is kept sealed."""

    store: str = SQLITE
    password: str = ""


def read_store_settings(folder: Path) -> StoreSettings:
    """SQLite's where there is no file: that needs no choice."""
    hint = "put the file back from a backup of the data folder; it says where the platform's records are"
    try:
        content = read_own(folder / FILE, MAX_FILE)
        return StoreSettings() if content is None else msgspec.json.decode(content, type=StoreSettings)
    except BadFile as bad:
        raise UsageError(f"{folder / FILE}: {bad.reason}", hint) from None
    except msgspec.MsgspecError as error:
        raise UsageError(f"{folder / FILE}: {error}", hint) from None


def write_store_settings(folder: Path, settings: StoreSettings) -> None:
    """Puts the store in force that the settings name, for the next start."""
    write_whole(folder / FILE, msgspec.json.format(msgspec.json.encode(settings)))
