"""What ``doctor`` says of the C# toolchain in each state of a machine; asking sets nothing up."""

from __future__ import annotations

from pathlib import Path

import pytest

from odcpub.engines.csharp import bootstrap, packages
from odcpub.engines.csharp.sdk_look import INSTALL
from odcpub.engines.csharp.standing import Standing, standing
from odcpub.engines.csharp.toolchain import find_toolchain
from odcpub.errors import EngineError
from tests.sdk_folder import SdkFolder
from tests.unit.engines.csharp.conftest import Machine, restored

NOT_FETCHED = "the bootstrap toolchain is not fetched yet"
FETCHES = "the first publish fetches it (121 MB)"
SCRIPT = "curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0"


def doctor(machine: Machine, choice: str = "auto") -> Standing:
    """As it is, with a look at whether asking left something behind."""
    before = sorted(machine.folder.rglob("*"))
    made = standing(choice, machine.cache, machine.env)
    assert sorted(machine.folder.rglob("*")) == before, "asking sets nothing up"
    return made


def whole(machine: Machine) -> SdkFolder:
    folder = machine.sdk()
    folder.answer("restore", writes=restored())
    find_toolchain("auto", machine.cache, machine.report, machine.env)
    return folder


def set_up(machine: Machine) -> Path:
    folder = machine.cache / "toolchain" / f"bootstrap-{bootstrap.key()[:16]}"
    folder.mkdir(parents=True)
    (folder / "contents.json").write_text("{}")
    return folder


def test_a_whole_sdk(machine: Machine) -> None:
    root = whole(machine).root
    assert doctor(machine) == Standing(f"sdk: .NET SDK 10.0.401, .NET 10.0.12 in {root}, Npgsql 10.0.3")
    assert doctor(machine, "sdk") == doctor(machine)


def test_npgsql_is_not_there_yet(machine: Machine) -> None:
    """With or without a network: that is found out when it is fetched."""
    root = machine.sdk().root
    told = doctor(machine)
    assert told.found == f"sdk: .NET SDK 10.0.401, .NET 10.0.12 in {root}, Npgsql 10.0.3 not restored yet"
    assert told.hints == (
        "the first publish restores Npgsql 10.0.3 with NuGet, which needs a feed that has it: dotnet nuget list source",
    )


def test_two_sdks_and_a_preview(machine: Machine) -> None:
    root = whole(machine).root
    machine.sdk(version="10.0.100", runtime="10.0.0")
    machine.sdk(version="11.0.100-rc.1", runtime="11.0.0-rc.1")
    told = doctor(machine)
    assert told.hints == () and told.found == (
        f"sdk: .NET SDK 10.0.401, .NET 10.0.12 in {root}, Npgsql 10.0.3 (besides: .NET SDK 10.0.100 in {root}; "
        f".NET SDK 11.0.100-rc.1 in {root} is not taken: it is a preview)"
    )


def test_an_sdk_without_the_aspnet_pack(machine: Machine) -> None:
    root = machine.sdk(without=("packs/Microsoft.AspNetCore.App.Ref/*",)).root
    told = doctor(machine)
    why = f".NET SDK 10.0.401 in {root} is not taken: it lacks the pack Microsoft.AspNetCore.App.Ref 10.0"
    assert told == Standing(NOT_FETCHED, (FETCHES, why, f"install it again: {SCRIPT} --install-dir {root}"))
    folder = set_up(machine)
    found = f"bootstrap: C# compiler 4.8.0, .NET 9.0.7, Npgsql 9.0.3 in {folder}/dotnet"
    assert doctor(machine) == Standing(found, (*told.hints[1:], *packages.WARNINGS))


@pytest.mark.parametrize(
    ("version", "why"), [("8.0.404", "it is older than .NET 10"), ("11.0.100-preview.3", "it is a preview")]
)
def test_an_sdk_that_is_too_old_or_a_preview(machine: Machine, version: str, why: str) -> None:
    root = machine.sdk(version=version, runtime="8.0.11").root
    told = doctor(machine)
    assert told == Standing(NOT_FETCHED, (FETCHES, f".NET SDK {version} in {root} is not taken: {why}", INSTALL))
    with pytest.raises(EngineError, match=f"csharp=sdk: .NET SDK {version} in {root} is not taken: {why}"):
        doctor(machine, "sdk")


def test_no_sdk_at_all(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Standing(f"{NOT_FETCHED}, and there is no .NET SDK", (FETCHES, f"or install a .NET SDK 10: {SCRIPT}"))
    assert doctor(machine) == told
    monkeypatch.setattr(bootstrap.platform, "machine", lambda: "aarch64")
    with pytest.raises(EngineError, match="the bootstrap does not run here"):
        doctor(machine)


def test_an_sdk_that_the_settings_leave_aside(machine: Machine) -> None:
    root = whole(machine).root
    aside = (
        f".NET SDK 10.0.401 in {root} is left aside: csharp=bootstrap",
        "to use it: odcpub engines set csharp=auto",
    )
    assert doctor(machine, "bootstrap") == Standing(NOT_FETCHED, (FETCHES, *aside))
