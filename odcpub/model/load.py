"""A model's folder → its parts. Reads files, writes nothing; what is wrong with a file becomes a problem.

All ``*.yaml`` and ``*.yml`` files of the folder and its subfolders are one model; hidden files and folders, the
folder ``stages`` and the project file ``odcpub.yaml`` beside the model are not.
"""

from __future__ import annotations

import gc
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from odcpub.errors import Place, Problem
from odcpub.escaping import escaped
from odcpub.files import MAX_FILE, BadFile, NoText, read_file, text_of
from odcpub.model.elements import Kind
from odcpub.model.language import ASSET_KINDS
from odcpub.model.parts import read
from odcpub.model.problems import Code, listed
from odcpub.model.raw import FileParts, Header
from odcpub.model.source import problem_of

MAX_FILES = 10_000
MAX_FOLDERS = 10_000
MAX_BYTES = 100_000_000
_ASIDE = frozenset({"stages", "odcpub.yaml", "odcpub.yml"})
_SETTLED_NS = 50_000_000
"""A file changed less than this ago may change again without a new time stamp: it is not remembered yet."""

_Stamp = tuple[int, int, int, int, int]


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


@dataclass(slots=True)
class FileCache:
    """What a server remembers of the files it has read: per folder, path → (stamp, parts)."""

    folders: dict[str, dict[str, tuple[_Stamp, FileParts]]] = field(default_factory=dict)


def load(folder: Path, cache: FileCache | None = None) -> RawModel:
    """The model of ``folder``; with a cache, only files that changed since are read."""
    problems: list[Problem] = []
    found = _find(folder, problems)
    known = cache.folders.get(str(folder), {}) if cache else {}
    kept: dict[str, tuple[_Stamp, FileParts]] = {}
    parts: list[FileParts] = []
    with _no_collection():
        for name, path, stamp in found:
            before = known.get(name)
            part = before[1] if before and before[0] == stamp else _read(name, path)
            parts.append(part)
            if (before and before[1] is part) or time.time_ns() - max(stamp[2:4]) > _SETTLED_NS:
                kept[name] = (stamp, part)
    if cache:
        cache.folders[str(folder)] = kept
    if not found and not problems:
        hint = "'odcpub new app' makes a first model there."
        problems.append(Problem(str(Code.NO_MODEL), f"{folder} holds no model: it has no *.yaml file", hint))
    if several := _several(folder, parts):
        return RawModel((), (several,))
    return RawModel(tuple(parts), tuple(problems))


def _several(folder: Path, parts: Sequence[FileParts]) -> Problem | None:
    """The one thing to tell of a folder whose subfolders are models: all that follows from mixing them is noise."""
    heads = [part for part in parts if any(header.key in ASSET_KINDS for header in part.headers)]
    folders = sorted({part.file.rpartition("/")[0] for part in heads})
    if len(folders) < 2:
        return None
    inner = [name for name in folders if name]
    if len(inner) == len(folders):
        message = f"{folder} holds {len(folders)} models, in {listed(inner)}"
        hint = f"Name the folder of one of them: {folder / inner[0]}"
    else:
        message = f"{folder} holds a model, and {len(inner)} more in {listed(inner)}"
        hint = "A folder holds one asset, subfolders included: move the inner ones out of it, or remove them."
    return Problem(str(Code.SEVERAL_MODELS), message, hint)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pauses the garbage collector: a model is many small objects that all stay, and looking through them again and
    again takes three times as long as making them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _find(folder: Path, problems: list[Problem]) -> list[tuple[str, Path, _Stamp]]:
    """The model's files in the order of their names: (POSIX path below the folder, path to open, stamp)."""
    if not _leads(folder.is_dir):
        what = "is not a folder" if _leads(folder.exists) else "is not there"
        problems.append(
            Problem(str(Code.FOLDER), f"{folder} {what}", "Name the folder of an app's or library's model.")
        )
        return []
    tree = _Tree(problems)
    tree.walk(folder, "")
    if tree.folders > MAX_FOLDERS:
        message = f"{folder} has more than {MAX_FOLDERS:,} subfolders"
        problems[:] = [Problem(str(Code.FILE_SIZE), message, "Is this the right folder? Name that of one model.")]
        return []
    root = Path(os.path.realpath(folder))
    real = {root / name for name, _, _ in tree.files}
    for name, path in tree.links:
        target = Path(os.path.realpath(path))
        if root not in target.parents:
            hint = "Put the file itself there: a model is complete in its folder."
            problems.append(_file_problem(name, Code.FILE, "it is a link to outside of the model's folder", hint))
        elif not _leads(target.exists):
            problems.append(_file_problem(name, Code.FILE, "it is a link to nothing", "Remove it or correct the link."))
        elif target not in real and target.is_file():
            real.add(target)
            tree.files.append((name, target, _stamp(target.stat())))
    return _bounded(sorted(tree.files), problems)


