"""Unpacking: hostile layers write nothing outside, whiteouts delete, folders appear whole or not at all."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from odcpub.engines.image.unpack import MARK, Unpacked, unpack
from odcpub.engines.registry.layout import LayoutRegistry
from odcpub.errors import OdcpubError
from odcpub.image.content import ImageRef
from odcpub.image.layers import sha256

Entry = tuple[str, bytes, str, bytes]
"""Name, tar type, link target, content."""


def file(name: str, content: bytes = b"x") -> Entry:
    return (name, tarfile.REGTYPE, "", content)


def folder(name: str) -> Entry:
    return (name, tarfile.DIRTYPE, "", b"")


def symlink(name: str, to: str) -> Entry:
    return (name, tarfile.SYMTYPE, to, b"")


def hard_link(name: str, to: str) -> Entry:
    return (name, tarfile.LNKTYPE, to, b"")


def tar(*entries: Entry) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind, to, content in entries:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size, info.mode = kind, to, len(content), 0o755
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


class World:
    """A registry, a cache and a target below one folder, and a canary beside them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.canary = folder / "canary"
        self.canary.write_text("sings")
        self.registry = LayoutRegistry(folder / "registry")

    def put(self, *layers: bytes, base_layers: int = 1) -> ImageRef:
        config = json.dumps({"config": {"Labels": {"io.odcpub.base.layers": str(base_layers)}}}).encode()
        manifest = {"config": {"digest": sha256(config)}, "layers": [{"digest": sha256(layer)} for layer in layers]}
        text = json.dumps(manifest).encode()
        image = ImageRef("app", sha256(text))
        self.registry.put(image, text, {sha256(blob): blob for blob in (config, *layers)})
        return image

    def unpack(self, image: ImageRef) -> Unpacked:
        return unpack(self.registry, image, self.folder / "run" / image.digest[7:19], self.folder / "cache")

    def leftovers(self) -> list[str]:
        return sorted(str(path) for path in self.folder.rglob(f".*.{'[0-9a-f]' * 12}"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    assert world.canary.read_text() == "sings"
    assert {path.name for path in tmp_path.iterdir()} <= {"canary", "registry", "run", "cache"}
    assert world.leftovers() == []


BASE = tar(file("usr/share/dotnet/dotnet", b"runtime"))


def test_base_and_own_layers_come_apart_and_are_shared_by_hard_links(world: World) -> None:
    image = world.put(BASE, tar(file("app/lib.dll")), tar(file("app/app", b"start")))
    other = world.put(BASE, tar(file("app/lib.dll")), tar(file("app/app", b"other")))
    one, two = world.unpack(image), world.unpack(other)
    assert (one.root / "app/app").read_bytes() == b"start"
    assert (two.root / "app/app").read_bytes() == b"other"
    assert one.base == two.base
    assert (one.base / "usr/share/dotnet/dotnet").read_bytes() == b"runtime"
    assert not (one.root / "usr").exists()
    assert (one.root / "app/lib.dll").samefile(two.root / "app/lib.dll")
    assert not (one.root / "app/lib.dll").stat().st_mode & 0o222, "a shared file must not be writable"
    assert (one.root / "app/app").stat().st_mode & 0o100


def test_again_is_the_same_and_touches_nothing(world: World) -> None:
    image = world.put(BASE, tar(file("app/app")))
    first = world.unpack(image)
    before = (first.root / "app/app").stat()
    assert world.unpack(image) == first
    assert (first.root / "app/app").stat() == before


def test_what_is_laid_out_needs_no_registry(world: World) -> None:
    image = world.put(BASE, tar(file("app/app")))
    first = world.unpack(image)
    shutil.rmtree(world.folder / "registry")
    assert world.unpack(image) == first
    shutil.rmtree(first.base)
    with pytest.raises(OdcpubError, match="not in the registry"):
        world.unpack(image)
    world.put(BASE, tar(file("app/app")))
    assert world.unpack(image) == first
    assert (first.base / "usr/share/dotnet/dotnet").exists()


@pytest.mark.parametrize("what", ["own", "base", "mark"])
def test_files_that_a_power_cut_emptied_are_laid_out_again(world: World, what: str) -> None:
    image = world.put(BASE, tar(file("app/app", b"start")))
    first = world.unpack(image)
    emptied = {
        "own": first.root / "app/app", "base": first.base / "usr/share/dotnet/dotnet", "mark": first.root / MARK,
    }[what]  # fmt: skip
    emptied.chmod(0o600)
    emptied.write_bytes(b"")
    again = world.unpack(image)
    assert (again.root / "app/app").read_bytes() == b"start"
    assert (again.base / "usr/share/dotnet/dotnet").read_bytes() == b"runtime"
    assert again == first


def test_what_an_earlier_odcpub_has_laid_out_stays(world: World) -> None:
    image = world.put(BASE, tar(file("app/app", b"start")))
    first = world.unpack(image)
    for sizes in world.folder.rglob("*.sizes"):
        sizes.unlink()
    shutil.rmtree(world.folder / "registry")
    assert world.unpack(image) == first


def test_a_target_of_something_else_is_left_alone(world: World) -> None:
    image = world.put(BASE, tar(file("app/app")))
    target = world.folder / "run" / image.digest[7:19]
    target.mkdir(parents=True)
    (target / "mine").write_text("precious")
    with pytest.raises(OdcpubError, match="does not hold image"):
        world.unpack(image)
    assert (target / "mine").read_text() == "precious"


def test_gzip_layers_of_other_builders_are_read(world: World) -> None:
    image = world.put(gzip.compress(BASE), gzip.compress(tar(file("./app/app", b"start"))))
    assert (world.unpack(image).root / "app/app").read_bytes() == b"start"


def test_a_base_of_several_layers_is_one_folder(world: World) -> None:
    lower = tar(file("etc/a"), file("usr/lib/b", b"old"), symlink("lib", "/usr/lib"))
    image = world.put(lower, tar(file("etc/.wh.a"), file("usr/lib/b", b"new")), tar(file("app/app")), base_layers=2)
    unpacked = world.unpack(image)
    assert (unpacked.base / "lib/b").read_bytes() == b"new"
    assert not (unpacked.base / "etc/a").exists()
    assert (unpacked.root / "app/app").exists()


def test_whiteouts(world: World) -> None:
    image = world.put(
        BASE,
        tar(file("app/gone"), file("app/kept"), file("app/web/old"), file("app/tree/x")),
        tar(file("app/.wh.gone"), file("app/web/.wh..wh..opq"), file("app/web/new"), file("app/.wh.tree")),
    )
    root = world.unpack(image).root
    names = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert names == {".odcpub-image", "app/kept", "app/web/new"}


@pytest.mark.parametrize("name", ["app/.wh...", "app/.wh..", "app/.wh."])
def test_a_whiteout_deletes_nothing_above_its_folder(world: World, name: str) -> None:
    image = world.put(BASE, tar(file("app/app")), tar(file(name)))
    assert (world.unpack(image).root / "app/app").exists()


def test_a_folder_replaces_a_link_of_a_lower_layer(world: World) -> None:
    """A lower layer's link is not followed when a higher one puts a file below its name."""
    image = world.put(BASE, tar(folder("data"), symlink("app", "data")), tar(file("app/app", b"start")))
    root = world.unpack(image).root
    assert not (root / "app").is_symlink()
    assert (root / "app/app").read_bytes() == b"start"
    assert list((root / "data").iterdir()) == []


def test_absolute_links_stay_within_the_image(world: World) -> None:
    image = world.put(BASE, tar(file("etc/x", b"ours"), symlink("app/deep/link", "/etc/x")))
    assert (world.unpack(image).root / "app/deep/link").read_bytes() == b"ours"


HOSTILE = {
    "absolute": [file("/canary")],
    "dots": [file("../../../canary")],
    "dots inside": [file("app/../../../../canary")],
    "dots in a folder": [folder("../../evil")],
    "link out": [symlink("app/x", "../../../canary")],
    "link out by detour": [symlink("app/x", "a/../../../../canary")],
    "through a link": [symlink("app", ".."), file("app/canary")],
    "through an absolute link": [symlink("app", "/"), file("app/x")],
    "over a link": [symlink("app/x", "y"), folder("app/x")],
    "hard link out": [hard_link("app/x", "../../../../canary")],
    "absolute hard link": [hard_link("app/x", "/etc/passwd")],
    "hard link through a link": [folder("d"), symlink("l", "d"), file("d/f"), hard_link("x", "l/f")],
    "hard link to a link": [symlink("l", "x"), hard_link("y", "l")],
    "device": [("app/null", tarfile.CHRTYPE, "", b"")],
    "fifo": [("app/pipe", tarfile.FIFOTYPE, "", b"")],
    "file below a file": [file("app"), file("app/app")],
    "folder over a file": [file("app"), folder("app")],
    "file over a folder": [file("app/app"), file("app")],
}


@pytest.mark.parametrize("case", sorted(HOSTILE))
def test_hostile_layers_are_refused_whole(world: World, case: str) -> None:
    image = world.put(BASE, tar(file("first"), *HOSTILE[case]))
    with pytest.raises(OdcpubError, match="layer sha256:"):
        world.unpack(image)
    assert not (world.folder / "run").exists() or list((world.folder / "run").iterdir()) == []


def test_links_cannot_climb_in_steps(world: World) -> None:
    """A link's ``..`` after another link's name would climb from where that one leads."""
    image = world.put(BASE, tar(symlink("a/b/up", "../.."), symlink("x", "a/b/up/../../../canary")))
    try:
        root = world.unpack(image).root
    except OdcpubError:
        return
    assert (root / "x").resolve().is_relative_to(root.resolve())


@pytest.mark.parametrize(
    "damage",
    [b"", b"not a tar", tar(file("a", b"x" * 2000))[:1300], gzip.compress(BASE)[:40]],
    ids=["empty", "no tar", "cut tar", "cut gzip"],
)
def test_unreadable_layers(world: World, damage: bytes) -> None:
    image = world.put(BASE, damage)
    with pytest.raises(OdcpubError, match="layer sha256:"):
        world.unpack(image)


def test_an_endless_archive_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("odcpub.engines.image.untar.LARGEST", 1000)
    image = world.put(BASE, tar(file("a", b"x" * 600), file("b", b"x" * 600)))
    with pytest.raises(OdcpubError, match="more than"):
        world.unpack(image)


def test_a_damaged_blob_is_noticed_and_nothing_appears(world: World) -> None:
    layer = tar(file("app/app", b"start"))
    image = world.put(BASE, layer)
    blob = world.folder / "registry/blobs/sha256" / sha256(layer)[7:]
    blob.write_bytes(layer.replace(b"start", b"stArt"))
    with pytest.raises(OdcpubError, match="damaged"):
        world.unpack(image)
    assert not (world.folder / "cache/layers" / sha256(layer)[7:]).exists()


@pytest.mark.parametrize("digest", ["sha256:../../canary", "../../canary", "sha256:" + "A" * 64, "md5:" + "0" * 64])
def test_a_digest_cannot_be_a_path(world: World, digest: str) -> None:
    config = b"{}"
    text = json.dumps({"config": {"digest": sha256(config)}, "layers": [{"digest": digest}]}).encode()
    image = ImageRef("app", sha256(text))
    world.registry.put(image, text, {sha256(config): config})
    with pytest.raises(OdcpubError, match="digest"):
        world.unpack(image)


@pytest.mark.parametrize(
    "text", [b"[]", b"{}", b"\xff", b'{"config": 3, "layers": 4}', b'{"config": {"digest": null}}']
)
def test_a_manifest_that_is_none(world: World, text: bytes) -> None:
    image = ImageRef("app", sha256(text))
    world.registry.put(image, text, {})
    with pytest.raises(OdcpubError):
        world.unpack(image)


def test_a_missing_image_says_so(world: World) -> None:
    with pytest.raises(OdcpubError, match="not in the registry"):
        world.unpack(ImageRef("app", sha256(b"none")))
