"""The C# compiler port on a real toolchain, whichever it is, and the base layer made of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from odcpub.compiler.drafts import Assembly, Source
from odcpub.engines.csharp.failure import CompileFailed
from odcpub.engines.csharp.frameworks import CORE
from odcpub.engines.csharp.host import host_files, library_files
from odcpub.engines.csharp.installed_runtime import installed_runtime
from odcpub.engines.csharp.parts import Parts
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.image.base import BaseLayer, make_base, observe, write
from odcpub.errors import EngineError
from odcpub.home import find_home
from tests.absence import absent
from tests.elf_file import elf
from tests.toolchain import toolchain_of_tests

LIB = Assembly("Lib", (Source("Lib.cs", 'namespace Lib; public static class L { public static string Hi => "hi"; }'),))
HELLO = """
using System.Security.Cryptography;
System.Console.WriteLine(Lib.L.Hi + SHA256.HashData(new byte[1]).Length + typeof(Npgsql.NpgsqlConnection).Name);
var builder = Microsoft.AspNetCore.Builder.WebApplication.CreateSlimBuilder(args);
await using var app = builder.Build();
System.Console.WriteLine(app.Environment.EnvironmentName);
"""
APP = Assembly("app", (Source("app.cs", HELLO),), ("Lib",), executable=True)


@pytest.fixture(scope="session")
def parts() -> Parts:
    return toolchain_of_tests()


@pytest.fixture(scope="module")
def compiler(parts: Parts) -> Iterator[RoslynCompiler]:
    made = RoslynCompiler(lambda: parts)
    yield made
    made.close()


def test_two_fresh_processes_give_the_same_bytes(parts: Parts, compiler: RoslynCompiler) -> None:
    other = RoslynCompiler(lambda: parts)
    try:
        assert other.compile([APP, LIB], {}) == compiler.compile([LIB, APP], {})
    finally:
        other.close()


def test_a_given_image_is_as_good_as_its_sources(compiler: RoslynCompiler) -> None:
    both = compiler.compile([LIB, APP], {})
    assert compiler.compile([APP], {"Lib": both["Lib"]}) == {"app": both["app"]}


def test_every_error_names_its_element(compiler: RoslynCompiler) -> None:
    text = 'class A {\n int x = "a";\n}\nclass B { Gone c; }'
    bad = Assembly("bad", (Source("bad.cs", text, ((1, "Entity A"), (4, "Entity B"))),))
    after = Assembly("after", (Source("after.cs", "class X : A {}"),), ("bad",))
    with pytest.raises(CompileFailed) as caught:
        compiler.compile([after, bad, LIB], {})
    found = [(problem.element, problem.code) for problem in caught.value.problems]
    assert found == [("Entity A", "CS0029"), ("Entity B", "CS0246")]


@pytest.mark.parametrize("name", ["Größe Ω", "a'b\"c", "line\nbreak", "../../up", "$(x)", "{0}", "\u2028", "a" * 300])
def test_hostile_names_neither_break_the_protocol_nor_reach_the_disk(compiler: RoslynCompiler, name: str) -> None:
    unit = Assembly(name, (Source(name, f"// {name.splitlines()[0]}\nclass C {{ int x = y; }}", ((1, name),)),))
    with pytest.raises(CompileFailed) as caught:
        compiler.compile([unit], {})
    assert {problem.element for problem in caught.value.problems} == {name}


def test_texts_that_no_encoding_knows_are_an_error_not_a_hang(compiler: RoslynCompiler) -> None:
    unit = Assembly("odd", (Source("odd.cs", 'class C { const string S = "\ud800"; }'),))
    try:
        compiler.compile([unit], {})
    except EngineError as error:
        assert "compile server" in error.message
    assert "Lib" in compiler.compile([LIB], {})


def test_a_killed_server_is_started_again(compiler: RoslynCompiler) -> None:
    before = compiler.start()
    os.kill(before, signal.SIGKILL)
    assert "Lib" in compiler.compile([LIB], {})
    assert compiler.start() != before


def test_a_toolchain_that_vanished_is_asked_for_again(parts: Parts, tmp_path: Path) -> None:
    launcher = tmp_path / "app"
    launcher.touch()
    asked: list[Parts] = []

    def find() -> Parts:
        launcher.touch()
        asked.append(replace(parts, toolchain=replace(parts.toolchain, launcher=launcher)))
        return asked[-1]

    made = RoslynCompiler(find)
    first = made.start()
    assert (made.start(), len(asked)) == (first, 1)
    launcher.unlink()
    assert made.toolchain().launcher.exists()
    assert "Lib" in made.compile([LIB], {})
    assert len(asked) == 2
    assert made.start() != first
    made.close()


def test_threads_take_turns(compiler: RoslynCompiler) -> None:
    results: dict[int, object] = {}

    def work(number: int) -> None:
        unit = Assembly("T", (Source("T.cs", f"public class T{number} {{}}"),))
        results[number] = compiler.compile([unit], {})["T"].count(f"T{number}".encode()) > 0

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == dict.fromkeys(range(4), True)


def test_a_server_that_cannot_start_says_why(parts: Parts, tmp_path: Path) -> None:
    """As after .NET was upgraded under it: its runtime is not there."""
    *start, driver = parts.command
    folder = shutil.copytree(Path(driver).parent, tmp_path / "driver")
    (config,) = folder.glob("*.runtimeconfig.json")
    config.write_text(config.read_text().replace(parts.toolchain.runtime_version, "99.0.0"))
    broken = replace(parts, command=(*start, str(folder / Path(driver).name)))
    with pytest.raises(EngineError, match="compile server: ended while it worked: exit code"):
        RoslynCompiler(lambda: broken).compile([LIB], {})


def test_closing_ends_the_process(parts: Parts) -> None:
    made = RoslynCompiler(lambda: parts)
    pid = made.start()
    made.close()
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(EngineError, match="stopped"):
        made.compile([LIB], {})


@pytest.fixture(scope="module")
def base(parts: Parts) -> BaseLayer:
    return make_base(parts.toolchain, find_home().cache, print)


def test_the_base_layer_is_made_once_with_the_same_bytes(parts: Parts, base: BaseLayer, tmp_path: Path) -> None:
    said: list[str] = []
    assert make_base(parts.toolchain, find_home().cache, said.append) == base
    assert said == []
    with tarfile.open(base.tar) as tar:
        members = tar.getmembers()
    assert [one.name for one in members] == sorted((one.name for one in members), key=str.encode)
    assert {(one.mtime, one.uid, one.gid) for one in members} == {(0, 0, 0)}
    assert next(one for one in members if one.name == "tmp").mode == 0o1777
    texts = {f"usr/share/doc/odcpub/{one.name}" for one in parts.toolchain.notices}
    assert texts and texts <= {one.name for one in members}


def test_an_app_runs_on_the_base_layer_and_nothing_else(
    base: BaseLayer, compiler: RoslynCompiler, tmp_path: Path
) -> None:
    subprocess.run(["tar", "-xf", str(base.tar), "-C", str(tmp_path)], check=True)
    toolchain = compiler.toolchain()
    for file in (*host_files(toolchain), *library_files(toolchain)):
        (tmp_path / file.path).write_bytes(file.content)
        (tmp_path / file.path).chmod(file.mode)
    for name, image in compiler.compile([LIB, APP], {}).items():
        (tmp_path / "app" / f"{name}.dll").write_bytes(image)
    (tmp_path / "proc").mkdir()
    chroot = shutil.which("chroot", path="/usr/sbin:/usr/bin:/sbin:/bin")
    inside = 'mount -t proc proc "$1/proc" && exec env -i $3 "$2" "$1" /app/app'
    env = " ".join(f"{name}={value}" for name, value in base.env)
    isolate = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child"]
    if chroot is None or subprocess.run([*isolate, "true"], capture_output=True, check=False).returncode:
        absent("rights of root", "no user namespaces, in which the base layer runs without an engine")
    done = subprocess.run(
        [*isolate, "sh", "-c", inside, "sh", str(tmp_path), chroot, env],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout == "hi32NpgsqlConnection\nProduction\n", done.stderr


def test_an_app_runs_on_a_runtime_that_is_laid_out_as_an_installed_one(
    parts: Parts, compiler: RoslynCompiler, tmp_path: Path
) -> None:
    """Two native files more are listed, as an SDK lists them: one is not needed, one lacks a library. The real host
    refuses to start where a listed file is missing."""
    toolchain = compiler.toolchain()
    dotnet = tmp_path / "dotnet"
    shutil.copytree(toolchain.root, dotnet)
    folder = dotnet / "shared" / CORE / toolchain.runtime_version
    deps = json.loads((folder / f"{CORE}.deps.json").read_bytes())
    (library,) = list(deps["targets"].values())[-1].values()
    for name in ("libcoreclrtraceptprovider.so", "libSystem.Tracing.Native.so"):
        (folder / name).write_bytes(elf(["liblttng-ust.so.none"]))
        library["native"][name] = {"fileVersion": "0.0.0.0"}  # noqa: S104
    (folder / f"{CORE}.deps.json").write_text(json.dumps(deps))
    root = installed_runtime(dotnet, toolchain.runtime_version, tmp_path / "cache", print).root
    shutil.rmtree(dotnet)
    for file in (*host_files(toolchain), *library_files(toolchain)):
        (tmp_path / file.path).parent.mkdir(exist_ok=True)
        (tmp_path / file.path).write_bytes(file.content)
        (tmp_path / file.path).chmod(file.mode)
    for name, image in compiler.compile([LIB, APP], {}).items():
        (tmp_path / "app" / f"{name}.dll").write_bytes(image)
    done = subprocess.run(
        [tmp_path / "app" / "app"], env={"DOTNET_ROOT": str(root), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout == "hi32NpgsqlConnection\nProduction\n", done.stderr


def test_the_same_entries_are_the_same_tar(parts: Parts, tmp_path: Path) -> None:
    small = {path: entry for path, entry in observe(parts.toolchain, {}).items() if not path.endswith((".dll", ".so"))}
    assert write(small, tmp_path) == write(dict(reversed(small.items())), tmp_path)
