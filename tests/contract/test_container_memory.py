"""A published app in a real container with the memory that the chart gives, asked for more than it can hold."""

from __future__ import annotations

import base64
import io
import os
import subprocess
import tarfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from tests.absence import absent
from tests.contract.desk import customer, ticket
from tests.contract.published_app import App
from tests.contract.test_large_requests import MB, POD, body, save

pytestmark = [pytest.mark.database, pytest.mark.docker, pytest.mark.serial]
SYSTEM = ("/usr", "/lib", "/lib64", "/bin")
LONGEST = 60.0


def docker(*arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        ["docker", *arguments],
        input=stdin,
        capture_output=True,
        check=True,
        timeout=120,
        env={**os.environ, **(env or {})},
    )
    return done.stdout.decode().strip()


@pytest.fixture(scope="module")
def nothing() -> Iterator[str]:
    """An image without a file: the system's own are mounted."""
    empty = io.BytesIO()
    tarfile.open(fileobj=empty, mode="w").close()
    try:
        image = docker("import", "-", stdin=empty.getvalue())
    except (OSError, subprocess.CalledProcessError):
        absent("Docker engine and registry", "no Docker engine answers")
    yield image
    docker("image", "rm", "--force", image)


@pytest.fixture
def contained(desk_prepared: App, nothing: str) -> Iterator[tuple[App, str]]:
    """The app in a container on the host's network, and the container's name."""
    free = App(desk_prepared.folder, desk_prepared.environment).start()
    free.stop()  # its port was free a moment ago
    env = {**desk_prepared.environment, "ODCPUB_PORT": str(free.port)}
    folders = [*SYSTEM, env["DOTNET_ROOT"], str(desk_prepared.folder)]
    memory = [f"--memory={POD}", f"--memory-swap={POD}"]
    given = [part for name in env for part in ("--env", name)]
    mounts = [part for folder in folders for part in ("--volume", f"{folder}:{folder}:ro")]
    command = [*memory, "--network=host", "--tmpfs=/tmp", *given, *mounts, nothing, str(desk_prepared.folder / "app")]
    name = docker("run", "--detach", *command, env=env)
    try:
        running = replace(desk_prepared, port=free.port)
        running.wait("/_odc/ready", 200)
        yield running, name
    finally:
        docker("rm", "--force", name)


def test_twenty_uploads_at_once(contained: tuple[App, str]) -> None:
    """All are saved within a minute, tried again as the answers say; lists, searches and rows go on meanwhile."""
    app, container = contained
    owner, row = int(customer(app)["Id"]), int(ticket(app)["Id"])
    file = body(owner, Photo=base64.b64encode(os.urandom(20 * MB)).decode())
    text = body(owner, Notes="a line of a very long text\n" * (10 * MB // 27))
    answers: Counter[object] = Counter()
    saved: list[int] = []
    uploads = [threading.Thread(target=save, args=(app, one, answers, saved, LONGEST)) for one in [file, text] * 20]
    for upload in uploads:
        upload.start()
    while any(upload.is_alive() for upload in uploads):
        for path in ("/api/Customer", "/api/Ticket?search=large&cut=200", f"/api/Ticket/{row}"):
            answers[path, app.request("GET", path).status] += 1
        time.sleep(0.2)
    assert answers[201] == len(saved) == len(uploads) == 40, answers
    assert {answer for answer in answers if answer != 503} == {
        201, ("/api/Customer", 200), ("/api/Ticket?search=large&cut=200", 200), (f"/api/Ticket/{row}", 200),
    }  # fmt: skip
    found = app.request("GET", f"/api/Ticket?filter.Customer={owner}&fields=Photo,Notes&cut=10&size=200").json
    assert found["total"] == 40
    assert Counter((row["Photo"] or {}).get("size") for row in found["items"]) == {20 * MB: 20, None: 20}
    assert docker("inspect", "--format={{.State.Running}} {{.State.OOMKilled}}", container) == "true false"
