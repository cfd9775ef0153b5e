"""The files of a model, by their path: the digest of each content, or why it is not read. No I/O.

Which files travel: the YAML files that the model is made of, ``odcpub.lock``, ``stages/*.yaml``, and the project file
``odcpub.yaml``, the nearest at or above the model's folder. Everything else stays at home.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from odcpub.escaping import escaped, in_short
from odcpub.files import MAX_FILE

MAX_FILES = 10_000
MAX_FOLDERS = 10_000
MAX_BYTES = 100_000_000
LONGEST_PATH, LONGEST_TEXT = 4_096, 20_000
MOST_ABOVE = 1_000

FORMAT = 1
PROJECT_FILE, OTHER_PROJECT_FILE, LOCK_FILE, STAGES = "odcpub.yaml", "odcpub.yml", "odcpub.lock", "stages"
ASIDE = frozenset({STAGES, PROJECT_FILE, OTHER_PROJECT_FILE})
"""Names at the top of the folder that are no part of the model itself."""
Code = Literal["ODC-M001", "ODC-M003", "ODC-M004"]
FOLDER: Final = "ODC-M001"
FILE: Final = "ODC-M003"
FILE_SIZE: Final = "ODC-M004"
"""Codes of what keeps a file from being read (``odcpub.model.problems``)."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


class BadTree(ValueError):
    """A manifest that is not a tree, made by another program. The text says why."""


@dataclass(frozen=True, slots=True)
class Bad:
    """Why a file or folder is not read, and how to mend it. ``code``: of the model's problems."""

    code: Code
    message: str
    hint: str


Entry = str | Bad
"""The sha256 of a file's content in hexadecimal, or why there is none."""


@dataclass(frozen=True, slots=True)
class Tree:
    """``entries``: POSIX path below the model's folder → content or why there is none; the path ``""`` stands for the
    folder as a whole, ``.`` and paths that end in a slash for folders that cannot be looked into. ``above``: how many
    folders above the model's the project file lies."""

    entries: Mapping[str, Entry]
    above: int = 0

    def text(self) -> str:
        """The tree as canonical JSON: the same files, the same text."""
        files = {path: one for path, one in self.entries.items() if isinstance(one, str)}
        bad = {path: [one.code, one.message, one.hint] for path, one in self.entries.items() if isinstance(one, Bad)}
        return json.dumps({"format": FORMAT, "above": self.above, "files": files, "bad": bad}, sort_keys=True)

    @property
    def digest(self) -> str:
        """The sha256 of the tree's text, made anew at each call."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    @property
    def project_path(self) -> str:
        """The project file's path, as seen from the model's folder."""
        return "../" * self.above + PROJECT_FILE

    def contents(self) -> set[str]:
        """The digests of all contents."""
        return {one for one in self.entries.values() if isinstance(one, str)}

    def model(self) -> Iterable[tuple[str, Entry]]:
        """The files of the model itself, sorted."""
        return ((path, one) for path, one in sorted(self.entries.items()) if not is_aside(path))

    def stages(self) -> dict[str, Entry]:
        """The files in ``stages``, by their name there."""
        start = f"{STAGES}/"
        return {path[len(start) :]: one for path, one in self.entries.items() if path.startswith(start)}

    def beside(self) -> dict[str, Entry]:
        """What configures stages: the project file and the stages' files, by path."""
        return {path: one for path, one in self.entries.items() if is_aside(path) and path != LOCK_FILE}


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader has found: the tree, and each content by its digest. ``where``: the folder or archive, for
    people."""

    tree: Tree
    where: str
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def is_aside(path: str) -> bool:
    """Whether the path is beside the model: project file, stages, lock file."""
    return path.partition("/")[0] in ASIDE or path == LOCK_FILE


def parse(text: str) -> Tree:
    """The tree of a text that ``Tree.text`` has made, here or elsewhere. Raises BadTree."""
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise BadTree(f"its format is {data['format']}, not {FORMAT}")
        return checked(data["files"], {path: Bad(*one) for path, one in data["bad"].items()}, data["above"])
    except BadTree:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadTree(f"it is not a list of files: {type(error).__name__}") from None


def checked(files: Mapping[str, str], bad: Mapping[str, Bad], above: int) -> Tree:
    """The tree of these entries, all of which are looked at: names, digests, how many. Raises BadTree."""
    if len(files) + len(bad) > MAX_FILES:
        raise BadTree(f"it has more than {MAX_FILES:,} files")
    if not isinstance(above, int) or not 0 <= above <= MOST_ABOVE:
        raise BadTree("the project file's place is not a number of folders")
    if twice := files.keys() & bad.keys():
        raise BadTree(f"{min(twice)}: occurs twice")
    for path, digest in files.items():
        if reason := why_no_path(path) or ("" if travels(path) else "is no file of a model"):
            raise BadTree(f"{in_short(path, 80)}: {reason}")
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise BadTree(f"{path}: its content is not named by a sha256")
    for path, one in bad.items():
        texts = (path, one.code, one.message, one.hint)
        if not all(isinstance(text, str) and len(text) <= LONGEST_TEXT for text in texts):
            raise BadTree("a problem is not three texts")
        if one.code not in (FOLDER, FILE, FILE_SIZE) or (path not in ("", ".") and why_no_path(path.rstrip("/"))):
            raise BadTree(f"{in_short(path, 80)}: is no problem that a reader finds")
    return Tree({**files, **bad}, above)


def check_sizes(tree: Tree, sizes: Mapping[str, int]) -> None:
    """Raises BadTree where the files have more bytes than a reader takes: a file, the model's files together, or those
    beside it. ``sizes``: bytes by the content's digest, as far as they are known."""
    files = [(path, sizes.get(one, 0)) for path, one in tree.entries.items() if isinstance(one, str)]
    for path, size in files:
        if size > MAX_FILE:
            raise BadTree(f"{path}: has {size:,} bytes, more than {MAX_FILE:,}")
    for what, aside in (("the model's files", False), ("the files beside the model", True)):
        if (size := sum(size for path, size in files if is_aside(path) is aside)) > MAX_BYTES:
            raise BadTree(f"{what} have {size:,} bytes, more than {MAX_BYTES:,}")


def travels(path: str) -> bool:
    """Whether a file of this path belongs to a model: its YAML files, project file, lock and stages' files; nothing
    hidden."""
    parts = path.split("/")
    if any(part.startswith(".") for part in parts):
        return False
    if path in (PROJECT_FILE, LOCK_FILE):
        return True
    if parts[0] == STAGES:
        return len(parts) == 2 and is_yaml(path)
    return is_yaml(path) and path != OTHER_PROJECT_FILE


def is_yaml(name: str) -> bool:
    """Whether a file of this name is read as YAML."""
    return name.lower().endswith((".yaml", ".yml"))


def why_no_path(path: str) -> str:
    """Why the text is no path of a file below a folder; empty where it is one."""
    if not isinstance(path, str) or not path or len(path) > LONGEST_PATH:
        return "is empty or too long for a path"
    if path.startswith("/"):
        return "is an absolute path"
    parts = path.split("/")
    if ".." in parts:
        return "leads out of the folder"
    if "." in parts or "" in parts:
        return "is no plain path"
    if escaped(path) != path:
        return "has signs that cannot be shown"
    return ""


def digest_of(content: bytes) -> str:
    """The sha256 of a file's content in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
