"""Another store for the platform's records: which, and the move there. Does I/O."""

from __future__ import annotations

from odcpub.address import address, is_address, parts
from odcpub.engines.database import tls
from odcpub.engines.database.server import parse
from odcpub.errors import Refused, UsageError
from odcpub.operations.core.ledger import how_to_wait
from odcpub.operations.platform import Platform
from odcpub.store.moving import Moved, move
from odcpub.store.settings import SQLITE, StoreSettings
from odcpub.text import shown

HINT = "write odcpub server set store=postgresql://user@host:5432/database, or: odcpub server set store=sqlite"


def store_target(text: str) -> str:
    """The address of a store, or ``sqlite``; UsageError where it is neither."""
    if text == SQLITE:
        return text
    if not is_address(text):
        raise UsageError(f"store: {shown(text)}: is neither sqlite nor a PostgreSQL address", HINT)
    found = address(parts(text))
    tls.check(dict(found.options))
    return found.url()


def move_store(platform: Platform, target: str, password: str) -> Moved:
    """Moves the records to ``target`` (``store_target``), or gives the password of the present store anew. Nothing is
    written to the old one from then on: the server must end."""
    settings = StoreSettings(target, platform.store.vault.seal(password).decode() if password else "")
    with platform.beginning:  # no operation begins meanwhile
        if running := next(iter(platform.ledger.running()), None):
            raise Refused("the store cannot be moved: an operation is running", how_to_wait(running))
        return move(platform.store, settings, parse)
