"""Encrypts what is secret at rest; the key lies in a file that only its owner can read. Does I/O."""

from __future__ import annotations

import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from odcpub.errors import EngineError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Vault:
    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file

    def seal(self, text: str) -> bytes:
        """The text encrypted and authenticated (Fernet: AES-128-CBC, HMAC-SHA256)."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise EngineError(
                f"{self._key_file}: a stored secret cannot be read with this key",
                "put the key file back that it was written with, or set the secret again",
            ) from None

    @staticmethod
    def random_password() -> str:
        """A new password with 192 bits of randomness, safe in connection strings."""
        return secrets.token_urlsafe(24)

    @cached_property
    def _fernet(self) -> Fernet:
        from cryptography.fernet import Fernet

        try:
            handle = os.open(self._key_file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return Fernet(self._key_file.read_bytes())
        with os.fdopen(handle, "wb") as file:
            key = Fernet.generate_key()
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        return Fernet(key)
