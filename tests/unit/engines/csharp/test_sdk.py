"""Which .NET SDK is found, which is taken, and why not: on folders of an SDK's shape; ``dotnet`` is a script."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from odcpub.engines.csharp import bootstrap, sdk_look, sdk_places, toolchain
from odcpub.engines.csharp.frameworks import FRAMEWORKS
from odcpub.engines.csharp.sdk_look import installed
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.csharp.toolchain import find_toolchain, is_there
from odcpub.errors import EngineError, UsageError
from tests.sdk_folder import VERSION
from tests.unit.engines.csharp.conftest import Machine, restored

ASPNET_PACK = ("packs/Microsoft.AspNetCore.App.Ref/*",)


def found(machine: Machine) -> tuple[str, str]:
    """The root's name and version of the SDK that is taken."""
    taken = installed(machine.env).taken
    return (taken.root.name, taken.version) if taken else ("", "")


def program(machine: Machine, name: str, text: str) -> Path:
    """A ``dotnet`` of its own in a folder that becomes the path."""
    file = machine.folder / name / "dotnet"
    file.parent.mkdir()
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    machine.env["PATH"] = str(file.parent)
    return file


def test_its_parts_are_of_one_version(machine: Machine) -> None:
    machine.sdk()
    taken = installed(machine.env).taken
    assert taken and (taken.version, taken.runtime_version, taken.tfm) == (VERSION, "10.0.12", "net10.0")
    assert {path.parts[-3:-1] for path in taken.references} == {("ref", "net10.0")}
    assert {path.parts[-5] for path in taken.references} == {f"{one}.Ref" for one in FRAMEWORKS}


def test_of_two_sdks_the_newest_usable_is_taken(machine: Machine) -> None:
    for version, runtime in (("9.0.300", "9.0.7"), ("10.0.99", "10.0.1"), ("10.0.100", "10.0.2")):
        machine.sdk(version=version, runtime=runtime)
    machine.sdk(version="11.0.100-preview.1", runtime="11.0.0-preview.1")
    machine.sdk(version="11.0.100", runtime="11.0.0", without=ASPNET_PACK)
    assert found(machine) == ("dotnet", "10.0.100")
    assert [one.version for one in installed(machine.env).spare] == ["10.0.99"]


def test_the_newest_is_taken_wherever_it_is_unless_dotnet_root_names_another(machine: Machine) -> None:
    machine.sdk("one", version="10.0.100")
    machine.sdk("home/.dotnet", version="10.0.401")
    assert found(machine) == ("one", "10.0.100")
    machine.env["PATH"] = machine.env.pop("DOTNET_ROOT")
    assert found(machine) == (".dotnet", "10.0.401")
    machine.env["DOTNET_ROOT"] = str(machine.folder / "nowhere")
    assert found(machine) == (".dotnet", "10.0.401")


def by_link(machine: Machine, root: Path) -> None:
    (machine.folder / "bin").mkdir()
    (machine.folder / "bin" / "dotnet").symlink_to(root / "dotnet")
    machine.env["PATH"] = str(machine.folder / "bin")


def by_location(machine: Machine, root: Path) -> None:
    (machine.folder / "etc").mkdir()
    (machine.folder / "etc" / "install_location").write_text(f"{root}\n")


def by_location_of_the_processor(machine: Machine, root: Path) -> None:
    by_location(machine, machine.folder / "gone")
    name = sdk_places.PROCESSORS[os.uname().machine]
    (machine.folder / "etc" / f"install_location_{name}").write_text(f"{root}\n")


def by_script(machine: Machine, root: Path) -> None:
    """As version managers' shims and distributions' wrappers do it."""
    program(machine, "shims", f'exec "{root}/dotnet" "$@"')


def by_variable_of_the_processor(machine: Machine, root: Path) -> None:
    machine.env[f"DOTNET_ROOT_{sdk_places.PROCESSORS[os.uname().machine].upper()}"] = str(root)


@pytest.mark.parametrize(
    "tell", [by_link, by_location, by_location_of_the_processor, by_script, by_variable_of_the_processor]
)
def test_it_is_found_by_whatever_tells_its_folder(machine: Machine, tell: Callable[[Machine, Path], None]) -> None:
    """At first a wrapper on the path and the installers' file told nothing."""
    root = machine.sdk("somewhere else/dotnet").root
    machine.env.pop("DOTNET_ROOT")
    assert found(machine) == ("", "")
    tell(machine, root)
    assert found(machine) == ("dotnet", VERSION)


