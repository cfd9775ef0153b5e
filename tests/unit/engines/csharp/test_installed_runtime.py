"""An installed SDK's frameworks as apps and images get them; the SDK and the system's libraries are written here."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from odcpub.engines.common.libraries import LibraryAbsent
from odcpub.engines.csharp import installed_runtime as made
from odcpub.engines.csharp.frameworks import NEEDED
from odcpub.engines.csharp.host import host_files, library_files
from odcpub.engines.csharp.installed_runtime import Runtime, installed_runtime
from odcpub.engines.csharp.launcher import PLACEHOLDER, write_launcher
from odcpub.engines.csharp.toolchain import find_toolchain
from odcpub.engines.image.assembly import AssemblyBuilder
from odcpub.engines.image.base import BaseLayer, make_base
from odcpub.engines.ports import Toolchain
from odcpub.engines.registry.layout import LayoutRegistry
from odcpub.image.content import ImageContent, LayerContent, Settings
from tests.elf_file import LOADERS, elf, program, system
from tests.sdk_folder import CORE, MANAGED, NATIVE, WEB, SdkFolder, sdk_folder
from tests.unit.engines.csharp.conftest import Machine, restored

QUIET = lambda line: None  # noqa: E731


@pytest.fixture(autouse=True)
def libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the system's libraries, those for arm64 beside it; ``liblttng-ust.so.0`` is not among them."""
    monkeypatch.setattr("odcpub.engines.common.libraries.SYSTEM", tmp_path / "system")
    system(tmp_path / "system", "arm64")
    return system(tmp_path / "system", "x86-64")


@pytest.fixture
def sdk(tmp_path: Path) -> SdkFolder:
    return sdk_folder(tmp_path / "dotnet")


def runtime(sdk: SdkFolder, cache: Path, report: Callable[[str], None] = QUIET) -> Runtime:
    return installed_runtime(sdk.root, sdk.runtime_version, cache, report)


def base(sdk: SdkFolder, cache: Path) -> BaseLayer:
    found = runtime(sdk, cache)
    apphost = sdk.root / "sdk" / sdk.version / "AppHostTemplate" / "apphost"
    launcher = write_launcher(apphost, PLACEHOLDER, cache / "app", "app.dll")
    licence = (sdk.root / "LICENSE.txt",)
    toolchain = Toolchain(
        "sdk", sdk.version, sdk.runtime_version, found.digest, found.root, launcher, (), notices=licence
    )
    return make_base(toolchain, cache, QUIET)


def modes(layer: BaseLayer) -> dict[str, int]:
    """Path of a file in the layer → its mode."""
    with tarfile.open(layer.tar) as tar:
        return {one.name: one.mode for one in tar.getmembers() if one.isfile()}


def add(sdk: SdkFolder, name: str, content: bytes) -> None:
    """One more native file, listed as the vendor lists them."""
    (sdk.shared() / name).write_bytes(content)
    file = sdk.shared() / f"{CORE}.deps.json"
    deps = json.loads(file.read_bytes())
    (library,) = list(deps["targets"].values())[-1].values()
    library["native"][name] = {"fileVersion": "0.0.0.0"}  # noqa: S104
    file.write_text(json.dumps(deps))


def test_an_image_is_made_though_the_tracing_provider_lacks_its_library(sdk: SdkFolder, tmp_path: Path) -> None:
    shared = f"usr/share/dotnet/shared/{CORE}/{sdk.runtime_version}"
    found = modes(base(sdk, tmp_path / "cache"))
    inside = {Path(path).name for path in found if path.startswith(shared)}
    assert NEEDED - {"libhostfxr.so"} <= inside
    assert "libcoreclrtraceptprovider.so" not in inside
    assert f"usr/share/dotnet/host/fxr/{sdk.runtime_version}/libhostfxr.so" in found
    assert {Path(path).name for path in found} >= {
        "libssl.so.3",
        "libcrypto.so.3",
        "ld-linux-x86-64.so.2",
        "LICENSE.txt",
    }


