"""One file that an author writes: its text, or the problem at its place. No I/O."""

from __future__ import annotations

from collections.abc import Callable

from odcpub.errors import ModelError, Place, Problem
from odcpub.files import NoText, text_of
from odcpub.model.problems import Code
from odcpub.tree.tree import Bad, Entry


def problem_of(bad: NoText, name: str) -> Problem:
    """What is wrong with the text of the file that its author calls ``name``."""
    return Problem(str(Code.ENCODING), bad.reason, bad.hint, Place(name, bad.line, bad.column))


def problem_at(bad: Bad, name: str) -> Problem:
    """Why the file of that path is not read; of the folder as a whole where the path is empty."""
    return Problem(bad.code, bad.message, bad.hint, Place(name, 1, 1) if name else None)


def text_at(entry: Entry | None, name: str, content: Callable[[str], bytes]) -> str:
    """The text of a file beside the model, empty where there is none; ``content``: of a digest. Raises ModelError with
    the one problem."""
    try:
        if isinstance(entry, Bad):
            raise ModelError((problem_at(entry, name),), name)
        return "" if entry is None else text_of(content(entry))
    except NoText as bad:
        raise ModelError((problem_of(bad, name),), name) from None
