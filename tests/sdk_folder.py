"""A folder of the shape of an installed .NET SDK, for machines that have none. I/O in the folder it is given.

Names and needs are those of the SDK 10.0.401 for linux-x64; of managed files a choice that shows which are left out of
images. ELF files are written; ``dotnet`` is a script that records what it was asked and gives prepared answers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from odcpub.engines.csharp.launcher import PLACEHOLDER
from tests.elf_file import LOADERS, elf, program

VERSION, RUNTIME = "10.0.401", "10.0.12"
CORE, WEB = "Microsoft.NETCore.App", "Microsoft.AspNetCore.App"
C, CPP = ("libc.so.6",), ("libstdc++.so.6", "libm.so.6", "libgcc_s.so.1", "libc.so.6")
THREADS = ("libpthread.so.0", "libdl.so.2")

NATIVE: dict[str, tuple[str, ...]] = {
    "createdump": ("libdl.so.2", *CPP),
    "libSystem.Globalization.Native.so": ("libdl.so.2", *C),
    "libSystem.IO.Compression.Native.so": ("libm.so.6", *C),
    "libSystem.Native.so": ("librt.so.1", *C, "(loader)"),
    "libSystem.Net.Security.Native.so": ("libdl.so.2", *C),
    "libSystem.Security.Cryptography.Native.OpenSsl.so": (*THREADS, *C),
    "libclrgc.so": (*CPP, "(loader)"),
    "libclrgcexp.so": (*CPP, "(loader)"),
    "libclrjit.so": ("librt.so.1", *THREADS, *CPP, "(loader)"),
    "libcoreclr.so": ("librt.so.1", *THREADS, *CPP, "(loader)"),
    # A library that hardly any machine has: .NET goes on without its tracing.
    "libcoreclrtraceptprovider.so": ("liblttng-ust.so.0", *CPP),
    "libhostpolicy.so": (*THREADS, *CPP, "(loader)"),
    "libmscordaccore.so": ("librt.so.1", *THREADS, *CPP, "(loader)"),
    "libmscordbi.so": ("libmscordaccore.so", *CPP, "(loader)"),
}
"""The core framework's native files, all of them listed in its ``deps.json`` → the libraries they need."""
HOST = (*THREADS, *CPP, "(loader)")
"""What ``libhostfxr.so`` and the apphost need."""

_NAMES = {
    CORE: """
        Microsoft.CSharp Microsoft.VisualBasic Microsoft.VisualBasic.Core Microsoft.Win32.Primitives System
        System.Collections System.Console System.Diagnostics.Tracing System.IO.Compression System.Linq
        System.Net.Security System.Private.CoreLib System.Runtime System.Security.Cryptography System.Text.Json
        WindowsBase mscorlib netstandard
    """,
    WEB: """
        Microsoft.AspNetCore Microsoft.AspNetCore.Components Microsoft.AspNetCore.Components.Web
        Microsoft.AspNetCore.Http Microsoft.AspNetCore.Localization Microsoft.AspNetCore.Mvc
        Microsoft.AspNetCore.Mvc.Core Microsoft.AspNetCore.Mvc.Localization Microsoft.AspNetCore.Mvc.Razor
        Microsoft.AspNetCore.Mvc.RazorPages Microsoft.AspNetCore.Mvc.TagHelpers
        Microsoft.AspNetCore.Mvc.ViewFeatures Microsoft.AspNetCore.Razor Microsoft.AspNetCore.Razor.Runtime
        Microsoft.AspNetCore.Routing Microsoft.AspNetCore.Server.HttpSys Microsoft.AspNetCore.Server.IIS
        Microsoft.AspNetCore.Server.IISIntegration Microsoft.AspNetCore.Server.Kestrel
        Microsoft.AspNetCore.Server.Kestrel.Core Microsoft.Extensions.Hosting Microsoft.Extensions.Logging
        Microsoft.JSInterop Microsoft.Net.Http.Headers System.Threading.RateLimiting
    """,
}
MANAGED = {framework: tuple(names.split()) for framework, names in _NAMES.items()}
"""Framework → assemblies of it."""

SCRIPT = """\
#!{python} -IS
import json, os, string, sys
from pathlib import Path
root, arguments = Path(__file__).resolve().parent, sys.argv[1:]
kept = {{name: value for name, value in os.environ.items() if name.startswith({kept})}}
with (root / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps([arguments, os.getcwd(), kept]) + "\\n")
command = os.path.basename(arguments[0]) if arguments else ""
answers = json.loads((root / "answers.json").read_text())
meant = [words for words in answers if set(words.split()) <= {{command, *arguments}}]
unknown = ["", f"no such command: {{command}}\\n", 1, {{}}]
says, errors, code, writes = answers[max(meant, key=len)] if meant else unknown
if command == "--list-sdks" and command not in answers:
    says, errors, code = "".join(f"{{one.name}} [{{one.parent}}]\\n" for one in sorted(root.glob("sdk/*"))), "", 0
if command == "csc.dll" and command not in answers:
    errors, code, writes = "", 0, {{one[5:]: "compiled" for one in arguments if one.startswith("-out:")}}
options = {{name[2:]: value for name, value in zip(arguments, arguments[1:]) if name.startswith("--")}}
for path, text in writes.items():
    file = Path(string.Template(path).safe_substitute(os.environ | options))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
sys.stdout.write(says)
sys.stderr.write(errors)
sys.exit(code)
"""
KEPT = ("DOTNET_", "NUGET_", "HOME", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "LC_ALL", "LANG")
"""How the names of variables begin that ``dotnet`` records."""


