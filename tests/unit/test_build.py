"""Which build this is: an updated or edited checkout is another one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from odcpub import __version__
from odcpub.build import build, build_of


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "api.py").write_text("one")
    return tmp_path


def test_code_that_stays_is_one_build(code: Path) -> None:
    assert build_of(code) == build_of(code)


def test_a_file_that_changes_makes_another_build(code: Path) -> None:
    before = build_of(code)
    (code / "portal" / "api.py").write_text("more")
    assert build_of(code) != before


def test_a_file_of_the_same_size_makes_another_build(code: Path) -> None:
    before = build_of(code)
    os.utime(code / "portal" / "api.py", ns=(1, 1))
    assert build_of(code) != before


def test_a_new_file_makes_another_build(code: Path) -> None:
    before = build_of(code)
    (code / "portal" / "more.py").touch()
    assert build_of(code) != before


def test_bytecode_and_hidden_files_make_none(code: Path) -> None:
    before = build_of(code)
    (code / "portal" / "__pycache__").mkdir()
    (code / "portal" / "__pycache__" / "api.pyc").touch()
    (code / "portal" / ".api.py.swp").touch()
    assert build_of(code) == before


def test_a_folder_that_is_missing_has_no_files(code: Path) -> None:
    assert build_of(code, code / "templates") == build_of(code)


def test_the_build_begins_with_the_version() -> None:
    assert build().startswith(f"{__version__}+")
