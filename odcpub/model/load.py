"""The files of a model → its parts. No I/O; what is wrong with a file becomes a problem at its place."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePath

from odcpub.errors import Problem
from odcpub.files import NoText, text_of
from odcpub.model.elements import Kind
from odcpub.model.language import ASSET_KINDS
from odcpub.model.parts import read
from odcpub.model.problems import Code
from odcpub.model.raw import FileParts, Header
from odcpub.model.source import problem_at, problem_of
from odcpub.text import listed, shown
from odcpub.tree.tree import Found, Tree, is_aside


@dataclass(frozen=True, slots=True)
class RawModel:
    """A folder's parts, by file name, and the problems of files that could not become parts."""

    parts: tuple[FileParts, ...]
    problems: tuple[Problem, ...] = ()

    def header(self, key: str) -> Header | None:
        """The first header of that key, or None."""
        return next((header for part in self.parts for header in part.headers if header.key == key), None)

    @property
    def complete(self) -> bool:
        """Whether every file could be read: else what leads nowhere may well be in the one that could not."""
        return not self.problems and all(part.complete for part in self.parts)

    @property
    def kind(self) -> Kind | None:
        """What the model says it is; None where it does not."""
        return next((kind for kind in Kind if self.header(kind.value)), None)

    @property
    def name(self) -> str:
        """The asset's name; empty where the model does not say it (verify does)."""
        header = self.header(self.kind.value) if self.kind else None
        return header.value if header else ""

    @property
    def key(self) -> str:
        """The asset's UUID; empty where the model does not say it (verify does)."""
        header = self.header("key")
        return header.value if header else ""


_LEAST = 1_000
"""What a file counts besides its bytes."""


@dataclass(slots=True)
class FileCache:
    """What a server remembers of the files it has read: (path, digest of the content) → parts, and what they count, the
    latest last. Several threads use it. ``limit``: bytes of contents besides those of the model that was read last;
    what is made of them takes about thirteen times as much memory."""

    parts: dict[tuple[str, str], tuple[FileParts, int]] = field(default_factory=dict)
    limit: int = 10_000_000
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def get(self, name: str, digest: str, content: Callable[[str], bytes]) -> FileParts:
        """The parts of a file, read where they are not known. ``content``: of a digest."""
        key = (name, digest)
        with self._guard:
            found = self.parts.pop(key, None)
            if found is not None:
                self.parts[key] = found
        if found is None:
            text = content(digest)
            found = parts_of(text, name), len(text) + _LEAST
            with self._guard:
                self.parts[key] = found
        return found[0]

    def forget(self, but: Collection[tuple[str, str]]) -> None:
        """Drops the oldest of all files ``but`` these, as far as they count more than the limit."""
        with self._guard:
            others = [(key, count) for key, (_, count) in self.parts.items() if key not in but]
            surplus = sum(count for _, count in others) - self.limit
            for key, count in others:
                if surplus <= 0:
                    return
                del self.parts[key]
                surplus -= count


def load(tree: Tree, content: Callable[[str], bytes], where: str, cache: FileCache | None = None) -> RawModel:
    """The model of these files. ``content``: of a digest; ``where``: the folder or archive, for messages. With a cache,
    only files are read that it does not know."""
    cache = FileCache() if cache is None else cache
    problems: list[Problem] = []
    parts: list[FileParts] = []
    current: set[tuple[str, str]] = set()
    with no_collection():
        for name, entry in tree.model():
            if isinstance(entry, str):
                parts.append(cache.get(name, entry, content))
                current.add((name, entry))
            else:
                problems.append(problem_at(entry, name))
    cache.forget(current)
    if not parts and not problems:
        hint = "make a first model: odcpub new app PATH"
        problems.append(Problem(str(Code.NO_MODEL), f"{where} holds no model: it has no *.yaml file", hint))
    if several := _several(where, parts):
        return RawModel((), (several,))
    return RawModel(tuple(parts), tuple(problems))


def load_found(found: Found, cache: FileCache | None = None) -> RawModel:
    """The model of what a reader has found."""
    return load(found.tree, found.contents.__getitem__, found.where, cache)


def _several(folder: str, parts: Sequence[FileParts]) -> Problem | None:
    """The one thing to tell of a folder that is not a model's, but holds one or several in its subfolders: all that
    follows from reading it as one is noise."""
    heads = [part for part in parts if any(header.key in ASSET_KINDS for header in part.headers)]
    folders = sorted({part.file.rpartition("/")[0] for part in heads})
    inner = [name for name in folders if name]
    if len(folders) == 1 and inner and any(_is_beside(part.file, inner[0]) for part in parts):
        hint = f"name the folder of that model: {PurePath(folder, inner[0])}"
        message = f"{folder} is not the model's folder: the model and its stages are in {shown(inner[0])}"
        return Problem(str(Code.SEVERAL_MODELS), message, hint)
    if len(folders) < 2:
        return None
    if len(inner) == len(folders):
        message = f"{folder} holds {len(folders)} models, in {listed(inner)}"
        hint = f"name the folder of one of them: {PurePath(folder, inner[0])}"
    else:
        message = f"{folder} holds a model, and {len(inner)} more in {listed(inner)}"
        hint = "move the inner models out of it, or remove them: a folder holds one asset, subfolders included"
    return Problem(str(Code.SEVERAL_MODELS), message, hint)


def _is_beside(file: str, folder: str) -> bool:
    """Whether the file would be beside the model, and no part of it, if the folder were the model's."""
    return file.startswith(f"{folder}/") and is_aside(file[len(folder) + 1 :])


@contextmanager
def no_collection() -> Iterator[None]:
    """Pauses the garbage collector: a model is many small objects that all stay, and looking through them again and
    again takes three times as long as making them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def parts_of(content: bytes, name: str) -> FileParts:
    """The parts of a file's bytes."""
    try:
        return read(text_of(content), name)
    except NoText as bad:
        return FileParts(name, problems=(problem_of(bad, name),), complete=False)
