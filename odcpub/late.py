"""Alembic, loaded when it is first needed and by one thread: two that load it at once meet modules of it half loaded.
No I/O but reading code.
"""

from __future__ import annotations

import importlib
import threading

_PARTS = ("alembic.operations", "alembic.migration", "alembic.script", "alembic.util")
_ONE_BY_ONE = threading.Lock()


def load_alembic() -> None:
    """Called before whatever imports parts of it inside a function."""
    with _ONE_BY_ONE:
        for name in _PARTS:
            importlib.import_module(name)
