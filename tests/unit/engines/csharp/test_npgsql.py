"""Npgsql for an SDK's apps: pinned, restored by the SDK's own NuGet, kept. ``dotnet`` is a script; no network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from odcpub.compiler.project import NPGSQL as OF_PROJECTS
from odcpub.engines.csharp.npgsql import NPGSQL, kept, npgsql
from odcpub.engines.csharp.sdk_look import Sdk, installed
from odcpub.engines.csharp.toolchain import find_toolchain, is_there
from odcpub.errors import EngineError, TemporaryEngineError
from tests.unit.engines.csharp.conftest import CONTENT, Machine, restored

SECRET = "hunter2"
FEED = f"https://me:{SECRET}@feed.example/{SECRET}/index.json?key={SECRET}"


def taken(machine: Machine) -> Sdk:
    found = installed(machine.env).taken
    assert found
    return found


def users_package(machine: Machine, version: str) -> Path:
    """What another project of this user once restored."""
    folder = Path(machine.env["HOME"]) / ".nuget" / "packages" / "npgsql" / version
    (folder / "lib" / "net10.0").mkdir(parents=True)
    (folder / "lib" / "net10.0" / "Npgsql.dll").write_text(f"whatever {version}")
    return folder


def test_the_pinned_version_is_restored_in_locked_mode(machine: Machine) -> None:
    folder = machine.sdk()
    folder.answer("restore", writes=restored())
    made = npgsql(taken(machine), machine.env, machine.cache, machine.report)
    assert made.path.read_text() == CONTENT
    (call,) = folder.calls()
    assert call.arguments[:2] == ("restore", "restore.csproj") and "--locked-mode" in call.arguments
    assert call.folder.is_relative_to(machine.cache) and not call.folder.exists()


def test_its_licence_goes_into_images_with_the_runtimes(machine: Machine) -> None:
    machine.sdk().answer("restore", writes=restored())
    toolchain = find_toolchain("sdk", machine.cache, machine.report, machine.env).toolchain
    names = [file.name for file in toolchain.notices]
    assert names == ["LICENSE.txt", "ThirdPartyNotices.txt", "Npgsql-LICENSE.txt"]
    assert toolchain.notices[-1].read_text().startswith("Npgsql 10.0.3\nSomebody\nLicence: PostgreSQL")


def test_what_other_projects_restored_changes_nothing(machine: Machine) -> None:
    """At first the newest of the user's packages was taken."""
    machine.sdk().answer("restore", writes=restored())
    identities = set()
    for version in ("9.0.3", "10.0.3", "10.0.9", "11.0.0"):
        users_package(machine, version)
        parts = find_toolchain("auto", machine.cache, machine.report, machine.env)
        identities.add(parts.toolchain.identity)
        assert [one.read_text() for one in parts.toolchain.libraries] == [CONTENT]
    assert len(identities) == 1


def test_it_is_restored_once_and_again_when_it_is_damaged(machine: Machine) -> None:
    folder = machine.sdk()
    folder.answer("restore", writes=restored())
    first = npgsql(taken(machine), machine.env, machine.cache, machine.report)
    assert npgsql(taken(machine), machine.env, machine.cache, machine.report) == first
    assert len(folder.calls()) == 1 and len(machine.said) == 1
    first.path.write_text("changed")
    assert kept(machine.cache) is None
    assert npgsql(taken(machine), machine.env, machine.cache, machine.report) == first
    assert first.path.read_text() == CONTENT


