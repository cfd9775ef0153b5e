"""A model's files on their way in: no more of them, and no larger ones, than a reader takes; nothing is kept else."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from odcpub.errors import UsageError
from odcpub.operations.model_files import accept, take
from odcpub.tree import tree
from odcpub.tree.tree import Tree, digest_of

from .conftest import Installed


def sent(contents: Iterable[bytes], name: str = "{}.yaml") -> Tree:
    return Tree({name.format(at): digest_of(one) for at, one in enumerate(contents)})


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MAX_FILE", 10)
    monkeypatch.setattr(tree, "MAX_BYTES", 25)


@pytest.mark.parametrize(
    ("contents", "name", "said"),
    [
        ([b"x" * 11], "{}.yaml", "0.yaml: has 11 bytes, more than 10"),
        ([b"a" * 9, b"b" * 9, b"c" * 9], "{}.yaml", "the model's files have 27 bytes, more than 25"),
        ([b"a" * 9] * 3, "{}.yaml", "the model's files have 27 bytes, more than 25"),
        ([b"a" * 9, b"b" * 9, b"c" * 9], "stages/{}.yaml", "the files beside the model have 27 bytes"),
    ],
    ids=["one", "together", "the same content under many names", "stages"],
)
def test_too_much_is_refused_before_anything_is_kept(
    installed: Installed, contents: list[bytes], name: str, said: str
) -> None:
    before = [*installed.store.blobs.digests()]
    with pytest.raises(UsageError, match=said) as refused:
        accept(installed.platform, sent(contents, name), contents)
    assert refused.value.hint
    assert [*installed.store.blobs.digests()] == before


def test_what_was_sent_before_counts(installed: Installed) -> None:
    """A client may send the files of a model a few at a time."""
    contents = [b"a" * 9, b"b" * 9, b"c" * 9]
    whole = sent(contents)
    assert len(accept(installed.platform, whole, contents[:1])) == 2
    assert len(accept(installed.platform, whole, contents[1:2])) == 1
    with pytest.raises(UsageError, match="27 bytes"):
        accept(installed.platform, whole, contents[2:])


def test_files_of_which_one_has_gone_are_not_taken(installed: Installed) -> None:
    contents = [b"a", b"b"]
    given = sent(contents)
    assert not accept(installed.platform, given, contents)
    take(installed.platform, given.digest)
    (installed.store.folder / "blobs" / digest_of(b"a")[:2] / digest_of(b"a")).unlink()
    installed.platform.caches._taken.clear()
    with pytest.raises(UsageError, match="not all files of this model are there any more"):
        take(installed.platform, given.digest)
