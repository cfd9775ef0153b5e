"""What lies in the folder of a chain is executed, and people put scripts back there by hand: read with care."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from odcpub.engines.database.chain import scripts
from odcpub.engines.database.chain_folder import ScriptFolder
from odcpub.errors import EngineError

NAME = "0001_expand_0123abcd.py"


@pytest.mark.parametrize(
    ("put", "reason"),
    [
        (lambda path: path.write_bytes(b"# caf\xe9\n"), "byte 0xe9 is not UTF-8"),
        (os.mkfifo, "it is not a regular file"),
        (lambda path: path.mkdir(), "it is not a regular file"),
    ],
    ids=["Latin-1", "pipe", "folder"],
)
def test_what_is_no_script_is_told(tmp_path: Path, put: Callable[[Path], object], reason: str) -> None:
    (tmp_path / "versions").mkdir()
    put(tmp_path / "versions" / NAME)
    with pytest.raises(EngineError) as told:
        scripts(ScriptFolder(tmp_path))
    assert told.value.message == f"{tmp_path / 'versions' / NAME}: {reason}"
    assert "from a backup" in told.value.hint


def test_a_text_that_is_known_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first script of a thousand tables has megabytes, and a migration looks at its chain several times."""
    (tmp_path / "versions").mkdir()
    path, chain = tmp_path / "versions" / NAME, ScriptFolder(tmp_path)
    for plan in ("a", "b"):
        path.write_text(f"plan = '{plan}'\nbase = 'test_chain'\n")
        assert [one.plan for one in scripts(chain)] == [plan]
        digests = chain.digests("versions")
        monkeypatch.setattr(ScriptFolder, "digests", lambda *_, found=digests: found)
        monkeypatch.setattr(ScriptFolder, "read", lambda *_: pytest.fail("is read again"))
        assert [one.plan for one in scripts(chain)] == [plan]
        monkeypatch.undo()
