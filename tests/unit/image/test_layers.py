"""Layers: the same files give the same bytes, any tar reader reads them back, hostile paths are refused."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.errors import Refused
from odcpub.image.content import File, LayerContent
from odcpub.image.layers import pack, path_problem
from tests.tries import tries

NAMES = st.text(min_size=1, max_size=120).filter(lambda name: "/" not in name and not path_problem(name))
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)


def layer(*files: File) -> LayerContent:
    return LayerContent("app", files)


def read(tar: bytes) -> dict[str, tuple[int, bytes | None]]:
    """Path → mode and bytes (None: a directory), as Python's tarfile sees them."""
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        return {
            member.name: (member.mode, None if member.isdir() else archive.extractfile(member).read())  # type: ignore[union-attr]
            for member in archive
        }


@given(st.dictionaries(PATHS, st.binary(max_size=1500), min_size=1, max_size=6))
@tries(60)
def test_a_tar_reader_gets_back_what_was_packed(files: dict[str, bytes]) -> None:
    folders = {"/".join(path.split("/")[:depth]) for path in files for depth in range(1, path.count("/") + 1)}
    if folders & set(files):
        with pytest.raises(Refused):
            pack(layer(*(File(path, content) for path, content in files.items())))
        return
    packed = pack(layer(*(File(path, content) for path, content in files.items())))
    expected = {path: (0o644, content) for path, content in files.items()}
    assert read(packed.tar) == expected | dict.fromkeys(folders, (0o755, None))


@given(st.permutations([File("app/a", b"1"), File("app/b/c", b"2"), File("app/é", b"3"), File("z", b"4")]))
def test_the_order_of_files_does_not_matter(files: list[File]) -> None:
    assert pack(layer(*files)) == pack(layer(*sorted(files, key=repr)))


def test_the_bytes_are_those_of_every_other_machine() -> None:
    """The digest is part of what a user sees: a change here changes every image."""
    packed = pack(layer(File("app/app", b"start", 0o755), File("app/" + "long/" * 30 + "ü.txt", b"x"), File("e", b"")))
    assert packed.digest == "sha256:c7c217c41ebb2e55100dacc3b69077551cfad7301cd881227a80af2f4409fa13"


def test_headers_hold_no_time_and_no_owner() -> None:
    with tarfile.open(fileobj=io.BytesIO(pack(layer(File("app/ü", b"x"))).tar)) as archive:
        for member in archive:
            assert (member.mtime, member.uid, member.gid, member.uname, member.gname) == (0, 0, 0, "", "")


@pytest.mark.parametrize("length", [98, 99, 100, 101, 255])
def test_names_at_the_header_s_edge_survive(length: int) -> None:
    for path in ("x" * length, "x" * min(length, 250) + "/y"):
        assert path in read(pack(layer(File(path, b"1"))).tar)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../x",
        "app/../../x",
        "app/./x",
        "app//x",
        "app/",
        ".",
        "a\nb",
        "a\0b",
        "\ud800",
        "x/" + "n" * 256,
        ".wh.app",
        "app/.wh..wh..opq",
    ],
)
def test_hostile_paths_are_refused(path: str) -> None:
    with pytest.raises(Refused, match="layer app"):
        pack(layer(File(path, b"")))


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ((File("a", b"1"), File("a", b"2")), "twice"),
        ((File("a", b"1"), File("a/b", b"2")), "can't be a folder too"),
        ((File("a/b", b"1"), File("a", b"2")), "can't be a folder too"),
        ((File("a", b"1", 0o4755),), "permission bits"),
    ],
)
def test_files_that_exclude_each_other_are_refused(files: tuple[File, ...], why: str) -> None:
    with pytest.raises(Refused, match=why):
        pack(layer(*files))