def test_dotnet_is_asked_only_where_its_place_tells_nothing(machine: Machine) -> None:
    folder = machine.sdk()
    by_link(machine, folder.root)
    assert found(machine) == ("dotnet", VERSION)
    machine.env.pop("DOTNET_ROOT")
    assert found(machine) == ("dotnet", VERSION)
    assert folder.calls() == []
    machine.env["DOTNET_ROOT"] = str(folder.root)
    (machine.folder / "bin" / "dotnet").unlink()
    program(machine, "shims", f"touch {machine.folder}/asked")
    assert found(machine) == ("dotnet", VERSION)
    assert not (machine.folder / "asked").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sleep 60 & sleep 60", "gave no answer to --list-sdks within 1 s"),
        ("exit 1", "lists no SDK"),
        ("echo 'no version is set for dotnet' >&2; exit 126", "lists no SDK"),
    ],
)
def test_a_wrapper_that_tells_nothing_is_named_and_never_waited_for(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.setattr(sdk_places, "PATIENCE", 0.5)
    shim = program(machine, "shims", text)
    machine.env["PATH"] += ":/usr/bin:/bin"
    began = time.monotonic()
    (one,) = installed(machine.env).not_taken
    assert str(one).startswith(f"{shim} is not taken: ") and one.hint.endswith(f"{shim} --list-sdks")
    assert said.replace("1 s", "0 s") in one.why
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        ({"without": ASPNET_PACK}, "it lacks the pack Microsoft.AspNetCore.App.Ref 10.0"),
        ({"without": ("packs/*",)}, "it lacks the pack Microsoft.NETCore.App.Ref 10.0, the pack Microsoft.AspNetCore"),
        ({"without": ("shared/Microsoft.AspNetCore.App/*",)}, "it lacks the runtime Microsoft.AspNetCore.App 10.0"),
        ({"without": ("*csc.dll",)}, "it lacks its compiler"),
        ({"without": ("*/apphost",)}, "it lacks its apphost"),
        ({"without": ("host/*",)}, "it lacks a version that host/fxr and both runtimes have"),
        ({"version": "9.0.300", "runtime": "9.0.7"}, "it is older than .NET 10"),
        ({"version": "11.0.100-preview.3.25201.16", "runtime": "11.0.0-preview.3"}, "it is a preview"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_an_sdk_that_cannot_be_used_is_named_with_what_it_lacks(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, shape: dict[str, object], why: str
) -> None:
    """``auto`` then says so and goes on with the bootstrap; ``sdk`` ends, and says how to get one."""
    root = machine.sdk(**shape).root
    (one,) = installed(machine.env).not_taken
    version = shape.get("version", VERSION)
    assert str(one).startswith(f".NET SDK {version} in {root} is not taken: {why}")
    assert "curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0" in one.hint
    monkeypatch.setattr(toolchain, "bootstrap", lambda cache, report: "the bootstrap")
    assert find_toolchain("auto", machine.cache, machine.report, machine.env) == "the bootstrap"
    assert machine.said == [f"{one}; the bootstrap toolchain is used"]
    with pytest.raises(EngineError) as caught:
        find_toolchain("sdk", machine.cache, machine.report, machine.env)
    assert caught.value.message == f"csharp=sdk: {one}" and caught.value.hint.endswith(one.hint)


def test_a_runtime_without_an_sdk_is_told(machine: Machine) -> None:
    root = machine.sdk(without=("sdk/*", "packs/*")).root
    (one,) = installed(machine.env).not_taken
    assert str(one) == f".NET in {root} is not taken: it is a runtime without an SDK, and runtimes don't compile"
    assert one.hint.startswith("install a .NET SDK 10")


def test_what_the_system_installed_is_mended_by_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk_look.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "dnf" else None)
    assert sdk_look._install(Path("/usr/lib64/dotnet"), "10.0", ["a", "b"]) == "install what it lacks: dnf install a b"
    own = sdk_look._install(Path("/home/a b/.dotnet"), "10.0", ["a"])
    assert own.endswith("--channel 10.0 --install-dir '/home/a b/.dotnet'")


def test_a_folder_that_cannot_be_read_is_named(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    root = machine.sdk().root

    def closed(_: Path) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(sdk_look, "look", closed)
    (one,) = installed(machine.env).not_taken
    assert str(one) == f"{root} is not taken: it cannot be read: Permission denied"


def test_asking_for_an_sdk_that_is_not_there_says_how_to_go_on(machine: Machine) -> None:
    with pytest.raises(EngineError, match=r"csharp=sdk: no \.NET SDK 10 or newer was found") as caught:
        find_toolchain("sdk", machine.cache, machine.report, machine.env)
    assert "csharp=auto" in caught.value.hint and "https://dot.net" in caught.value.hint
    with pytest.raises(UsageError, match="csharp=mono"):
        find_toolchain("mono", machine.cache, machine.report, machine.env)


def test_a_compile_server_that_does_not_compile_says_what_the_compiler_said(machine: Machine) -> None:
    folder = machine.sdk()
    folder.answer("restore", writes=restored())
    folder.answer("csc.dll", says="driver.cs(1,1): error CS0006: no such file\nmore\n", code=1)
    with pytest.raises(
        EngineError, match=r"cannot compile the compile server: driver.cs.* CS0006: no such file$"
    ) as caught:
        find_toolchain("auto", machine.cache, machine.report, machine.env)
    assert f".NET SDK {VERSION} in {folder.root}" in caught.value.message
    assert not list((machine.cache / "toolchain").glob("sdk-*"))


def test_the_compile_server_is_compiled_once_by_the_sdks_own_compiler(machine: Machine) -> None:
    folder = machine.sdk()
    folder.answer("restore", writes=restored())
    parts = find_toolchain("sdk", machine.cache, machine.report, machine.env)
    assert find_toolchain("auto", machine.cache, machine.report, machine.env) == parts
    assert [Path(call.arguments[0]).name for call in folder.calls()] == ["restore", "csc.dll"]
    assert (parts.toolchain.source, parts.toolchain.runtime_version) == ("sdk", "10.0.12")
    assert parts.command[0] == str(folder.root / "dotnet") and Path(parts.command[1]).is_file()
    assert b"app.dll\0" in parts.toolchain.launcher.read_bytes()


def test_an_sdk_that_is_upgraded_while_the_server_runs_is_looked_for_again(machine: Machine) -> None:
    """The system's packages take the old version away and leave the folder and its ``dotnet``."""
    folder = machine.sdk()
    folder.answer("restore", writes=restored())
    compiler = RoslynCompiler(lambda: find_toolchain("sdk", machine.cache, machine.report, machine.env))
    assert compiler.toolchain().compiler_version == VERSION
    for part in ("sdk", "packs", "shared", "host"):
        shutil.rmtree(folder.root / part)
    machine.sdk(version="10.0.402", runtime="10.0.13")
    found = compiler.toolchain()
    assert (found.compiler_version, found.runtime_version) == ("10.0.402", "10.0.13")


@pytest.mark.parametrize(
    ("choice", "there", "expected"),
    [
        ("auto", (), False),
        ("auto", ("bootstrap",), True),
        ("auto", ("sdk", "npgsql"), True),
        ("auto", ("sdk",), False),
        ("auto", ("sdk", "bootstrap"), False),
        ("bootstrap", ("sdk", "npgsql"), False),
        ("bootstrap", ("bootstrap",), True),
        ("sdk", (), True),
        ("sdk", ("sdk",), False),
        ("sdk", ("sdk", "npgsql"), True),
    ],
)
def test_it_is_known_whether_a_toolchain_must_be_fetched(
    machine: Machine, choice: str, there: tuple[str, ...], expected: bool
) -> None:
    """Never by the folder alone: an aborted set-up leaves that, with downloads in it."""
    (machine.cache / "toolchain" / "downloads").mkdir(parents=True)
    (machine.cache / "toolchain" / "bootstrap-of-before").mkdir()
    if "sdk" in there:
        machine.sdk().answer("restore", writes=restored())
    if "npgsql" in there:
        find_toolchain("sdk", machine.cache, machine.report, machine.env)
    folder = machine.cache / "toolchain" / f"bootstrap-{bootstrap.key()[:16]}"
    if "bootstrap" in there:
        folder.mkdir()
        (folder / "dotnet").write_bytes(b"12")
        (folder / "contents.json").write_text('{"dotnet": 2}')
    assert is_there(choice, machine.cache, machine.env) == expected
    if "bootstrap" in there and "sdk" not in there:
        (folder / "dotnet").write_bytes(b"1")
        assert not is_there(choice, machine.cache, machine.env), "what is cut is fetched again"
