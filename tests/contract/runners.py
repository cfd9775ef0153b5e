"""A runner of each kind for its contract tests, with an app that stands in for a published one. Does I/O.

``World`` is what the suite of all runners asks for; the suites of one kind use more of theirs.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from odcpub.deployment.objects import namespace_of
from odcpub.deployment.workload import Workload
from odcpub.engines.memory import MemoryRunner
from odcpub.engines.ports import Runner
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.kubernetes import KubernetesRunner
from odcpub.engines.runner.local import LocalRunner
from odcpub.image.content import ImageRef
from tests.absence import absent, need
from tests.waiting import wait_for

STANDIN = Path(__file__).with_name("standin.py")
SOURCE = Path(__file__).with_name("standin_image")
NEEDED = ("KUBECONFIG", "ODCPUB_TEST_REGISTRY")
SECRET = "s3cret-token"
DATABASE = "Host='10.0.0.1';Port='5433';Username='u';Password='pa55word';Search Path='x'"
KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"
STAGE = "runner-test"
READY_SECONDS = 60.0
PATIENCE_SECONDS, SOON_SECONDS = 180, 45
"""What has failed is told long before the patience ends, on a busy machine too."""
THEIRS = ("kube-root-ca.crt", "theirs")
WORKLOAD = Workload(
    app="Helpdesk",
    asset="helpdesk",
    asset_key=KEY,
    stage=STAGE,
    revision=1,
    reference="",
    repository="helpdesk",
    digest="sha256:" + "1" * 64,
    settings=(("ODC_SETTING_Mode", "ready"),),
    secrets=(("ODCPUB_DATABASE", DATABASE), ("ODC_SECRET_Token", SECRET)),
    database_port=5433,
)


class World(Protocol):
    """A runner, and what of its world a test must know."""

    runner: Runner
    answers: bool
    """Whether what runs answers requests."""

    def version(self, revision: int, mode: str = "ready") -> Workload:
        """``mode``: ``ready``; ``crash``, which ends at once; or ``never``, which does not get ready."""

    def instances(self) -> set[str]:
        """What runs of the app, by names that no later one has."""

    def left(self) -> list[str]:
        """What there is of the app beside what runs: its configuration, its place at an address."""


def get(address: str) -> dict[str, object]:
    """What the stand-in says of itself: revision, environment, here its process id too."""
    with urllib.request.urlopen(address, timeout=60) as answer:
        return dict(json.load(answer))


def quiet(line: str) -> None:
    pass


def publish(runner: Runner, workload: Workload) -> str:
    """Its address, when the versions before it have gone."""
    runner.start(workload)
    address = runner.wait(workload, quiet)
    runner.settle(workload)
    return address


class InMemory:
    """What doesn't run at all, and says that it does."""

    answers = False

    def __init__(self) -> None:
        self.runner = MemoryRunner()

    def version(self, revision: int, mode: str = "ready") -> Workload:
        self.runner.broken = "it ended with code 3" if mode == "crash" else ""
        return replace(WORKLOAD, revision=revision, digest=f"sha256:{revision:064x}")

    def instances(self) -> set[str]:
        found = self.runner.running(STAGE, "helpdesk", KEY)
        return {f"revision {found.revision}"} if found else set()

    def left(self) -> list[str]:
        return []


def free_ports() -> tuple[int, int]:
    """First and last of a hundred ports that nobody else uses, and that the system gives to nobody who asks for any."""
    for first in range(10_000 + os.getpid() % 150 * 100, 30_000, 100):
        with contextlib.suppress(OSError), contextlib.ExitStack() as opened:
            for port in range(first, first + 3):
                opened.enter_context(socket.create_server(("127.0.0.1", port)))
            return first, first + 99
    raise AssertionError("no hundred ports in a row are free")


PORTS = free_ports()


@dataclass(frozen=True)
class Unpacked:
    root: Path
    base: Path


def unpack_into(folder: Path) -> Callable[[ImageRef], Unpacked]:
    """A fake image: the stand-in as ``app/app``."""

    def unpack(image: ImageRef) -> Unpacked:
        root = folder / image.digest[-8:]
        (root / "app").mkdir(parents=True, exist_ok=True)
        launcher = root / "app" / "app"
        if not launcher.exists():
            launcher.write_text(f"#!/bin/sh\nexec {sys.executable} -I -S {STANDIN}\n")
            launcher.chmod(0o755)
        return Unpacked(root, root)

    return unpack


def local_version(revision: int, mode: str = "ready") -> Workload:
    return replace(
        WORKLOAD, revision=revision, digest=f"sha256:{revision:064x}", settings=(("ODC_SETTING_Mode", mode),)
    )