def test_what_no_app_loads_is_left_out_and_everything_else_is_there(sdk: SdkFolder, tmp_path: Path) -> None:
    root = runtime(sdk, tmp_path / "cache").root
    left_out = {"Microsoft.VisualBasic", "Microsoft.VisualBasic.Core", "Microsoft.JSInterop"}
    left_out |= {one for one in MANAGED[WEB] if ".Razor" in one or ".Components" in one or "IIS" in one}
    left_out |= {f"Microsoft.AspNetCore.{one}" for one in ("Server.HttpSys", "Mvc.TagHelpers", "Mvc.ViewFeatures")}
    left_out |= {"Microsoft.AspNetCore.Mvc.Localization"}
    for framework in (CORE, WEB):
        folder = root / "shared" / framework / sdk.runtime_version
        assert {one.stem for one in folder.glob("*.dll")} == {*MANAGED[framework]} - left_out
    assert not (root / "shared" / CORE / sdk.runtime_version / "createdump").exists()
    assert {one.name for one in root.iterdir()} == {"shared", "host"}


def test_the_host_is_told_of_files_that_are_there_and_of_no_others(sdk: SdkFolder, tmp_path: Path) -> None:
    assert len(NATIVE) == 14
    (sdk.shared() / "System.Linq.dll").unlink()
    root = runtime(sdk, tmp_path / "cache").root
    for framework in (CORE, WEB):
        folder = root / "shared" / framework / sdk.runtime_version
        deps = json.loads((folder / f"{framework}.deps.json").read_bytes())
        ((name, files),) = deps["targets"][deps["runtimeTarget"]["name"]].items()
        assert [name] == list(deps["libraries"]) == [f"{framework}/{sdk.runtime_version}"]
        there = {one.name for one in folder.iterdir() if one.suffix != ".json"}
        assert {*files["runtime"], *files["native"]} == there
    assert files["runtime"]["Microsoft.AspNetCore.dll"]["assemblyVersion"] == "10.0.0.0"
    options = json.loads((folder / f"{WEB}.runtimeconfig.json").read_bytes())["runtimeOptions"]
    assert options == {"tfm": "net10.0", "framework": {"name": CORE, "version": sdk.runtime_version}}


def test_what_may_be_missing_is_left_out_with_what_needs_it(sdk: SdkFolder, tmp_path: Path) -> None:
    add(sdk, "libSystem.New.so", elf(["libnew.so.1", "libc.so.6"]))
    add(sdk, "libSystem.Newer.so", elf(["libSystem.New.so"]))
    add(sdk, "libSystem.Fine.so", elf(["libSystem.Native.so", "libm.so.6"]))
    inside = {Path(path).name for path in modes(base(sdk, tmp_path / "cache"))}
    assert "libSystem.Fine.so" in inside
    assert not inside & {"libSystem.New.so", "libSystem.Newer.so"}


def test_a_library_that_came_later_brings_its_file_back(sdk: SdkFolder, tmp_path: Path, libraries: Path) -> None:
    add(sdk, "libSystem.New.so", elf(["libnew.so.1"]))
    before = runtime(sdk, tmp_path / "cache")
    (libraries / "libnew.so.1").write_bytes(elf())
    after = runtime(sdk, tmp_path / "cache")
    assert (after.root / "shared" / CORE / sdk.runtime_version / "libSystem.New.so").exists()
    assert after.digest != before.digest, "an image with it is another image"


@pytest.mark.parametrize(
    ("gone", "who"),
    [("libstdc++.so.6", "libcoreclr.so needs it"), ("libssl.so.3", "Cryptography.Native.OpenSsl.so opens it")],
)
def test_without_a_library_that_apps_need_no_image_is_made(
    sdk: SdkFolder, tmp_path: Path, libraries: Path, gone: str, who: str
) -> None:
    (libraries / gone).unlink()
    with pytest.raises(LibraryAbsent) as caught:
        base(sdk, tmp_path / "cache")
    assert gone in caught.value.message
    if gone == "libssl.so.3":
        assert who in caught.value.message


