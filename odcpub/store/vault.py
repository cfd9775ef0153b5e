"""Encrypts what is secret at rest; the key lies in a file that only its owner can read. Does I/O."""

from __future__ import annotations

import base64
import hmac
import os
import re
import secrets
import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from odcpub.errors import EngineError
from odcpub.files import BadFile, read_file, write_whole

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


_KEY = re.compile(rb"[A-Za-z0-9_-]{43}=")


class Unreadable(EngineError):
    """Sealed with another key than there is now."""


class Vault:
    def __init__(self, key_file: Path) -> None:
        self.key_file = key_file
        self._first_use = threading.Lock()

    def seal(self, text: str) -> bytes:
        """The text encrypted and authenticated (Fernet: AES-128-CBC, HMAC-SHA256)."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise Unreadable(
                f"{self.key_file}: a stored secret cannot be read with this key",
                "put the key file back that it was written with; where it is lost, publish the app again",
            ) from None

    def fingerprint(self, text: str) -> str:
        """Tells whether two texts are equal to who holds the key, and nothing to anybody else."""
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()

    @staticmethod
    def random_password() -> str:
        """A new password with 192 bits of randomness, safe in connection strings."""
        return secrets.token_urlsafe(24)

    @cached_property
    def _fernet(self) -> Fernet:
        from cryptography.fernet import Fernet

        return Fernet(self._key)

    def _content(self) -> bytes:
        try:
            return read_file(self.key_file, limit=1_000) or b""
        except BadFile as bad:
            raise EngineError(f"{self.key_file}: {bad.reason}", "give the file back to this user, mode 600") from None

    @cached_property
    def _key(self) -> bytes:
        """The key, made at the first use, by one thread, and written whole before it is used."""
        with self._first_use:
            if not self.key_file.exists():
                write_whole(self.key_file, base64.urlsafe_b64encode(os.urandom(32)))
            key = self._content()
        if not _KEY.fullmatch(key):
            raise EngineError(
                f"{self.key_file}: is damaged: it holds no key",
                "restore it from a backup; if there is none, remove the file and publish each app again: "
                "which secrets are to be set again is told",
            )
        return key