def alive(pid: object) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def processes_of(home: Path) -> list[int]:
    """The pids of apps and keepers of this home."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid() and alive(folder.name):
            try:
                told = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if str(home).encode() in told:
                found.append(int(folder.name))
    return sorted(found)


class OnThisMachine:
    """Processes of a home in ``folder``."""

    answers = True

    def __init__(self, folder: Path) -> None:
        self._home = folder / "home"
        self.runner = LocalRunner(self._home, unpack_into(folder / "images"), READY_SECONDS, PORTS)

    def version(self, revision: int, mode: str = "ready") -> Workload:
        return local_version(revision, mode)

    def instances(self) -> set[str]:
        found = Path("/proc").glob("[0-9]*/environ")
        return {path.parent.name for path in found if f"ODCPUB_LOCAL={self._home}" in _text(path)}

    def left(self) -> list[str]:
        """The public port, where somebody listens there, and the app's files but for its logs, which are to be read."""
        with socket.socket() as probe:
            listens = not probe.connect_ex(("127.0.0.1", PORTS[0]))
        files = (path.relative_to(self._home).as_posix() for path in self._home.rglob("*") if path.is_file())
        return [f"port {PORTS[0]}"] * listens + sorted(
            one for one in files if "helpdesk" in one and not one.startswith("logs/")
        )


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace") if alive(path.parent.name) else ""
    except OSError:
        return ""


Image = tuple[str, str]
"""Repository reference by digest, and the digest."""


def pushed_standin(folder: Path) -> Image:
    """The stand-in's image, built FROM scratch and pushed."""
    need("Kubernetes", *NEEDED)
    go = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
    if go is None:
        absent("Kubernetes", "no Go compiler to build the stand-in's image")
    import docker

    shutil.copytree(SOURCE, folder, dirs_exist_ok=True)
    environment = {**os.environ, "CGO_ENABLED": "0"}
    subprocess.run([str(go), "build", "-o", "standin", "."], cwd=folder, env=environment, check=True)
    repository = f"{os.environ['ODCPUB_TEST_REGISTRY']}/runner-standin"
    with closing(docker.from_env()) as engine:
        engine.images.build(path=str(folder), tag=f"{repository}:test")
        pushed = engine.images.push(repository, tag="test", stream=True, decode=True)
        digest = next(line["aux"]["Digest"] for line in pushed if "aux" in line)
    return f"{repository}@{digest}", digest


def cluster_version(image: Image, revision: int, mode: str = "ready", stage: str = STAGE) -> Workload:
    return replace(
        WORKLOAD,
        stage=stage,
        revision=revision,
        reference=image[0],
        repository="runner-standin",
        digest=image[1],
        settings=(("ODC_SETTING_Mode", mode),),
    )


def configuration(cluster: Cluster) -> list[str]:
    """The names of the app's ConfigMaps and Secrets."""
    found = [*cluster.find("ConfigMap", namespace_of(STAGE)), *cluster.find("Secret", namespace_of(STAGE))]
    return sorted(each["metadata"]["name"] for each in found if each["metadata"]["name"] not in THEIRS)


def theirs(cluster: Cluster, **labels: str) -> None:
    """The namespace, as somebody else has made it, with these labels."""
    given = {"name": namespace_of(STAGE), "labels": {"odcpub/stage": STAGE} | labels}
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": given}, manager="somebody")


@contextmanager
def somebody_elses_namespace() -> Iterator[None]:
    """Inside, something of somebody else's is in the namespace, so that it is not deleted and made again for every
    test."""
    with closing(Cluster(os.environ["KUBECONFIG"])) as made:
        name = namespace_of(STAGE)
        wait_for(lambda: "deletionTimestamp" not in (made.get("Namespace", name) or {"metadata": {}})["metadata"])
        theirs(made)
        metadata = {"name": "theirs", "namespace": name}
        made.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}, manager="somebody")
        try:
            yield
        finally:
            made.delete("Namespace", name)


class OnACluster:
    """Pods of the stand-in's image."""

    answers = True

    def __init__(self, image: Image) -> None:
        self._image, self.cluster = image, Cluster(os.environ["KUBECONFIG"])
        self.runner = KubernetesRunner("ours", Cluster(os.environ["KUBECONFIG"]), ready_seconds=PATIENCE_SECONDS)

    def version(self, revision: int, mode: str = "ready") -> Workload:
        return cluster_version(self._image, revision, mode)

    def instances(self) -> set[str]:
        return {str(each["metadata"]["uid"]) for each in self.cluster.find("Pod", namespace_of(STAGE))}

    def left(self) -> list[str]:
        services = [each["metadata"]["name"] for each in self.cluster.find("Service", namespace_of(STAGE))]
        return services + configuration(self.cluster)

    def close(self) -> None:
        self.runner.close()
        self.cluster.close()
