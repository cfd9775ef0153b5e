"""The C# compiler port with a cache in front: what was compiled once never reaches Roslyn again. Does I/O.

An assembly is known by all that its bytes depend on: the toolchain, its own texts, and the digests of what it refers
to. A reference that was compiled anew to the same bytes therefore leaves what refers to it untouched.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from odcpub.compiler.drafts import Assembly
from odcpub.engines.common.digests import digest
from odcpub.engines.common.disk import writing
from odcpub.engines.csharp.failure import CompileFailed
from odcpub.engines.csharp.order import check_references
from odcpub.engines.ports import CSharpCompiler, Toolchain
from odcpub.files import draft
from odcpub.once import Once

KEPT = 30 * 24 * 3600
"""Seconds after which an image that nobody asked for is dropped."""
HASH = 32


class CachedCompiler:
    """Wraps a compiler; ``cache`` is the user's cache folder. Safe in threads and between processes."""

    def __init__(self, inner: CSharpCompiler, cache: Path) -> None:
        self._inner = inner
        self._folder = cache / "assemblies"

    def toolchain(self) -> Toolchain:
        return self._inner.toolchain()

    def compile(self, assemblies: Sequence[Assembly], given: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """See the port. Rounds from the bottom up: an assembly's key needs the bytes of what it refers to."""
        check_references(assemblies, given)
        known = dict(given)
        digests: dict[str, str] = {}
        own = {assembly.name for assembly in assemblies}
        for name in own:
            known.pop(name, None)
        while waiting := [one for one in assemblies if one.name not in known]:
            ready = [one for one in waiting if all(name in known for name in one.references)]
            used = {name for one in ready for name in one.references}
            digests |= {name: hashlib.sha256(known[name]).hexdigest() for name in used - digests.keys()}
            keys = {one.name: self._key(one, digests) for one in ready}
            found = {name: image for name, key in keys.items() if (image := self._read(key)) is not None}
            missing = [one for one in ready if one.name not in found]
            known |= found | self._compile(missing, waiting, known, keys)
        return {one.name: known[one.name] for one in assemblies}

    def close(self) -> None:
        self._prune()
        self._inner.close()

    def _compile(
        self, missing: list[Assembly], waiting: list[Assembly], known: Mapping[str, bytes], keys: Mapping[str, str]
    ) -> dict[str, bytes]:
        if not missing:
            return {}
        try:
            made = dict(self._inner.compile(missing, known))
        except CompileFailed:
            # All problems at once: those of the later rounds too.
            self._inner.compile(waiting, known)
            raise
        for name, image in made.items():
            self._write(keys[name], image)
        return made

    def _key(self, assembly: Assembly, digests: Mapping[str, str]) -> str:
        references = [[name, digests[name]] for name in assembly.references]
        return digest(self.toolchain().identity, assembly.name, assembly.executable, _texts(assembly), references)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def _read(self, key: str) -> bytes | None:
        """The image, or None; a damaged file is as good as none."""
        path = self._path(key)
        try:
            content = path.read_bytes()
            if hashlib.sha256(content[HASH:]).digest() != content[:HASH]:
                return None
            os.utime(path)
        except OSError:
            return None
        return content[HASH:]

    def _write(self, key: str, image: bytes) -> None:
        path = self._path(key)
        with writing(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with draft(path) as new:  # a power cut may damage it: its own hash says so
                new.write_bytes(hashlib.sha256(image).digest() + image)
                new.replace(path)

    def _prune(self) -> None:
        """Drops what was not asked for in a long time, and what killed processes left."""
        oldest = time.time() - KEPT
        for path in self._folder.glob("*/*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()


_texts: Once[Assembly, str] = Once(lambda assembly: digest([[source.path, source.text] for source in assembly.sources]))
"""A digest of an assembly's own texts; one that is taken over from the last compile is the very same."""
