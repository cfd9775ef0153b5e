"""One file that an author writes: its text, or the problem at its place. Reads that file."""

from __future__ import annotations

from pathlib import Path

from odcpub.errors import ModelError, Place, Problem
from odcpub.files import MAX_FILE, BadFile, NoText, TooLarge, read_file, text_of
from odcpub.model.problems import Code


def problem_of(bad: BadFile, name: str) -> Problem:
    """What is wrong with the file that its author calls ``name``."""
    if isinstance(bad, NoText):
        return Problem(str(Code.ENCODING), bad.reason, bad.hint, Place(name, bad.line, bad.column))
    code = Code.FILE_SIZE if isinstance(bad, TooLarge) else Code.FILE
    return Problem(str(code), bad.reason, bad.hint, Place(name, 1, 1))


def read_source(path: Path, name: str, inside: Path) -> str:
    """The text of a file beside the model, empty where there is none; ``inside``: the folder that no link leads out
    of. Raises ModelError with the one problem."""
    try:
        content = read_file(path, MAX_FILE, inside)
        return "" if content is None else text_of(content)
    except BadFile as bad:
        raise ModelError((problem_of(bad, name),), name) from None