def _leads(asked: Callable[[], bool]) -> bool:
    """What a link or a folder is asked; no where that may not be known, or the name is too long to be one."""
    try:
        return asked()
    except OSError:
        return False


class _Tree:
    """What a folder and its subfolders hold: YAML files, links, how many folders."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.files: list[tuple[str, Path, _Stamp]] = []
        self.links: list[tuple[str, Path]] = []
        self.folders = 0

    def walk(self, folder: Path, prefix: str) -> None:
        self.folders += 1
        if self.folders > MAX_FOLDERS:
            return
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            message = f"the folder cannot be read: {error.strerror}"
            self.problems.append(_file_problem(prefix or ".", Code.FOLDER, message, "Check its permissions."))
            return
        for entry in entries:
            if not entry.name.startswith(".") and (prefix or entry.name not in _ASIDE):
                self._take(entry, prefix + _printable(entry.name))

    def _take(self, entry: os.DirEntry[str], name: str) -> None:
        path, is_yaml = Path(entry.path), entry.name.lower().endswith((".yaml", ".yml"))
        if entry.is_symlink():
            if is_yaml or _leads(path.is_dir):
                self.links.append((name, path))
        elif entry.is_dir(follow_symlinks=False):
            self.walk(path, f"{name}/")
        elif is_yaml:
            self._file(entry, name, path)

    def _file(self, entry: os.DirEntry[str], name: str, path: Path) -> None:
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError:  # gone meanwhile: an editor's
            return
        if stat.S_ISREG(found.st_mode):
            self.files.append((name, path, _stamp(found)))
        else:
            hint = "Remove it or rename it."
            self.problems.append(_file_problem(name, Code.FILE, "it is not a regular file", hint))


def _bounded(files: list[tuple[str, Path, _Stamp]], problems: list[Problem]) -> list[tuple[str, Path, _Stamp]]:
    if len(files) > MAX_FILES or sum(stamp[1] for _, _, stamp in files) > MAX_BYTES:
        message = f"the folder has {len(files):,} YAML files of {sum(stamp[1] for _, _, stamp in files):,} bytes"
        hint = f"A model has at most {MAX_FILES:,} files and {MAX_BYTES:,} bytes; is this the right folder?"
        problems.append(Problem(str(Code.FILE_SIZE), message, hint))
        return []
    small = []
    for name, path, stamp in files:
        if stamp[1] > MAX_FILE:
            hint = f"Divide it into files of at most {MAX_FILE:,} bytes; all files of the folder are one model."
            problems.append(_file_problem(name, Code.FILE_SIZE, f"it has {stamp[1]:,} bytes", hint))
        else:
            small.append((name, path, stamp))
    return small


def _read(name: str, path: Path) -> FileParts:
    try:
        content = read_file(path, MAX_FILE)
    except BadFile as bad:
        return _unreadable(name, bad)
    return parts_of(content or b"", name)  # gone meanwhile: an editor's


def parts_of(content: bytes, name: str) -> FileParts:
    """The parts of a file's bytes, such as one from a model's archive."""
    try:
        return read(text_of(content), name)
    except NoText as bad:
        return _unreadable(name, bad)


def _unreadable(name: str, bad: BadFile) -> FileParts:
    return FileParts(name, problems=(problem_of(bad, name),), complete=False)


def _stamp(found: os.stat_result) -> _Stamp:
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_dev


def _printable(name: str) -> str:
    """A file's name as text: one that is no UTF-8 could not be told, nor kept."""
    return escaped(name)


def _file_problem(name: str, code: Code, message: str, hint: str) -> Problem:
    return Problem(str(code), message, hint, Place(name, 1, 1))
