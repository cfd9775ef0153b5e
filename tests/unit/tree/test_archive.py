"""An archive is the folder again, bit by bit the same each time; whatever else is in it is refused in one line."""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from odcpub.author.archiving import write_archive
from odcpub.errors import OdcpubError, Refused, UsageError
from odcpub.tree import archive as archives
from odcpub.tree.archive import ABOUT, archive, read_archive
from odcpub.tree.folder import read_folder

KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "project" / "model"
    (folder / "stages").mkdir(parents=True)
    (folder / "app.yaml").write_text(f"app: Shop\nkey: {KEY}\n")
    (folder / "stages" / "qa.yaml").write_text("settings: {}\n")
    (folder / "odcpub.lock").write_text("")
    (folder / "token.txt").write_text("s3cret")
    (folder.parent / "odcpub.yaml").write_text("stages: { Development: {}, QA: {} }\n")
    return folder


def test_an_archive_is_its_folder_and_the_same_bytes_each_time(model: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "shop.oap")
    made = write_archive(read_folder(model), out)
    first = Path(out).read_bytes()
    for path in model.rglob("*"):
        path.touch()
    write_archive(read_folder(model), out)
    assert Path(out).read_bytes() == first
    assert b"s3cret" not in first
    folder, packed = read_folder(model), read_archive(Path(out))
    assert (packed.tree, packed.contents) == (folder.tree, folder.contents)
    assert (made["name"], made["key"], made["digest"]) == ("Shop", KEY, folder.tree.digest)
    with zipfile.ZipFile(out) as packed_file:
        names = packed_file.namelist()
        assert names == [ABOUT, "app.yaml", "odcpub.lock", "odcpub.yaml", "stages/qa.yaml"]
        assert {one.date_time for one in packed_file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_cannot_be_read_is_not_archived_in_part(model: Path) -> None:
    (model / "out.yaml").symlink_to("/etc/hostname")
    (model / "stages" / "dev.yaml").symlink_to("nowhere")
    with pytest.raises(Refused, match="cannot be archived whole") as refused:
        write_archive(read_folder(model), "")
    assert [one.partition(":")[0] for one in refused.value.details] == ["out.yaml", "stages/dev.yaml"]


def test_names_that_differ_in_case_alone_are_not_archived(model: Path) -> None:
    (model / "APP.yaml").write_text("")
    with pytest.raises(Refused, match=r"APP\.yaml and app\.yaml differ in case alone"):
        archive(read_folder(model), "Shop", KEY)


@pytest.mark.parametrize("text", ["", "app: Shop\n", f"key: {KEY}\n", "nonsense: ["])
def test_what_is_no_model_is_not_archived(model: Path, text: str) -> None:
    (model / "app.yaml").write_text(text)
    with pytest.raises(Refused, match="the model has no name or key"):
        write_archive(read_folder(model), "")


Change = Callable[[dict[str, bytes]], object]


def packed(model: Path, change: Change, **of_app: int) -> bytes:
    """An archive with other entries; ``of_app``: what the entry of app.yaml is said to be."""
    found = read_folder(model)
    with zipfile.ZipFile(io.BytesIO(archive(found, "Shop", KEY))) as file:
        files = {name: file.read(name) for name in file.namelist()}
    change(files)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            if name == "app.yaml":
                for attribute, value in of_app.items():
                    setattr(info, attribute, value)
            file.writestr(info, content)
    return made.getvalue()


def adding(name: str, content: bytes = b"") -> Change:
    return lambda files: files.update({name: content})


def about(**values: object) -> Change:
    return lambda files: files.update({ABOUT: json.dumps(json.loads(files[ABOUT]) | values).encode()})


REFUSED: dict[str, tuple[Change, dict[str, int], str]] = {
    "out of the folder": (adding("../../.bashrc.yaml"), {}, "leads out of the folder"),
    "absolute": (adding("/etc/cron.yaml"), {}, "is an absolute path"),
    "hidden": (adding(".ssh/config.yaml"), {}, "is no file of a model"),
    "not a model's": (adding("run.sh"), {}, "run.sh: is no file of a model"),
    "a folder": (adding("sub/"), {}, "is not a regular file"),
    "an order to the terminal": (adding("a\x1b[2J.yaml"), {}, r"a\\x1b\[2J.yaml: has signs that cannot be shown"),
    "case": (adding("APP.yaml"), {}, "app.yaml and APP.yaml differ in case alone"),
    "a link": (adding("x.yaml"), {"external_attr": (stat.S_IFLNK | 0o777) << 16}, "app.yaml: is a link"),
    "a device": (adding("x.yaml"), {"external_attr": (stat.S_IFBLK | 0o777) << 16}, "is not a regular file"),
    "one large file": (adding("x.yaml", b"x" * 5_000_001), {}, "has 5,000,001 bytes, more than 5,000,000"),
    "compressed otherwise": (adding("x.yaml"), {"compress_type": zipfile.ZIP_LZMA}, "app.yaml: is compressed"),
    "changed": (adding("app.yaml", b"app: Other"), {}, "its files are not those that it was made of"),
    "one too many": (adding("more.yaml"), {}, "its files are not those that it was made of"),
    "no about": (lambda files: files.pop(ABOUT), {}, f"it has no {ABOUT}"),
    "nonsense about": (adding(ABOUT, b"[" * 9_000), {}, f"it has no {ABOUT}"),
    "a later format": (about(format=2), {}, "its format is 2, and this odcpub reads 1"),
    "another place": (about(above=-1), {}, "is not a number of folders"),
    "too many": (lambda files: files.update({f"{one}.yaml": b"" for one in range(10_001)}), {}, "more than 10,000"),
}


def said(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        read_archive(path)
    assert refused.value.hint
    assert "\n" not in refused.value.message
    return refused.value.message.removeprefix(f"{path}: ")


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_archive_of_a_model_is_refused(model: Path, tmp_path: Path, case: str) -> None:
    change, of_app, why = REFUSED[case]
    found = said(tmp_path / "bad.oap", packed(model, change, **of_app))
    assert found.startswith("is no archive of a model: ")
    assert why.replace("\\\\", "\\").replace("\\[", "[") in found


def test_a_name_that_is_there_twice_is_refused(model: Path, tmp_path: Path) -> None:
    content = packed(model, adding("apq.yaml"), date_time=(1980, 1, 1, 0, 0, 0))  # type: ignore[arg-type]
    assert said(tmp_path / "bad.oap", content.replace(b"apq.yaml", b"app.yaml")).endswith("app.yaml: occurs twice")


def test_an_encrypted_entry_is_refused(model: Path, tmp_path: Path) -> None:
    content = bytearray(archive(read_folder(model), "Shop", KEY))
    at = content.index(b"PK\x01\x02") + 8
    content[at : at + 2] = struct.pack("<H", 1)
    assert said(tmp_path / "bad.oap", bytes(content)).endswith(f"{ABOUT}: is encrypted")


def test_a_bomb_is_not_unpacked(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one that says how large it is, nor one that lies, nor one that would grow."""
    bomb = adding("app.yaml", b"x" * 900_000)
    assert said(tmp_path / "bad.oap", packed(model, bomb, compress_type=zipfile.ZIP_DEFLATED)).endswith("is compressed")
    lies = bytearray(packed(model, bomb))
    at = lies.index(b"PK\x01\x02", lies.index(b"PK\x01\x02") + 4) + 24
    lies[at : at + 4] = struct.pack("<I", 10)
    assert said(tmp_path / "bad.oap", bytes(lies)).endswith("it contains data besides the model's files")
    monkeypatch.setattr(archives, "MAX_BYTES", 1_000)
    assert "bytes, more than 1,000" in said(tmp_path / "bad.oap", packed(model, bomb))


def test_a_part_of_an_archive_is_refused_wherever_it_was_cut(model: Path, tmp_path: Path) -> None:
    whole = archive(read_folder(model), "Shop", KEY)
    for size in range(0, len(whole), 7):
        why = said(tmp_path / "bad.oap", whole[:size])
        assert why.startswith(("is damaged or incomplete", "is no archive of a model"))


def test_a_changed_byte_is_noticed_wherever_it_is(model: Path, tmp_path: Path) -> None:
    """Or it changes nothing that is used, such as a time."""
    whole, path = archive(read_folder(model), "Shop", KEY), tmp_path / "bad.oap"
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        try:
            found = read_archive(path)
        except OdcpubError:
            continue
        assert (found.tree, found.contents) == (read_folder(model).tree, read_folder(model).contents)


def test_something_before_or_behind_it_is_refused(model: Path, tmp_path: Path) -> None:
    whole = archive(read_folder(model), "Shop", KEY)
    assert "does not begin as a zip file does" in said(tmp_path / "bad.oap", b"#!/bin/sh\n" + whole)
    assert said(tmp_path / "bad.oap", whole + b"more")


def hiding_between(whole: bytes) -> bytes:
    """Bytes before the second entry, with a directory that knows where all is."""
    second, end = whole.index(b"PK\x03\x04", 4), whole.index(b"PK\x01\x02")
    made = bytearray(whole[:second] + b"hidden" + whole[second:])
    at = end + 6
    while made[at : at + 4] == b"PK\x01\x02":
        (offset,) = struct.unpack_from("<I", made, at + 42)
        struct.pack_into("<I", made, at + 42, offset + 6 if offset else 0)
        at += 46 + sum(struct.unpack_from("<HHH", made, at + 28))
    struct.pack_into("<I", made, at + 16, end + 6)
    return bytes(made)


def hiding_before_the_directory(whole: bytes) -> bytes:
    end = whole.index(b"PK\x01\x02")
    made = bytearray(whole[:end] + b"hidden" + whole[end:])
    struct.pack_into("<I", made, len(made) - 6, end + 6)
    return bytes(made)


def hiding_beside(field: str) -> Callable[[bytes], bytes]:
    """In the comment of an entry, or its extra field."""

    def hide(whole: bytes) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(whole)) as file, zipfile.ZipFile(made, "w") as out:
            for one in file.infolist():
                content = file.read(one)
                setattr(one, field, b"\xfe\xca\x06\x00hidden")
                out.writestr(one, content)
        return made.getvalue()

    return hide


@pytest.mark.parametrize(
    "hide", [hiding_between, hiding_before_the_directory, hiding_beside("comment"), hiding_beside("extra")],
    ids=["between entries", "before the directory", "comment", "extra field"],
)  # fmt: skip
def test_what_no_digest_is_of_is_refused(model: Path, tmp_path: Path, hide: Callable[[bytes], bytes]) -> None:
    hidden = hide(archive(read_folder(model), "Shop", KEY))
    assert b"hidden" in hidden
    with zipfile.ZipFile(io.BytesIO(hidden)) as file:
        assert not file.testzip(), "any other reader takes it"
    assert said(tmp_path / "bad.oap", hidden).endswith("it contains data besides the model's files")


def test_what_is_no_file_is_told_and_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_archive(tmp_path / "none.oap")
    (tmp_path / "link.oap").symlink_to("/dev/zero")
    with pytest.raises(UsageError, match="it is not a regular file"):
        read_archive(tmp_path / "link.oap")