def test_programs_can_be_started_and_nothing_else_can(sdk: SdkFolder, tmp_path: Path) -> None:
    """However they are installed: packages differ in the modes of libraries."""
    add(sdk, "helper", program(["libc.so.6"]))
    (sdk.shared() / "libclrjit.so").chmod(0o775)
    (sdk.shared() / "helper").chmod(0o700)
    found = {Path(path).name: mode for path, mode in modes(base(sdk, tmp_path / "cache")).items() if "dotnet" in path}
    assert {name for name, mode in found.items() if mode != 0o644} == {"helper"}
    assert found["helper"] == 0o755


def test_the_same_sdk_gives_the_same_bytes_wherever_and_whenever_it_was_installed(tmp_path: Path) -> None:
    made = []
    for number, name in enumerate(("one", "two")):
        sdk = sdk_folder(tmp_path / name)
        os.utime(sdk.shared() / "System.Linq.dll", (number, number))
        made.append((base(sdk, tmp_path / f"cache-{name}").digest, runtime(sdk, tmp_path / f"cache-{name}").digest))
    assert made[0] == made[1]


def test_it_is_laid_out_once_and_read_no_more(sdk: SdkFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    first = runtime(sdk, tmp_path / "cache", said.append)
    assert said == ["laying out the .NET runtime, once"]
    monkeypatch.setattr(made, "_make", None)
    assert runtime(sdk, tmp_path / "cache", said.append) == first
    assert len(said) == 1


def test_what_was_damaged_or_left_half_is_made_again(sdk: SdkFolder, tmp_path: Path) -> None:
    first = runtime(sdk, tmp_path / "cache")
    folder = first.root.parent
    (first.root / "shared" / CORE / sdk.runtime_version / "libcoreclr.so").unlink()
    (folder.parent / f".{folder.name}.{'0' * 12}").mkdir()
    again = runtime(sdk, tmp_path / "cache")
    assert again == first
    assert (again.root / "shared" / CORE / sdk.runtime_version / "libcoreclr.so").exists()
    assert {one.name for one in folder.parent.iterdir()} == {folder.name, "runtime.lock"}


def test_an_sdk_that_was_repaired_in_place_is_another_runtime(sdk: SdkFolder, tmp_path: Path) -> None:
    before = runtime(sdk, tmp_path / "cache")
    (sdk.shared() / "System.Linq.dll").write_bytes(b"mended")
    assert runtime(sdk, tmp_path / "cache").digest != before.digest


@pytest.mark.parametrize(("processor", "architecture"), [("x86-64", "amd64"), ("arm64", "arm64")])
def test_the_base_layer_is_for_the_processor_of_the_sdk(tmp_path: Path, processor: str, architecture: str) -> None:
    layer = base(sdk_folder(tmp_path / "dotnet", processor=processor), tmp_path / "cache")
    assert layer.architecture == architecture
    paths = modes(layer)
    assert LOADERS[processor].lstrip("/") in paths
    assert {path.split("/")[1] for path in paths if path.endswith("libstdc++.so.6")} == {
        {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[architecture]
    }


@pytest.mark.parametrize(("processor", "architecture"), [("x86-64", "amd64"), ("arm64", "arm64")])
def test_two_users_of_an_sdk_make_the_same_image_for_its_processor(
    machine: Machine, processor: str, architecture: str
) -> None:
    machine.sdk(processor=processor).answer("restore", writes=restored())
    images = []
    for user in ("one", "two"):
        cache = machine.folder / user
        toolchain = find_toolchain("auto", cache, machine.report, machine.env).toolchain
        builder = AssemblyBuilder(LayoutRegistry(cache / "images"), partial(make_base, toolchain, cache, QUIET))
        app = LayerContent("app", (*host_files(toolchain), *library_files(toolchain)))
        images.append(builder.build(ImageContent(builder.base(), (app,), Settings(("/app/app",))), "helpdesk"))
        (entry,) = json.loads((cache / "images" / "index.json").read_bytes())["manifests"]
        assert entry["platform"] == {"architecture": architecture, "os": "linux"}
    assert images[0] == images[1]
