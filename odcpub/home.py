"""Where odcpub keeps its things on this machine: data, cache and sockets. Does I/O when folders are made.

Standard library only, since the command line imports it too.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from odcpub.errors import EngineError, UsageError
from odcpub.files import BadFile, check_own

PRIVATE, OTHERS, OTHERS_WRITE = 0o700, 0o077, 0o022
LONGEST_SOCKET = 100
"""Bytes of a unix socket's path; the system allows 107, some databases add a suffix."""

OPENED = ("*", "*/*", "apps/*/*", "apps/*/*/*", "postgres/*/*")
"""Where in the data folder the files are that are opened by name; blobs and images are known by their content."""


@dataclass(frozen=True, slots=True)
class Home:
    """``data``: what must not be lost. ``cache``: what can be made again. ``run``: sockets, gone after a restart."""

    data: Path
    cache: Path
    run: Path

    def make(self) -> Home:
        """Makes the three folders for their owner alone; raises ``UsageError`` where that is impossible, and for one
        that belongs to another user, or is open to others. Nothing that is there is changed."""
        make_private(self.data, "ODCPUB_HOME", OTHERS)
        make_private(self.cache, "ODCPUB_CACHE", OTHERS_WRITE)
        if self.run.is_symlink():
            raise UsageError(f"{self.run}: is not yours: a link lies in its place", "remove it, or set XDG_RUNTIME_DIR")
        make_private(self.run, "XDG_RUNTIME_DIR", OTHERS)
        return self

    def check_files(self) -> None:
        """Fails where one of the files that a server opens is none: before it starts, since it would wait in silence,
        or write elsewhere."""
        for file in (file for pattern in OPENED for file in sorted(self.data.glob(pattern))):
            try:
                check_own(file)
            except BadFile as bad:
                raise EngineError(f"{file}: {bad.reason}", bad.hint) from None
            except FileNotFoundError:  # gone meanwhile
                continue

    @property
    def failed(self) -> Path:
        """Why the server did not start: exit code, message and hint, a line each."""
        return self.run / "server.failed"

    @property
    def stopped(self) -> Path:
        """Is there once the server was told to end, until it is started again."""
        return self.data / "server.stopped"

    @property
    def lock(self) -> Path:
        """Held by the server; its process's number and the path of its socket, a line each."""
        return self.data / "server.lock"

    def announced(self) -> Path | None:
        """The socket that the server says it listens at, which may be in another session's ``run``."""
        try:
            _, path, *_ = self.lock.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
        except (OSError, ValueError):
            return None
        return Path(path) if path else None

    def elsewhere(self) -> Home:
        """The same, with the ``run`` of those who have no runtime folder."""
        return Home(self.data, self.cache, _run({}, self.data))

    def socket(self, name: str) -> Path:
        """The path of a unix socket, short enough for the system."""
        path = self.run / name
        if len(os.fsencode(path)) >= LONGEST_SOCKET:
            raise UsageError(
                f"{path}: is too long for a unix socket: at most {LONGEST_SOCKET - 1} bytes",
                "set XDG_RUNTIME_DIR to a shorter folder",
            )
        return path


def find_home(env: Mapping[str, str] | None = None) -> Home:
    """The folders that the environment names; nothing is made. A data folder has its own ``run``."""
    env = os.environ if env is None else env
    data = _folder(env, "ODCPUB_HOME", "XDG_DATA_HOME", ".local/share")
    cache = _folder(env, "ODCPUB_CACHE", "XDG_CACHE_HOME", ".cache")
    return Home(data, cache, _run(env, data))


def make_private(folder: Path, variable: str, closed: int) -> None:
    """Makes a folder that only its owner may enter. One that is there must be this user's and give others none of the
    rights in ``closed``; ``variable`` names another."""
    hint = f"set {variable} to a folder that you can write to"
    try:
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made: {error.strerror}", hint) from None
    # In a shared folder another user could have made it, or a link in its place, first.
    if {found.st_uid, folder.lstat().st_uid} != {os.getuid()}:
        raise UsageError(f"{folder}: is not yours: another user made it", hint)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        right = f"give the right back: chmod u+rwx {shlex.quote(str(folder))}"
        raise UsageError(f"{folder}: cannot be read and written: permission denied", right)
    if found.st_mode & closed:
        what = "changed" if closed == OTHERS_WRITE else "read"
        right = f"chmod 700 {shlex.quote(str(folder))}"
        raise UsageError(f"{folder}: can be {what} by others", f"{right}, or {hint}")


def _folder(env: Mapping[str, str], own: str, base: str, default: str) -> Path:
    """The XDG rule: a relative base is ignored."""
    if env.get(own):
        return Path(env[own]).expanduser().absolute()
    if Path(env.get(base, "")).is_absolute():
        return Path(env[base]) / "odcpub"
    return Path(env.get("HOME") or Path.home()) / default / "odcpub"


def _run(env: Mapping[str, str], data: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(os.path.realpath(data))).hexdigest()[:12]
    given = Path(env.get("XDG_RUNTIME_DIR", ""))
    # A runtime folder that is gone (sudo, su, containers) must not stop everything.
    if given.is_absolute() and os.access(given, os.W_OK | os.X_OK):
        return given / f"odcpub-{digest}"
    return Path(tempfile.gettempdir()) / f"odcpub-{os.getuid()}-{digest}"