def test_nothing_of_the_bootstrap_is_touched(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """At first its 121 MB were fetched for one file. Where something asks npm, this ends."""
    monkeypatch.setenv("PATH", "")
    machine.sdk().answer("restore", writes=restored())
    assert not is_there("auto", machine.cache, machine.env)
    find_toolchain("auto", machine.cache, machine.report, machine.env)
    assert is_there("auto", machine.cache, machine.env)
    names = sorted(path.name.partition("-")[0] for path in (machine.cache / "toolchain").iterdir())
    assert names == ["npgsql", "npgsql.lock", "runtime", "runtime.lock", "sdk", "sdk.lock"]


def test_settings_of_folders_above_do_not_reach_it(machine: Machine) -> None:
    """A lock file, the SDK itself and MSBuild's files are the folder's own; feeds are the user's."""
    folder = machine.sdk()
    folder.answer("restore", writes=restored())
    script = folder.root / "dotnet"
    copy = f'import shutil; shutil.copytree(os.getcwd(), "{machine.folder}/seen")\n'
    script.write_text(script.read_text().replace("command = ", f"{copy}command = ", 1))
    npgsql(taken(machine), machine.env, machine.cache, machine.report)
    seen = machine.folder / "seen"
    empty = dict.fromkeys(
        ("Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"), "<Project />\n"
    )
    stops = {**empty, "Directory.Build.rsp": ""}
    ours = {"global.json", "packages.lock.json", "restore.csproj"}
    assert {path.name for path in seen.iterdir()} == {*stops, *ours}
    assert {name: (seen / name).read_text() for name in stops} == stops
    assert json.loads((seen / "global.json").read_text())["sdk"] == {"version": "10.0.401", "rollForward": "disable"}
    locked = json.loads((seen / "packages.lock.json").read_text())
    assert locked["dependencies"] == {
        "net10.0": {
            "Npgsql": {
                "type": "Direct",
                "requested": "[10.0.3, 10.0.3]",
                "resolved": "10.0.3",
                "contentHash": NPGSQL.content_hash,
            }
        }
    }
    project = (seen / "restore.csproj").read_text()
    assert "<TargetFramework>net10.0<" in project and 'Include="Npgsql" Version="[10.0.3]"' in project


FAILURES = [
    (
        f"error NU1403: Package content hash validation failed for Npgsql.10.0.3. {FEED}",
        "its hash is not the pinned one",
    ),
    (f"error NU1101: Unable to find package Npgsql. No packages exist with this id in source(s): {FEED}", "no feed"),
    ("error NU1102: Unable to find package Npgsql with version (= 10.0.3)", "no feed that NuGet asks has it"),
    (f"error NU1301: Unable to load the service index for source {FEED}.", r"no feed can be reached \(feed.example\)"),
    (
        f"error NU1301: Unable to load the service index for source {FEED}.\n"
        "error NU1301:   Response status code does not indicate success: 401 (Unauthorized).",
        r"wants a login, or refuses the one that NuGet has \(feed.example\)",
    ),
    ("error NU1301: The local source '/gone' doesn't exist.", "is a folder that does not exist"),
    (
        f"error NU1301: {FEED} The SSL connection could not be established, see inner exception.\n"
        "error NU1301:   The remote certificate is invalid because of errors in the certificate chain: UntrustedRoot",
        r"not trusted here \(feed.example\)",
    ),
    (f"error NU1301: {FEED} The SSL connection could not be established", r"no feed can be reached \(feed.example\)"),
    (
        f"error NU1301: {FEED} Response status code does not indicate success: 407 (Proxy Authentication Required).",
        "the proxy wants a user",
    ),
    (
        f"error NU1301: {FEED} The proxy tunnel request to proxy 'http://proxy:1/' failed with status code '407'.",
        "the proxy wants a user",
    ),
    (
        "error NU1101: Unable to find package Npgsql.\n  Failed to restore /x/restore.csproj (in 407 ms).",
        "no feed that NuGet asks has it",
    ),
    ("error NU1301: The local source '/home/me/my certificate/feed' doesn't exist.", "is a folder that does not exist"),
    (
        "error NU1101: Unable to find package Npgsql. [/home/me/certificate/restore.csproj]\n"
        "  Restored /certificate/x.csproj; 401 (ms) NU1403",
        "no feed that NuGet asks has it",
    ),
    ("error NU1301: Unable to load the index of https://certificate.example/407/x.", "no feed can be reached"),
    ("error : No space left on device : '/home/me/status 407/x'", "the disk is full"),
    ("Unhandled exception. System.IO.IOException: No space left on device", "the disk is full"),
    (
        f"error NU3034: Package 'Npgsql 10.0.3' from source '{FEED}': signature",
        "does not accept the package's signature",
    ),
    (
        f"error : Unable to read NuGet.Config of {FEED}.",
        "cannot restore it: Unable to read NuGet.Config of feed.example",
    ),
    ("", "cannot restore it: it said nothing"),
]


@pytest.mark.parametrize(("output", "said"), FAILURES, ids=[one[1][:25] for one in FAILURES])
def test_nugets_failures_are_one_plain_message_without_secrets(machine: Machine, output: str, said: str) -> None:
    folder = machine.sdk()
    says = f"  Determining projects to restore...\n/x/restore.csproj : {output}\n" if output else ""
    folder.answer("restore", says=says, code=1)
    with pytest.raises(EngineError, match=said) as caught:
        npgsql(taken(machine), machine.env, machine.cache, machine.report)
    told = f"{caught.value.message} {caught.value.hint} {machine.said}"
    assert SECRET not in told and "Npgsql 10.0.3" in told
    assert any(words in told for words in ("dotnet nuget", "odcpub down", "make room"))
    assert len(folder.calls()) == 1, "it is not tried without its lock file"
    assert isinstance(caught.value, TemporaryEngineError) == ("can be reached" in said)
    assert [path.name for path in (machine.cache / "toolchain").iterdir()] == ["npgsql.lock"], "nothing is left"


def test_without_a_network_the_users_own_copy_of_this_version_will_do(machine: Machine) -> None:
    folder = machine.sdk()
    folder.answer("restore", errors=f"error NU1301: Unable to load the service index for source {FEED}.", code=1)
    folder.answer("restore --source", writes=restored())
    users_package(machine, "10.0.2")
    with pytest.raises(EngineError, match="no feed can be reached"):
        npgsql(taken(machine), machine.env, machine.cache, machine.report)
    own = users_package(machine, "10.0.3")
    assert npgsql(taken(machine), machine.env, machine.cache, machine.report).path.read_text() == CONTENT
    asked = folder.calls()[-1].arguments
    assert asked[asked.index("--source") + 1] == str(own.parent.parent) and "--locked-mode" in asked


@pytest.mark.parametrize(
    "code",
    [
        "NU1004: The packages lock file is inconsistent with the project dependencies",
        "NU1403: Package content hash validation failed for Npgsql.Other.10.0.0. The package is different",
        "NU1102: Unable to find package Other.Abstractions with version (>= 10.0.0)",
        "NU1100: Unable to resolve 'Other.Abstractions (>= 10.0.0)' for 'net10.0'.",
    ],
    ids=lambda code: code[:6],
)
def test_where_nuget_wants_other_packages_locked_the_hash_is_checked_all_the_same(machine: Machine, code: str) -> None:
    """What Npgsql depends on is in the framework and pruned; a NuGet that does not prune asks for it."""
    folder = machine.sdk()
    folder.answer("restore --locked-mode", errors=f"restore.csproj : error {code}", code=1)
    folder.answer("restore", writes=restored())
    assert npgsql(taken(machine), machine.env, machine.cache, machine.report).path.read_text() == CONTENT
    folder.answer("restore", writes=restored("another", "of another content"))
    with pytest.raises(EngineError, match="its hash is not the pinned one"):
        npgsql(taken(machine), machine.env, machine.folder / "other", machine.report)


def test_a_package_of_another_hash_is_not_taken_though_nuget_took_it(machine: Machine) -> None:
    machine.sdk().answer("restore", writes=restored("another", "of another content"))
    with pytest.raises(EngineError, match="its hash is not the pinned one"):
        npgsql(taken(machine), machine.env, machine.cache, machine.report)
    assert kept(machine.cache) is None


def test_nuget_gets_the_proxies_and_feeds_of_the_user_and_says_nothing_home(machine: Machine) -> None:
    folder = machine.sdk()
    folder.answer("restore", writes=restored())
    machine.env |= {"https_proxy": "http://proxy:1", "NUGET_PACKAGES": "/own", "MSBuildSDKsPath": "/other/Sdks"}
    npgsql(taken(machine), machine.env, machine.cache, machine.report)
    given = folder.calls()[-1].environment
    assert given["https_proxy"] == "http://proxy:1" and given["HOME"] == machine.env["HOME"]
    assert given["DOTNET_CLI_TELEMETRY_OPTOUT"] == "1" and given["DOTNET_CLI_UI_LANGUAGE"] == "en"
    assert given["DOTNET_GENERATE_ASPNET_CERTIFICATE"] == "false"


def test_the_project_that_people_build_names_the_same_version() -> None:
    assert NPGSQL.version == OF_PROJECTS
