"""Encrypts what is secret at rest; the key lies in a file that only its owner can read. Does I/O."""

from __future__ import annotations

import base64
import hmac
import os
import re
import secrets
import shlex
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from odcpub.errors import EngineError
from odcpub.files import BadFile, read_own, write_whole

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


NEW = b"new"
"""What in the place of a key asks for a new one."""
Stamp = tuple[int, ...]
"""What tells a file from another one in its place; empty where there is none."""
_KEY = re.compile(rb"[A-Za-z0-9_-]{43}=")


class Unreadable(EngineError):
    """Sealed with another key than there is now."""


class Vault:
    """``in_use``: whether anything is known to be sealed. Then a key that is not there is lost, or elsewhere, and a new
    one is made only where the file asks for it."""

    def __init__(self, key_file: Path, in_use: Callable[[], bool] = lambda: False) -> None:
        self.key_file = key_file
        self._in_use = in_use
        self._guard = threading.Lock()
        self._known: tuple[Stamp, bytes] | None = None
        """The key, and the file that it was read from."""

    def seal(self, text: str) -> bytes:
        """The text encrypted and authenticated (Fernet: AES-128-CBC, HMAC-SHA256)."""
        return self._fernet(self._in_use).encrypt(text.encode())

    def exposed(self) -> bool:
        """Whether others than the owner may read or change the key's file."""
        try:
            return bool(self.key_file.stat().st_mode & 0o077)
        except OSError:
            return False

    def open(self, sealed: bytes) -> str:
        """The text that was sealed; Unreadable where it was sealed with another key."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet(lambda: True).decrypt(sealed).decode()
        except InvalidToken:
            raise Unreadable(
                f"{self.key_file}: a stored secret cannot be read with this key",
                "put the key file back that it was written with; where it is lost, publish the app again",
            ) from None

    def fingerprint(self, text: str) -> str:
        """Tells whether two texts are equal to who holds the key, and nothing to anybody else."""
        return hmac.new(self._key(self._in_use), text.encode(), "sha256").hexdigest()

    def identity(self) -> str:
        """Tells this key from every other one, and nothing else of it."""
        return self.fingerprint("the key itself")[:16]

    @staticmethod
    def random_password() -> str:
        """A new password with 192 bits of randomness, safe in connection strings."""
        return secrets.token_urlsafe(24)

    def _fernet(self, in_use: Callable[[], bool]) -> Fernet:
        from cryptography.fernet import Fernet

        return Fernet(self._key(in_use))

    def _key(self, in_use: Callable[[], bool]) -> bytes:
        """The key, read again where its file is another than it was: somebody has put it back. Made at the first use,
        by one thread, and written whole before it is used."""
        with self._guard:
            stamp = _stamp(self.key_file)
            if self._known and self._known[0] == stamp:
                return self._known[1]
            content = self._content()
            if content is None and in_use():
                raise EngineError(f"{self.key_file}: is missing, and secrets are encrypted with it", self._hint())
            if content is None or content.strip() == NEW:
                content = base64.urlsafe_b64encode(os.urandom(32))
                write_whole(self.key_file, content)
                stamp = _stamp(self.key_file)
            if not _KEY.fullmatch(content):
                raise EngineError(f"{self.key_file}: is damaged: it holds no key", self._hint())
            self._known = (stamp, content)
            return content

    def _content(self) -> bytes | None:
        try:
            return read_own(self.key_file, limit=1_000)
        except BadFile as bad:
            raise EngineError(f"{self.key_file}: {bad.reason}", "give the file back to this user, mode 600") from None

    def _hint(self) -> str:
        return f"put it back from a backup; {lost(self.key_file)}"


def lost(key_file: Path) -> str:
    """How to go on without a key that nobody has any more."""
    return (
        f"where it is lost: echo {NEW.decode()} > {shlex.quote(str(key_file))}; then publish each app again: which "
        "secrets are to be set again is told"
    )


def _stamp(file: Path) -> Stamp:
    try:
        found = file.lstat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
