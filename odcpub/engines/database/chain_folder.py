"""A chain of scripts as a folder that plain Alembic runs, the SQL of each beside it. Reads and writes files."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from odcpub.data.script import sql_text
from odcpub.engines.database.chain_frame import FRAME
from odcpub.errors import EngineError
from odcpub.files import BadFile, read_file, sync_folder, text_of, write_whole

LARGEST_SCRIPT = 100_000_000
"""Bytes; a thousand entities that all change give some 2,000,000."""


@dataclass(frozen=True, slots=True)
class ScriptFolder:
    """``Scripts`` in files: a folder for each part."""

    path: Path

    @property
    def where(self) -> str:
        return str(self.path)

    @property
    def put_back(self) -> str:
        return f"put the scripts back into the folder {self.path / 'versions'}"

    def parts(self) -> list[str]:
        return sorted(one.name for one in self.path.glob("*") if one.is_dir() and not one.name.startswith("__"))

    def names(self, part: str) -> list[str]:
        return sorted(one.name for one in (self.path / part).glob("*.py"))

    def digests(self, part: str) -> dict[str, str]:
        return {name: sha256(self.read(part, name).encode()).hexdigest() for name in self.names(part)}

    def read(self, part: str, name: str) -> str:
        """A script's text. People put scripts there by hand, and what they put there is executed."""
        path = self.path / part / name
        try:
            return text_of(read_file(path, LARGEST_SCRIPT) or b"")
        except BadFile as bad:
            raise EngineError(f"{path}: {bad.reason}", "put the script back as it was, from a backup of it") from None

    def put(self, part: str, name: str, text: str) -> None:
        for one in ("versions", "pending", part):
            (self.path / one).mkdir(parents=True, exist_ok=True)
        for file, content in FRAME.items():
            _put(self.path / file, content)
        path = self.path / part / name
        _put(path.with_suffix(".sql"), sql_text(text))
        _put(path, text)

    def move(self, part: str, name: str, to: str) -> None:
        """There also after a power cut: what is executed next must not come to lie beside the chain."""
        path, target = self.path / part / name, self.path / to / name
        target.parent.mkdir(exist_ok=True)
        if path.with_suffix(".sql").exists():
            path.with_suffix(".sql").replace(target.with_suffix(".sql"))
        path.replace(target)
        for changed in (target.parent, path.parent, self.path):
            sync_folder(changed)

    def remove(self, part: str, name: str) -> None:
        path = self.path / part / name
        path.with_suffix(".sql").unlink(missing_ok=True)
        path.unlink(missing_ok=True)


def _put(path: Path, content: str) -> None:
    """The whole file or none of it."""
    if path.is_file() and path.read_bytes() == content.encode():
        return
    write_whole(path, content.encode())
