"""The image builder port on every engine, with outside judges: skopeo, umoci, Docker itself, other Pythons.

A real Docker engine and registry (ODCPUB_TEST_REGISTRY) are asked for by the marker ``docker``.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from odcpub.engines.common.elf import processor_of
from odcpub.engines.common.processors import PROCESSORS
from odcpub.engines.image.assembly import AssemblyBuilder
from odcpub.engines.image.docker import BASE_REPOSITORY, DockerBuilder, connect
from odcpub.engines.image.unpack import unpack
from odcpub.engines.ports import ImageBuilder, Registry
from odcpub.engines.registry.distribution import OciRegistry
from odcpub.engines.registry.layout import LayoutRegistry
from odcpub.errors import EngineError, Refused
from odcpub.image.content import File, ImageContent, ImageRef, LayerContent, Settings
from odcpub.image.layers import pack, sha256
from tests.absence import absent, need
from tests.pythons import pythons

ROOT = Path(__file__).parents[2]
HOSTILE = "q\"u\\o'te $HOME ${PATH} `id` é \\"
ARCHITECTURE = processor_of(Path("/bin/dash")).architecture
PROGRAMS = ("/bin/dash", "/bin/cat", "/usr/bin/id", "/usr/bin/touch")
SCRIPT = b"""#!/usr/bin/dash
/usr/bin/id -u
/usr/bin/cat /app/data
printf '%s\\n' "$VALUE" "$1"
/usr/bin/touch /app/written 2>/dev/null && echo writable
exit 0
"""


@dataclass(frozen=True)
class Base:
    digest: str
    tar: Path
    architecture: str = ARCHITECTURE


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """A few programs of this machine with the libraries they need, FROM scratch."""
    paths = {f"usr/bin/{Path(program).name}": Path(program) for program in PROGRAMS}
    for program in PROGRAMS:
        told = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        paths |= {word[1:]: Path(word) for word in told.split() if word.startswith("/")}
    layer = pack(LayerContent("base", tuple(File(to, path.read_bytes(), 0o755) for to, path in paths.items())))
    tar = tmp_path_factory.mktemp("base") / "base.tar"
    tar.write_bytes(layer.tar)
    return Base(layer.digest, tar)


def content(base: str, data: bytes = b"first\n") -> ImageContent:
    libraries = LayerContent("runtime libraries", (File("app/Npgsql.dll", b"npgsql" * 1000),))
    app = LayerContent("app", (File("app/app", SCRIPT, 0o755), File("app/data", data), File("app/wwwroot/ü.js", b"1")))
    run = Settings(
        entrypoint=("/app/app", HOSTILE),
        env=(("VALUE", HOSTILE),),
        labels=(("org.opencontainers.image.title", HOSTILE),),
        health=("/app/app", "--health"),
    )
    return ImageContent(base, (libraries, LayerContent("libraries", ()), app), run)


@dataclass(frozen=True)
class Bench:
    builder: ImageBuilder
    registry: Registry


def docker_client() -> Any:
    try:
        return connect()
    except EngineError as error:
        absent("Docker engine and registry", str(error))


def oci_registry() -> OciRegistry:
    need("Docker engine and registry", "ODCPUB_TEST_REGISTRY")
    return OciRegistry(os.environ["ODCPUB_TEST_REGISTRY"], f"test-{secrets.token_hex(4)}")


def assembly_to_layout(base: Base, folder: Path) -> Bench:
    registry = LayoutRegistry(folder)
    return Bench(AssemblyBuilder(registry, lambda: base), registry)


def assembly_to_registry(base: Base, _: Path) -> Bench:
    registry = oci_registry()
    return Bench(AssemblyBuilder(registry, lambda: base), registry)


def docker_to_registry(base: Base, _: Path) -> Bench:
    registry = oci_registry()
    return Bench(DockerBuilder(docker_client(), registry, lambda: base, lambda: ARCHITECTURE), registry)


REAL = pytest.mark.docker
MAKERS = [
    assembly_to_layout,
    pytest.param(assembly_to_registry, marks=REAL),
    pytest.param(docker_to_registry, marks=REAL),
]


@pytest.fixture(params=MAKERS)
def bench(request: pytest.FixtureRequest, base: Base, tmp_path: Path) -> Iterator[Bench]:
    maker: Callable[[Base, Path], Bench] = request.param
    made = maker(base, tmp_path / "registry")
    yield made
    if isinstance(made.registry, OciRegistry):
        made.registry.close()
    if isinstance(made.builder, DockerBuilder):
        made.builder._client.close()


def test_a_built_image_is_in_the_registry_under_its_digest(bench: Bench) -> None:
    ref = bench.builder.build(content(bench.builder.base()), "helpdesk")
    manifest = bench.registry.manifest(ref)
    assert manifest is not None
    assert sha256(manifest) == ref.digest
    config = json.loads(b"".join(bench.registry.blob(ref, json.loads(manifest)["config"]["digest"])))["config"]
    assert config["User"] == "10001:10001"
    assert config["Entrypoint"] == ["/app/app", HOSTILE]
    assert config["Healthcheck"]["Test"] == ["CMD", "/app/app", "--health"]
    assert config["Labels"]["org.opencontainers.image.title"] == HOSTILE
    assert config["Labels"]["io.odcpub.base"] == bench.builder.base()
    assert f"VALUE={HOSTILE}" in config["Env"]
    assert config["WorkingDir"] == "/app"
    assert config["ExposedPorts"] == {"8080/tcp": {}}


def test_the_same_content_is_the_same_image_and_other_content_another(bench: Bench) -> None:
    base = bench.builder.base()
    one = bench.builder.build(content(base), "helpdesk")
    two = bench.builder.build(content(base, b"second\n"), "helpdesk")
    assert bench.builder.build(content(base), "helpdesk") == one
    assert one.digest != two.digest
    other = bench.builder.build(content(base), "crm")
    assert other.repository == "crm"
    assert bench.registry.manifest(other) is not None


def test_it_unpacks_for_the_local_runner(bench: Bench, tmp_path: Path) -> None:
    ref = bench.builder.build(content(bench.builder.base()), "helpdesk")
    unpacked = unpack(bench.registry, ref, tmp_path / "run", tmp_path / "cache")
    files = {str(path.relative_to(unpacked.root / "app")) for path in unpacked.root.rglob("app/**/*") if path.is_file()}
    assert files == {"app", "data", "Npgsql.dll", "wwwroot/ü.js"}
    assert (unpacked.root / "app/app").stat().st_mode & 0o111
    assert (unpacked.base / "usr/bin/cat").is_file()


def test_another_base_than_the_one_in_use_is_refused(bench: Bench) -> None:
    with pytest.raises(Refused, match="base layer"):
        bench.builder.build(content(sha256(b"other")), "helpdesk")


def test_a_bad_repository_name_is_refused(bench: Bench) -> None:
    with pytest.raises(Refused, match="repository"):
        bench.builder.build(content(bench.builder.base()), "Help desk")


@pytest.mark.docker
@pytest.mark.parametrize("maker", [assembly_to_registry, docker_to_registry])
def test_it_runs_alike_under_docker(maker: Callable[[Base, Path], Bench], base: Base, tmp_path: Path) -> None:
    """Read-only root, no capabilities, another user than root: what Kubernetes' ``restricted`` asks for."""
    docker_client().close()
    made = maker(base, tmp_path)
    ref = made.builder.build(content(base.digest), "helpdesk")
    restricted = ["--read-only", "--user", "10001", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    command = ["docker", "run", "--rm", *restricted, made.registry.reference(ref)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, f"10001\nfirst\n{HOSTILE}\n{HOSTILE}\n"), told.stderr
    assert isinstance(made.registry, OciRegistry)
    made.registry.close()
    if isinstance(made.builder, DockerBuilder):
        made.builder._client.close()


@pytest.mark.docker
def test_docker_builds_on_a_base_by_reference(base: Base, tmp_path: Path) -> None:
    """As users with internet do with ``mcr.microsoft.com/dotnet/aspnet@sha256:…``: here the base is one of ours."""
    registry, client = oci_registry(), docker_client()
    below = AssemblyBuilder(registry, lambda: base).build(content(base.digest), "runtime")
    reference = registry.reference(below)
    builder = DockerBuilder(client, registry, lambda: base, lambda: ARCHITECTURE, reference)
    assert builder.base() == reference
    ref = builder.build(content(reference, b"over\n"), "helpdesk")
    unpacked = unpack(registry, ref, tmp_path / "run", tmp_path / "cache")
    assert (unpacked.root / "app/data").read_bytes() == b"over\n"
    assert (unpacked.base / "app/data").read_bytes() == b"first\n"
    assert (unpacked.base / "usr/bin/cat").is_file()
    registry.close()
    client.close()


@pytest.mark.docker
def test_a_base_by_tag_is_refused(base: Base) -> None:
    registry, client = oci_registry(), docker_client()
    with pytest.raises(Refused, match="by digest"):
        DockerBuilder(client, registry, lambda: base, lambda: ARCHITECTURE, "mcr.microsoft.com/dotnet/aspnet:10.0")
    registry.close()
    client.close()


@pytest.mark.docker
def test_docker_imports_the_base_once(base: Base) -> None:
    registry, client = oci_registry(), docker_client()
    builder = DockerBuilder(client, registry, lambda: base, lambda: ARCHITECTURE)
    builder.build(content(base.digest, secrets.token_bytes(8)), "helpdesk")
    name = f"{BASE_REPOSITORY}:{base.digest[7:19]}"
    before = client.images.get(name).id
    builder.build(content(base.digest, secrets.token_bytes(8)), "helpdesk")
    assert client.images.get(name).id == before
    registry.close()
    client.close()


def test_no_docker_engine_is_told_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no socket is left to the garbage collector, whose warning would fail another test."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(EngineError, match="no Docker engine") as failure:
        connect()
    assert "builder=assembly" in failure.value.hint
    del failure
    gc.collect()


@pytest.mark.docker
def test_docker_builds_for_the_processor_of_the_toolchain(base: Base) -> None:
    """Whatever the engine's own machine is: nothing of the image is run while it is built."""
    other = next(one.architecture for one in PROCESSORS if one.architecture != ARCHITECTURE)
    registry, client = oci_registry(), docker_client()
    tar = base.tar.with_name("other.tar")
    layer = pack(LayerContent("base", (File("usr/share/other", secrets.token_bytes(8)),)))
    tar.write_bytes(layer.tar)
    builder = DockerBuilder(client, registry, lambda: Base(layer.digest, tar, other), lambda: other)
    ref = builder.build(content(layer.digest), "helpdesk")
    manifest = registry.manifest(ref)
    assert manifest is not None
    config = json.loads(b"".join(registry.blob(ref, json.loads(manifest)["config"]["digest"])))
    assert (config["architecture"], config["os"]) == (other, "linux")
    registry.close()
    client.close()


@pytest.mark.docker
def test_a_registry_that_is_down_is_told(base: Base) -> None:
    client = docker_client()
    registry = OciRegistry("localhost:9", "t")
    with pytest.raises(EngineError, match="localhost:9"):
        DockerBuilder(client, registry, lambda: base, lambda: ARCHITECTURE).build(
            content(base.digest, secrets.token_bytes(8)), "helpdesk"
        )
    registry.close()
    client.close()


# --- our own assembly before other judges


@pytest.fixture
def layout(base: Base, tmp_path: Path) -> tuple[LayoutRegistry, ImageRef]:
    made = assembly_to_layout(base, tmp_path / "registry")
    assert isinstance(made.registry, LayoutRegistry)
    return made.registry, made.builder.build(content(base.digest), "helpdesk")


def judge(*command: str) -> str:
    if not shutil.which(command[0]):
        absent("skopeo and umoci", f"no {command[0]}")
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_skopeo_accepts_and_copies_it(layout: tuple[LayoutRegistry, ImageRef], tmp_path: Path) -> None:
    registry, ref = layout
    told = json.loads(judge("skopeo", "inspect", registry.reference(ref)))
    assert (told["Digest"], told["Architecture"], told["Created"]) == (ref.digest, ARCHITECTURE, "1970-01-01T00:00:00Z")
    judge("skopeo", "--insecure-policy", "copy", "--preserve-digests", registry.reference(ref), f"dir:{tmp_path}/copy")
    assert sha256((tmp_path / "copy/manifest.json").read_bytes()) == ref.digest


def test_umoci_unpacks_it(layout: tuple[LayoutRegistry, ImageRef], tmp_path: Path) -> None:
    registry, ref = layout
    folder = registry.reference(ref).removeprefix("oci:")
    judge("umoci", "unpack", "--rootless", "--image", folder, str(tmp_path / "bundle"))
    assert (tmp_path / "bundle/rootfs/app/data").read_bytes() == b"first\n"
    assert (tmp_path / "bundle/rootfs/usr/bin/cat").is_file()
    process = json.loads((tmp_path / "bundle/config.json").read_text())["process"]
    assert process["args"] == ["/app/app", HOSTILE]


DIGEST = f"""
from odcpub.image.content import File, ImageContent, LayerContent, Settings
from odcpub.image.oci import assemble
files = tuple(File(path, path.encode() * 99, 0o755) for path in ("app/app", "app/\\u00fc/x", "app/" + "l" * 200))
settings = Settings(("/app/app",), env=(("B", "\\u00e9"), ("A", "1")), health=("/app/app",))
print(assemble(ImageContent("{sha256(b"base")}", (LayerContent("app", files),), settings), 1024, "amd64").digest)
"""


LIBC = "import platform; print(platform.libc_ver())"


def digest_by(*command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"}
    told = subprocess.run(
        [*command, "-c", DIGEST], capture_output=True, text=True, check=True, env=environment, cwd="/"
    )
    return told.stdout.strip()


def test_another_python_gives_the_same_digest() -> None:
    others = pythons()
    if not others:
        absent("another Python", "there is none to compare digests with")
    assert {digest_by(other) for other in others} == {digest_by(sys.executable)}


@pytest.mark.docker
def test_other_system_libraries_give_the_same_digest() -> None:
    """Inside a container that is another system: its own C library, zlib and Python."""
    docker, root = docker_client(), os.environ.get("ODCPUB_TEST_ROOTFS")
    if not root:
        docker.close()
        absent("another system", "ODCPUB_TEST_ROOTFS not set")
    name = f"odcpub-test-{secrets.token_hex(4)}"
    image = docker.api.import_image_from_file(root, repository=name)
    assert image
    told = ["docker", "run", "--rm", "-e", f"PYTHONPATH={ROOT}", "-v", f"{ROOT}:{ROOT}:ro", name, "/usr/bin/python3"]
    try:
        there = subprocess.run([*told, "-c", LIBC], capture_output=True, text=True, check=True).stdout.strip()
        inside = digest_by(*told)
    finally:
        docker.images.remove(name)
        docker.close()
    assert there != str(platform.libc_ver()), "the container has this machine's own C library"
    assert inside == digest_by(sys.executable)


def test_one_changed_file_is_one_new_layer(base: Base, tmp_path: Path) -> None:
    made = assembly_to_layout(base, tmp_path / "registry")
    made.builder.build(content(base.digest), "helpdesk")
    before = {path.name for path in (tmp_path / "registry/blobs/sha256").iterdir()}
    changed = content(base.digest, b"second\n")
    ref = made.builder.build(changed, "helpdesk")
    new = {path.name for path in (tmp_path / "registry/blobs/sha256").iterdir()} - before
    assert len(new) == 3, "one layer, the configuration, the manifest"
    assert ref.digest[7:] in new
