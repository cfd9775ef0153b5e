"""One file changed → image pushed: our own assembly beside ``docker build`` and ``docker push`` of the same content.

Needs Docker and ODCPUB_TEST_REGISTRY=<host:port>. Prints medians in seconds and their ratio; both builders get the
same content in turns, on a base of 90 MB that both have pushed before. ``python -m bench.image [rounds]``
"""

from __future__ import annotations

import hashlib
import io
import os
import random
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.report import LeftOut, Table, seconds, show
from bench.report import times as factor
from odcpub.engines.common.elf import processor_of
from odcpub.engines.image.assembly import AssemblyBuilder
from odcpub.engines.image.context import make_context
from odcpub.engines.image.docker import BASE_REPOSITORY, DockerBuilder, connect
from odcpub.engines.registry.distribution import OciRegistry
from odcpub.engines.registry.layout import LayoutRegistry
from odcpub.errors import OdcpubError
from odcpub.image.content import File, ImageContent, LayerContent, Settings
from odcpub.image.layers import pack

BASE_BYTES = 90_000_000
PEER = "docker build + docker push"


@dataclass(frozen=True)
class Base:
    digest: str
    tar: Path
    architecture: str = processor_of(Path(sys.executable)).architecture


def make_base(folder: Path) -> Base:
    """Bytes that don't compress, in files of a runtime's sizes."""
    noise = random.Random(1)  # noqa: S311 - the same bytes each time
    files = tuple(File(f"usr/share/dotnet/{n}.dll", noise.randbytes(BASE_BYTES // 200)) for n in range(200))
    layer = pack(LayerContent("base", files))
    (folder / "base.tar").write_bytes(layer.tar)
    return Base(layer.digest, folder / "base.tar")


def make_content(base: str, number: int) -> ImageContent:
    """An app of 50 units of entities, a megabyte together, of which one differs with ``number``."""
    noise = random.Random(2)  # noqa: S311
    libraries = (
        File("app/Npgsql.dll", noise.randbytes(1_500_000)),
        File("app/Odcpub.Runtime.dll", noise.randbytes(200_000)),
    )
    units = tuple(File(f"app/Unit{n}.dll", noise.randbytes(20_000)) for n in range(50))
    changed = File("app/Changed.dll", hashlib.sha256(str((number, time.time())).encode()).digest() * 600)
    layers = (LayerContent("runtime libraries", libraries), LayerContent("app", (*units, changed)))
    return ImageContent(base, layers, Settings(("/app/app",)))


@dataclass(frozen=True)
class ByHand:
    """``docker build`` and ``docker push`` as a person would run them, on files that lie there already."""

    name: str
    folder: Path

    def lay_out(self, content: ImageContent) -> None:
        base = f"{BASE_REPOSITORY}:{content.base[7:19]}"
        with tarfile.open(fileobj=io.BytesIO(make_context(content, base, {}).tar)) as archive:
            archive.extractall(self.folder, filter="data")

    def __call__(self, content: ImageContent) -> None:
        environment = {**os.environ, "DOCKER_BUILDKIT": "0"}
        build = ["docker", "build", "-q", "-t", self.name, str(self.folder)]
        for command in (build, ["docker", "push", "-q", self.name]):
            subprocess.run(command, check=True, capture_output=True, env=environment)


def timed(build: Callable[[ImageContent], object], content: ImageContent) -> float:
    start = time.perf_counter()
    build(content)
    return time.perf_counter() - start


def measure(rounds: int) -> Table:
    host = os.environ.get("ODCPUB_TEST_REGISTRY")
    if not host:
        raise LeftOut("no registry: set ODCPUB_TEST_REGISTRY=<host:port>, of one that the Docker engine pushes to")
    registry = OciRegistry(host, "bench")
    try:
        client = connect()
    except OdcpubError as error:
        raise LeftOut(f"no Docker engine: {error.message}") from None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = make_base(folder)
        hand = ByHand(f"{registry.name('by-hand')}:latest", folder / "context")
        layout = AssemblyBuilder(LayoutRegistry(folder / "layout"), lambda: base)
        pushed = AssemblyBuilder(registry, lambda: base)
        docker = DockerBuilder(client, registry, lambda: base, lambda: base.architecture)
        builders: dict[str, Callable[[ImageContent], object]] = {
            "assembly → layout folder": lambda content: layout.build(content, "app"),
            "assembly → registry": lambda content: pushed.build(content, "app"),
            "docker SDK → registry": lambda content: docker.build(content, "docker"),
            PEER: hand,
        }
        times: dict[str, list[float]] = {name: [] for name in builders}
        for number in range(rounds + 1):
            content = make_content(base.digest, number)
            for name, build in builders.items():
                if build is hand:
                    hand.lay_out(content)
                elapsed = timed(build, content)
                # The first round pushes the base and warms every cache.
                if number:
                    times[name].append(elapsed)
    client.close()
    registry.close()
    medians = {name: statistics.median(values) for name, values in times.items()}
    rows = [(name, seconds(median), factor(median, medians[PEER])) for name, median in medians.items()]
    return Table("Image after one file changed", ("builder", "median", "× docker build + push"), rows)


def run() -> Iterator[Table]:
    yield measure(9)


if __name__ == "__main__":
    print(show(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 9)))
