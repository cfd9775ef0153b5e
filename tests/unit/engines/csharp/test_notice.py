"""The licence notice of a package that has an SPDX expression and no licence file."""

from __future__ import annotations

from pathlib import Path

import pytest

from odcpub.engines.csharp.notice import notice
from odcpub.errors import EngineError

NUSPEC = """\ufeff<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>Npgsql</id>
    <version>10.0.3</version>
    <authors>One,Two</authors>
    <license type="expression">PostgreSQL</license>
    <licenseUrl>https://licenses.nuget.org/PostgreSQL</licenseUrl>
    <copyright>Copyright © Some Team</copyright>
    <repository type="git" url="https://example.org" />
  </metadata>
</package>
"""


def package(folder: Path, nuspec: str) -> Path:
    (folder / "npgsql.nuspec").write_text(nuspec, encoding="utf-8")
    return folder


def test_the_notice_has_copyright_and_the_licence_s_own_words(tmp_path: Path) -> None:
    lines = notice(package(tmp_path, NUSPEC)).splitlines()
    assert lines[:2] == ["Npgsql 10.0.3", "Copyright © Some Team"]
    assert "Licence: PostgreSQL" in lines[2]
    text = " ".join(lines)
    assert "this paragraph and the following two paragraphs appear in all copies" in text
    assert "IN NO EVENT SHALL NPGSQL BE LIABLE" in text
    assert "$" not in text


def test_authors_stand_for_a_copyright_that_is_missing(tmp_path: Path) -> None:
    without = NUSPEC.replace("<copyright>Copyright © Some Team</copyright>", "")
    assert notice(package(tmp_path, without)).splitlines()[1] == "Copyright One,Two"


@pytest.mark.parametrize(
    ("nuspec", "said"),
    [
        (NUSPEC.replace(">PostgreSQL<", ">MIT<", 1), "its licence MIT has no text here"),
        (NUSPEC.replace('type="expression"', 'type="file"'), r"its licence \(none\) has no text here"),
        (NUSPEC.replace("<id>Npgsql</id>", ""), "nuspec cannot be read"),
        ("no XML", "nuspec cannot be read"),
    ],
)
def test_a_package_whose_licence_is_not_known_is_told(tmp_path: Path, nuspec: str, said: str) -> None:
    with pytest.raises(EngineError, match=said) as caught:
        notice(package(tmp_path, nuspec))
    assert caught.value.hint


def test_a_folder_without_a_nuspec_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="nuspec cannot be read"):
        notice(tmp_path)
