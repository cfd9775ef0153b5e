"""The socket of the API: open to this user alone, announced in ``server.lock``, made again where it was removed.
Does I/O.

A session manager removes the runtime folder of a user when the last session ends, and the server outlives that. A
command of another session, or of none, may look in another folder. So the server writes into its lock file where it
listens, and listens anew where its socket has gone (``Home.announced``).
"""

from __future__ import annotations

import logging
import os
import socket
from pathlib import Path
from typing import TextIO

from odcpub.errors import OdcpubError, system_failure
from odcpub.files import identity_of
from odcpub.home import Home

LOG = logging.getLogger("odcpub.portal")
NAME = "api.sock"


class ApiSocket:
    """``lock``: the installation's lock file, which this process holds."""

    def __init__(self, home: Home, lock: TextIO) -> None:
        self._home = home
        self._lock = lock
        self._path = Path()
        self._bound: tuple[int, int] | None = None

    def listen(self) -> socket.socket:
        """A socket in the runtime folder."""
        return self._listen(self._home)

    def again(self) -> socket.socket | None:
        """A new one where the one before was removed or replaced; in the folder for temporary files where there is no
        runtime folder any more. None while all is well, or nowhere is a place."""
        if identity_of(self._path) == self._bound:
            return None
        for home in (self._home, self._home.elsewhere()):
            try:
                return self._listen(home)
            except (OdcpubError, OSError) as error:
                told = error if isinstance(error, OdcpubError) else system_failure(error, home.run)
                LOG.warning("no socket in %s: %s", home.run, told.message)
        return None

    def _listen(self, home: Home) -> socket.socket:
        """Its folder is closed to others, and so is the socket itself."""
        path = home.make().socket(NAME)
        path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        before = os.umask(0o177)
        try:
            listening.bind(str(path))
            self._announce(path)  # before it listens: who reaches it can read who it is
            listening.listen(64)
        except OSError:
            listening.close()
            raise
        finally:
            os.umask(before)
        self._path, self._bound = path, identity_of(path)
        return listening

    def _announce(self, path: Path) -> None:
        self._lock.seek(0)
        self._lock.truncate()
        self._lock.write(f"{os.getpid()}\n{path}\n")
        self._lock.flush()