@dataclass(frozen=True, slots=True)
class Call:
    """What ``dotnet`` was asked, where, and with which of the variables ``KEPT``."""

    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SdkFolder:
    """``root``: a DOTNET_ROOT. It answers ``--list-sdks`` and ``csc.dll``; all else fails until it is told how."""

    root: Path
    version: str
    runtime_version: str

    def answer(
        self, command: str, says: str = "", errors: str = "", code: int = 0, writes: Mapping[str, str] | None = None
    ) -> None:
        """What ``dotnet <command>`` does from now on; where ``command`` names options too, with these among others.

        ``writes``: path → text; a path is relative to the folder it runs in, and ``$name`` in it is a variable of its
        environment or the value that follows ``--name``."""
        file = self.root / "answers.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), command: [says, errors, code, dict(writes or {})]}))

    def calls(self) -> list[Call]:
        """What ``dotnet`` was asked so far."""
        file = self.root / "calls.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        return [Call(tuple(asked), Path(folder), kept) for asked, folder, kept in map(json.loads, lines)]

    def shared(self, framework: str = CORE) -> Path:
        return self.root / "shared" / framework / self.runtime_version


def sdk_folder(
    root: Path, version: str = VERSION, runtime: str = RUNTIME, processor: str = "x86-64", without: Iterable[str] = ()
) -> SdkFolder:
    """Writes an SDK below ``root``, beside others that are there. ``without``: patterns of paths to leave out."""
    left_out = tuple(without)
    for path, content in _files(version, runtime, processor).items():
        if not any(fnmatch(path, pattern) for pattern in left_out):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
    if not (root / "dotnet").exists():
        (root / "dotnet").write_text(SCRIPT.format(python=sys.executable, kept=KEPT))
        (root / "dotnet").chmod(0o755)
        (root / "answers.json").write_text("{}")
    return SdkFolder(root, version, runtime)


def _files(version: str, runtime: str, processor: str) -> dict[str, bytes]:
    """Path → content. Managed files say what they are, so that no two are equal."""
    tfm = "net" + ".".join(version.split(".")[:2])
    roslyn = f"sdk/{version}/Roslyn/bincore"
    apphost = program(_needs(HOST, processor), processor, tail=PLACEHOLDER.ljust(1024, b"\0"))
    files = {name: f"{name} of .NET {runtime}\n".encode() for name in ("LICENSE.txt", "ThirdPartyNotices.txt")}
    files |= {
        f"host/fxr/{runtime}/libhostfxr.so": elf(_needs(HOST, processor), processor),
        f"sdk/{version}/AppHostTemplate/apphost": apphost,
        f"sdk/{version}/dotnet.dll": b"dotnet.dll",
    }
    files |= {f"{roslyn}/{one}.dll": f"{one} {version}".encode() for one in ("csc", "VBCSCompiler")}
    for end in ("", ".CSharp", ".VisualBasic"):
        files[f"{roslyn}/Microsoft.CodeAnalysis{end}.dll"] = f"Roslyn{end} {version}".encode()
    for framework in (CORE, WEB):
        files |= _framework(framework, runtime, tfm, processor)
        pack = f"packs/{framework}.Ref/{runtime}"
        files |= {f"{pack}/ref/{tfm}/{one}.dll": f"reference {one}".encode() for one in MANAGED[framework]}
        files[f"{pack}/data/FrameworkList.xml"] = b"<FileList/>\n"
    return files


def _framework(name: str, runtime: str, tfm: str, processor: str) -> dict[str, bytes]:
    native = NATIVE if name == CORE else {}
    files = {f"{one}.dll": f"{one} {runtime}".encode() for one in MANAGED[name]}
    files |= {one: _native(one, needed, processor) for one, needed in native.items()}
    options: dict[str, object] = {"tfm": tfm}
    if name != CORE:
        options["framework"] = {"name": CORE, "version": runtime}
    files |= {
        ".version": f"{'0' * 40}\n{runtime}\n".encode(),
        f"{name}.runtimeconfig.json": _json({"runtimeOptions": options}),
        f"{name}.deps.json": _json(_deps(name, runtime, tfm, processor)),
    }
    return {f"shared/{name}/{runtime}/{one}": content for one, content in files.items()}


def _native(name: str, needed: tuple[str, ...], processor: str) -> bytes:
    write = elf if name.endswith(".so") else program
    return write(_needs(needed, processor), processor, tail=name.encode())


def _needs(names: tuple[str, ...], processor: str) -> list[str]:
    return [Path(LOADERS[processor]).name if name == "(loader)" else name for name in names]


def _deps(name: str, runtime: str, tfm: str, processor: str) -> dict[str, object]:
    """As the vendor writes it: an empty target, and one for the processor whose files the host insists on."""
    rid = {"x86-64": "linux-x64", "arm64": "linux-arm64"}[processor]
    target = f".NETCoreApp,Version=v{tfm.removeprefix('net')}"
    library = f"{name}.Runtime.{rid}/{runtime}"
    version = {"assemblyVersion": f"{runtime.split('.')[0]}.0.0.0", "fileVersion": f"{runtime}.1"}
    files: dict[str, object] = {"runtime": {f"{one}.dll": version for one in MANAGED[name]}}
    if name == CORE:
        files["native"] = {one: {"fileVersion": "0.0.0.0"} for one in NATIVE}  # noqa: S104
    return {
        "runtimeTarget": {"name": f"{target}/{rid}", "signature": ""},
        "compilationOptions": {},
        "targets": {target: {}, f"{target}/{rid}": {library: files}},
        "libraries": {library: {"type": "package", "serviceable": True, "sha512": ""}},
    }


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()
