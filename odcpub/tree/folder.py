"""A model's folder → its files, with every guard there is. Reads files, writes nothing.

All ``*.yaml`` and ``*.yml`` files of the folder and its subfolders are one model; hidden files and folders, the
folder ``stages`` and the project file ``odcpub.yaml`` beside the model are not, and travel for themselves.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from odcpub.escaping import escaped
from odcpub.files import MAX_FILE, BadFile, TooLarge, read_file
from odcpub.tree import tree as limits
from odcpub.tree.tree import (
    ASIDE,
    FILE,
    FILE_SIZE,
    FOLDER,
    LOCK_FILE,
    OTHER_PROJECT_FILE,
    PROJECT_FILE,
    STAGES,
    Bad,
    Code,
    Entry,
    Found,
    Tree,
    digest_of,
    is_yaml,
)


def read_folder(folder: Path) -> Found:
    """The files of the model in the folder that travel. One that cannot be read is an entry that says why."""
    reading = _Reading(folder)
    if _leads(folder.is_dir):
        reading.model()
        reading.stages()
        reading.read(LOCK_FILE, folder / LOCK_FILE, folder)
        reading.project()
    else:
        what = "is not a folder" if _leads(folder.exists) else "does not exist"
        reading.bad("", FOLDER, f"{folder} {what}", "name the folder of an app's or library's model")
    return Found(Tree(reading.entries, reading.above), str(folder), reading.contents)


def _leads(asked: Callable[[], bool]) -> bool:
    """What a link or a folder is asked; no where that may not be known, or the name is too long to be one."""
    try:
        return asked()
    except OSError:
        return False


class _Reading:
    """What is read so far: entries by path, contents by digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries: dict[str, Entry] = {}
        self.contents: dict[str, bytes] = {}
        self.above = 0

    def bad(self, path: str, code: Code, message: str, hint: str) -> None:
        self.entries[path] = Bad(code, message, hint)

    def read(self, name: str, path: Path, inside: Path | None = None) -> None:
        """One file; one that is gone meanwhile, such as an editor's, is none."""
        try:
            content = read_file(path, MAX_FILE, inside)
        except BadFile as bad:
            self.bad(name, FILE_SIZE if isinstance(bad, TooLarge) else FILE, bad.reason, bad.hint)
            return
        if content is None:
            return
        if name in self.entries:  # a name that cannot be shown as it is may be shown as another one is
            self.bad(name, FILE, "two files have names that are shown like this", "rename one of them")
            return
        self.entries[name] = digest = digest_of(content)
        self.contents[digest] = content

    def model(self) -> None:
        """The model's own files: in the order of their names, links that stay inside counted once."""
        tree = _Walk(self)
        tree.walk(self.folder, "")
        if tree.folders > limits.MAX_FOLDERS:
            self.entries.clear()
            message = f"{self.folder} has more than {limits.MAX_FOLDERS:,} subfolders"
            self.bad("", FILE_SIZE, message, "name the folder of one model")
            return
        tree.follow_links()
        size = sum(one[2] for one in tree.files)
        if len(tree.files) > limits.MAX_FILES or size > limits.MAX_BYTES:
            message = f"the folder has {len(tree.files):,} YAML files of {size:,} bytes"
            most = f"a model has at most {limits.MAX_FILES:,} files and {limits.MAX_BYTES:,} bytes"
            self.entries.clear()
            self.bad("", FILE_SIZE, message, f"name the folder of one model; {most}")
            return
        for name, path, bytes_ in sorted(tree.files):
            if bytes_ > MAX_FILE:
                hint = f"divide it into files of at most {MAX_FILE:,} bytes; all files of the folder are one model"
                self.bad(name, FILE_SIZE, f"it has {bytes_:,} bytes", hint)
            else:
                self.read(name, path)

    def stages(self) -> None:
        """The stages' files. A folder that cannot be read is one entry at ``stages``."""
        folder = self.folder / STAGES
        if not os.path.lexists(folder):
            return
        if Path(os.path.realpath(self.folder)) not in Path(os.path.realpath(folder)).parents:
            message = "its folder is a link to outside of the model's folder"
            self.bad(STAGES, FILE, message, "put the folder itself there")
            return
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 - names, not paths
        except NotADirectoryError:
            self.bad(STAGES, FILE, "its folder is a file", "remove that file, or rename it")
            return
        except OSError as error:
            self.bad(STAGES, FILE, f"it cannot be read: {error.strerror}", "check its permissions")
            return
        for name in names:
            if is_yaml(name) and not name.startswith("."):
                self.read(f"{STAGES}/{escaped(name)}", folder / name, self.folder)

    def project(self) -> None:
        """The nearest project file at or above the folder, whatever it is: passed over, its stages would be others."""
        for above, parent in enumerate((self.folder, *self.folder.parents)):
            if os.path.lexists(parent / OTHER_PROJECT_FILE):
                self.above = above
                message, hint = f"is not read: the project file is {PROJECT_FILE}", f"rename it to {PROJECT_FILE}"
                self.bad(OTHER_PROJECT_FILE, FILE, message, hint)
                return
            if os.path.lexists(parent / PROJECT_FILE):
                self.above = above
                self.read(PROJECT_FILE, parent / PROJECT_FILE, parent)
                return


class _Walk:
    """What a folder and its subfolders hold: YAML files, links, how many folders."""

    def __init__(self, reading: _Reading) -> None:
        self._reading = reading
        self.files: list[tuple[str, Path, int]] = []
        """Name, what to open, bytes."""
        self._links: list[tuple[str, Path]] = []
        self.folders = 0

    def walk(self, folder: Path, prefix: str) -> None:
        self.folders += 1
        if self.folders > limits.MAX_FOLDERS:
            return
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            message = f"the folder cannot be read: {error.strerror}"
            self._reading.bad(prefix or ".", FOLDER, message, "check its permissions")
            return
        for entry in entries:
            if not entry.name.startswith(".") and (prefix or entry.name not in ASIDE):
                self._take(entry, prefix + escaped(entry.name))

    def _take(self, entry: os.DirEntry[str], name: str) -> None:
        path = Path(entry.path)
        if entry.is_symlink():
            if is_yaml(entry.name) or _leads(path.is_dir):
                self._links.append((name, path))
        elif entry.is_dir(follow_symlinks=False):
            self.walk(path, f"{name}/")
        elif is_yaml(entry.name):
            self._file(entry, name, path)

    def _file(self, entry: os.DirEntry[str], name: str, path: Path) -> None:
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError:  # gone meanwhile: an editor's
            return
        if stat.S_ISREG(found.st_mode):
            self.files.append((name, path, found.st_size))
        else:
            self._reading.bad(name, FILE, "it is not a regular file", "remove it or rename it")

    def follow_links(self) -> None:
        """Those that stay inside are files, each target once."""
        root = Path(os.path.realpath(self._reading.folder))
        real = {root / name for name, _, _ in self.files}
        for name, path in self._links:
            target = Path(os.path.realpath(path))
            if root not in target.parents:
                hint = "put the file itself there: a model is complete in its folder"
                self._reading.bad(name, FILE, "it is a link to outside of the model's folder", hint)
            elif not _leads(target.exists):
                self._reading.bad(name, FILE, "it is a link to nothing", "remove it or correct the link")
            elif target.is_dir() and any(part.startswith(".") for part in target.relative_to(root).parts):
                self._reading.bad(name, FILE, "it is a link to a hidden folder", "put the folder itself there")
            elif target not in real and target.is_file():
                real.add(target)
                self.files.append((name, target, target.stat().st_size))
