"""Elements of the examples get other names, and their own again: every file is as it was. Every eighth element is tried
each time, all of them in `make long`."""

from __future__ import annotations

from pathlib import Path

import pytest

from odcpub.author.rename.model import Model
from odcpub.author.rename.renaming import rename
from odcpub.model.load import load_found
from odcpub.model.verify import read_alone
from odcpub.tree.folder import read_folder
from odcpub.tree.tree import Found, Tree, digest_of
from tests.tries import LONG

EXAMPLES = sorted(path for path in (Path(__file__).parents[4] / "examples").iterdir() if path.is_dir())
FIXED = ("record", "use")
"""Kinds of element whose names cannot change."""


def elements(found: Found) -> list[tuple[str, ...]]:
    raw = load_found(found)
    asset, _ = read_alone(raw)
    assert asset
    texts = {path: found.contents[str(entry)].decode() for path, entry in found.tree.model()}
    readings = Model(texts, asset, raw).readings()
    return [path for reading in readings for path, one in reading.definitions.items() if one.kind not in FIXED]


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_any_element_of_an_example(folder: Path) -> None:
    found = read_folder(folder)
    every = elements(found)
    assert every
    for *owner, name in every[:: 1 if LONG else 8]:
        made = rename(found, ".".join((*owner, name)), "Other9")
        after = {path: one.after for path, one in made.files.items()}
        tree = Tree({**found.tree.entries, **{path: digest_of(one) for path, one in after.items()}})
        renamed = Found(tree, found.where, {**found.contents, **{digest_of(one): one for one in after.values()}})
        back = rename(renamed, ".".join((*owner, "Other9")), name)
        assert {path: one.after for path, one in back.files.items()} == {
            path: one.before for path, one in made.files.items()
        }, name
