"""Machines in the way: folders, permissions, full disks, ports, damaged records, two at once, interruption."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.absence import absent
from tests.installation import Installation, call, installation
from tests.readable import assert_readable
from tests.untouched import superuser, untouched
from tests.waiting import wait_for

MODEL = Path(__file__).parent / "bad_inputs" / "model"
LONG = "l" * 90


@pytest.fixture(scope="module")
def resident() -> Iterator[Installation]:
    """Shop in Development."""
    with installation() as made:
        model = made.folder / "shop"
        model.mkdir()
        (model / "shop.yaml").write_text((MODEL / "shop.yaml").read_text())
        made.run("publish", str(model))
        yield made


@pytest.fixture
def fresh() -> Iterator[Installation]:
    with installation() as made:
        yield made


def change(odcpub: Installation) -> str:
    """Edits Shop so that a publish has something to do in the database; its folder."""
    file = odcpub.folder / "shop" / "shop.yaml"
    text = file.read_text()
    length = int(re.search(r"length: (2\d\d)", text)[1])  # type: ignore[index]
    file.write_text(text.replace(f"length: {length}", f"length: {length + 1}"))
    return str(file.parent)


def possible(what: str, condition: bool) -> None:
    """Skips where this machine does not allow the case; required, it must be possible."""
    if not condition:
        absent("rights of root", f"not possible here: {what}")


# --- folders and permissions ------------------------------------------------------------------------------------


@pytest.fixture
def ordinary(fresh: Installation) -> Installation:
    """Its commands and its server have no more rights than the permissions of files give, as root neither."""
    if os.geteuid() == 0:
        fresh.prefix = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
        allowed = subprocess.run([*fresh.prefix, "true"], capture_output=True, check=False).returncode == 0
        possible("root without its rights", allowed)
    return fresh


@contextmanager
def mode(path: Path, bits: int) -> Iterator[None]:
    before = path.stat().st_mode
    path.chmod(bits)
    try:
        yield
    finally:
        path.chmod(before)


CLOSED: list[tuple[str, int, list[str], int, tuple[str, ...]]] = [
    ("shop.yaml", 0, ["publish", "{shop}"], 1, ("shop.yaml:1:1: it cannot be read: Permission denied", "permissions")),
    (".", 0, ["publish", "{shop}"], 1, ("the folder cannot be read: Permission denied", "permissions")),
    ("stages/qa.yaml", 0, ["config", "push", "{shop}"], 1, ("stages/qa.yaml:1:1: it cannot be read: Permission",)),
    ("stages/qa.yaml", 0, ["archive", "{shop}"], 1, ("stages/qa.yaml: it cannot be read: Permission denied",)),
    (
        ".",
        0o500,
        ["new", "app", "{shop}/more"],
        2,
        ("more: cannot be written: Permission denied", "can write"),
    ),
]
"""What of the model's folder is closed and how, the command, its exit code, its words."""


def test_closed_files_and_folders(ordinary: Installation) -> None:
    shop = ordinary.folder / "shop"
    (shop / "stages").mkdir(parents=True)
    (shop / "shop.yaml").write_text((MODEL / "shop.yaml").read_text())
    (shop / "stages/qa.yaml").write_text("settings: {}\n")
    ordinary.run("publish", str(shop))
    for name, bits, command, code, says in CLOSED:
        with untouched(ordinary), mode(shop / name, bits):
            done = ordinary.run(*(part.replace("{shop}", str(shop)) for part in command), code=code)
        assert_readable(done, says)


OPEN: list[tuple[str, int, tuple[str, ...]]] = [
    ("ODCPUB_HOME", 0o500, ("cannot be read and written: permission denied", "chmod u+rwx")),
    ("ODCPUB_CACHE", 0o500, ("cannot be read and written: permission denied", "chmod u+rwx")),
    ("ODCPUB_HOME", 0o755, ("can be read by others", "chmod 700")),
    ("ODCPUB_CACHE", 0o777, ("can be changed by others", "chmod 700")),
]


@pytest.mark.parametrize(("variable", "bits", "says"), OPEN)
def test_folder_with_the_wrong_permissions(
    ordinary: Installation, tmp_path: Path, variable: str, bits: int, says: tuple[str, ...]
) -> None:
    before = dict(ordinary.env)
    ordinary.env[variable] = str(tmp_path)
    with mode(tmp_path, bits):
        done = ordinary.run("status", code=2)
    ordinary.env = before
    assert_readable(done, says)


def _file(folder: Path) -> str:
    (folder / "file").write_text("")
    return str(folder / "file")


def _below_a_file(folder: Path) -> str:
    return _file(folder) + "/data"


def _long(folder: Path) -> str:
    (folder / LONG).mkdir()
    return str(folder / LONG)


FOLDERS: list[tuple[str, Callable[[Path], str], tuple[str, ...]]] = [
    ("ODCPUB_HOME", _file, ("file: cannot be made: File exists", "set ODCPUB_HOME")),
    ("ODCPUB_HOME", _below_a_file, ("file/data: cannot be made: Not a directory", "set ODCPUB_HOME")),
    ("ODCPUB_CACHE", _file, ("file: cannot be made: File exists", "set ODCPUB_CACHE")),
    ("ODCPUB_HOME", lambda _: "/proc/odcpub", ("/proc/odcpub: cannot be made", "set ODCPUB_HOME")),
    ("XDG_RUNTIME_DIR", _long, ("is too long for a unix socket", "set XDG_RUNTIME_DIR")),
]


@pytest.mark.parametrize(("variable", "value", "says"), FOLDERS)
def test_folder(
    fresh: Installation, tmp_path: Path, variable: str, value: Callable[[Path], str], says: tuple[str, ...]
) -> None:
    before = dict(fresh.env)
    fresh.env[variable] = value(tmp_path)
    done = fresh.run("status", code=2)
    told = json.loads(fresh.run("status", "--json", code=2).out)
    fresh.env = before
    assert_readable(done, says)
    assert told["error"] in done.err


def test_runtime_folder_of_somebody_else(fresh: Installation) -> None:
    tmp_path = fresh.folder / "run"
    tmp_path.mkdir()
    fresh.env["XDG_RUNTIME_DIR"] = str(tmp_path)
    fresh.run("status")
    fresh.run("down")
    [run] = tmp_path.iterdir()
    run.rename(tmp_path / "moved")
    run.symlink_to(tmp_path / "moved")
    assert_readable(fresh.run("status", code=2), ("is not yours", "set XDG_RUNTIME_DIR"))
    run.unlink()


@pytest.mark.parametrize("command", [["new", "app"], ["new", "library"]])
def test_model_where_nothing_can_be_written(resident: Installation, command: list[str]) -> None:
    with untouched(resident):
        done = resident.run(*command, "/proc/model", "--name", "Thing", code=2)
    assert_readable(done, ("/proc/model: cannot be written", "name a folder you can write"))


def test_import_where_nothing_can_be_written(resident: Installation, tmp_path: Path) -> None:
    (tmp_path / "small.jdl").write_text("entity Customer { name String }\n")
    done = resident.run("import", "jdl", str(tmp_path / "small.jdl"), "--out", "/proc/model", code=2)
    assert_readable(done, ("/proc/model: cannot be written", "name a folder you can write"))


# --- damaged records --------------------------------------------------------------------------------------------


def _newer(data: Path) -> None:
    with sqlite3.connect(data / "platform.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'r9999'")


def _no_database(data: Path) -> None:
    (data / "platform.sqlite").write_bytes(b"nonsense " * 1000)


def _garbage_engines(data: Path) -> None:
    (data / "engines.json").write_text("{ profile: local")


def _unknown_engine(data: Path) -> None:
    (data / "engines.json").write_text('{"runner": "nomad"}')


def _engines_folder(data: Path) -> None:
    (data / "engines.json").mkdir()


def _a_pipe(data: Path) -> None:
    (data / "installation").unlink()
    os.mkfifo(data / "installation")


def _a_link(data: Path) -> None:
    (data / "server.log").unlink()
    (data / "server.log").symlink_to(data.parent / "elsewhere")


RECORDS: list[tuple[Callable[[Path], None], int, tuple[str, ...]]] = [
    (_newer, 3, ("platform.sqlite: ", "newer", "hint: ")),
    (_no_database, 3, ("platform.sqlite: ", "hint: ")),
    (_garbage_engines, 2, ("engines.json: Invalid JSON", "odcpub engines use local")),
    (_unknown_engine, 2, ("engines.json: runner: must be 'local' or 'kubernetes'", "odcpub engines use local")),
    (_engines_folder, 2, ("engines.json: it is not a regular file", "hint: ")),
    (_a_pipe, 3, ("data/installation: it is not a regular file", "hint: ")),
    (_a_link, 3, ("data/server.log: it is a link", "hint: ")),
]


@pytest.fixture(scope="module")
def records() -> Iterator[Path]:
    """The data folder of an installation that has been used."""
    with installation() as made:
        made.run("status")
        made.run("down")
        yield made.folder / "data"


@pytest.mark.parametrize(("damage", "code", "says"), RECORDS, ids=[one[0].__name__[1:] for one in RECORDS])
def test_damaged_records(
    fresh: Installation, records: Path, damage: Callable[[Path], None], code: int, says: tuple[str, ...]
) -> None:
    shutil.copytree(records, fresh.folder / "data")
    damage(fresh.folder / "data")
    done = fresh.run("doctor", code=code)
    told = json.loads(fresh.run("doctor", "--json", code=code).out)
    assert_readable(done, says)
    assert told["error"] in done.err
    if damage in (_garbage_engines, _unknown_engine):
        fresh.run("engines", "use", "local")
        fresh.run("status")


# --- disks ------------------------------------------------------------------------------------------------------


@contextmanager
def disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of this size, mounted; only root can."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    possible("mounting a small disk", mounted)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leaves no byte free."""
    path = folder / "filling"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return path


def test_data_folder_on_a_full_disk(fresh: Installation) -> None:
    with disk(fresh.folder / "data", "64k") as data:
        fill(data)
        assert_readable(fresh.run("status", code=3), ("disk is full",))


def test_no_room_for_the_database(fresh: Installation) -> None:
    with disk(fresh.folder / "data", "20m"):
        done = fresh.run("publish", str(MODEL), code=3)
        assert_readable(done, ("the disk is full", "make room"))
        assert fresh.json("status")["assets"][0]["revision"] == 0
        assert "disk" in fresh.run("doctor", code=3).out
        fresh.run("down")


def test_disk_that_fills_up_later(fresh: Installation) -> None:
    with disk(fresh.folder / "data", "700m") as data:
        model = fresh.folder / "shop"
        model.mkdir()
        (model / "shop.yaml").write_text((MODEL / "shop.yaml").read_text())
        fresh.run("publish", str(model))
        before = fresh.stage("Shop", "Development")
        filling = fill(data)
        done = fresh.run("publish", change(fresh), code=None)
        assert done.code == 3, done.err
        assert "Traceback" not in done.err
        filling.unlink()
        after = fresh.stage("Shop", "Development")
        assert (after["revision"], after["digest"], after["health"]) == (
            before["revision"], before["digest"], "ready",
        )  # fmt: skip
        fresh.run("publish", str(model))
        assert fresh.stage("Shop", "Development")["revision"] > before["revision"]
        fresh.run("down")


def test_model_on_a_full_disk(resident: Installation, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "64k") as small, untouched(resident):
        fill(small)
        done = resident.run("new", "app", str(small / "thing"), code=3)
        assert not (small / "thing").exists()
    assert_readable(done, ("thing: the disk is full; nothing was written", "make room, or name a folder elsewhere"))


def test_import_on_a_full_disk(resident: Installation, tmp_path: Path) -> None:
    (tmp_path / "small.jdl").write_text("entity Customer { name String }\n")
    with disk(tmp_path / "disk", "64k") as small, untouched(resident):
        fill(small)
        done = resident.run("import", "jdl", str(tmp_path / "small.jdl"), "--out", str(small / "out"), code=3)
        assert not (small / "out").exists()
    assert_readable(done, ("out: the disk is full; nothing was written",))


# --- ports ------------------------------------------------------------------------------------------------------

ALL_PORTS = """\
import fcntl, socket, struct, subprocess, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:  # the loopback device of a new network is down
    fcntl.ioctl(link, 0x8914, struct.pack("16sH14s", b"lo", 0x49, b""))
held = []
for port in range(8100, 9000):
    held.append(socket.create_server(("127.0.0.1", port)))
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""


def test_no_port_left_for_an_app(fresh: Installation) -> None:
    own_network = (
        ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-current-user", "--keep-caps"]
    )
    allowed = subprocess.run([*own_network, "true"], capture_output=True, check=False).returncode == 0
    possible("a network of its own", allowed)
    command = [*own_network, sys.executable, "-c", ALL_PORTS, sys.executable, "-m", "odcpub.cli", "publish"]
    done = subprocess.run([*command, str(MODEL)], env=fresh.env, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert "port" in done.stderr
    assert "hint: " in done.stderr
    assert fresh.json("status")["assets"][0]["stages"] == []


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Another program listens there; one that does already is as good."""
    try:
        server = socket.create_server(("127.0.0.1", port))
    except OSError as error:
        assert error.errno == errno.EADDRINUSE
        yield
        return
    with server:
        yield


def test_port_of_an_app_taken_by_another_program(resident: Installation) -> None:
    address = str(resident.stage("Shop", "Development")["address"])
    resident.run("down")
    port = int(address.rpartition(":")[2])
    with taken(port):
        done = resident.run("publish", change(resident))
        assert not done.out.strip().endswith(f":{port}"), "another program answers there"


def test_port_of_the_database_taken_by_another_program(resident: Installation) -> None:
    resident.run("down")
    port = int((resident.folder / "data" / "postgres" / "port").read_text())
    with taken(port):
        address = resident.run("publish", str(resident.folder / "shop")).out.strip()
        assert call("GET", f"{address}/_odc/ready").status == 200


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("database=postgresql://user@127.0.0.1:99999/postgres", "its host or port can't be read"),
        ("database=postgresql://user@127.0.0.1:0/postgres", "its host or port can't be read"),
        ("registry=127.0.0.1:99999", "is 'layout' or host:port"),
        ("registry=127.0.0.1:0", "is 'layout' or host:port"),
    ],
)
def test_ports_that_are_none(resident: Installation, value: str, says: str) -> None:
    before = resident.json("engines")
    with untouched(resident):
        assert_readable(resident.run("engines", "set", value, stdin="password\n", code=2), (says,))
    assert resident.json("engines") == before


def test_stale_socket_of_a_server_that_is_gone(fresh: Installation) -> None:
    fresh.run("status")
    killed = fresh.server_pid()
    os.kill(killed, signal.SIGKILL)
    assert fresh.json("status") == {"assets": []}
    assert fresh.server_pid() != killed


# --- two at once ------------------------------------------------------------------------------------------------


@contextmanager
def held(odcpub: Installation) -> Iterator[subprocess.Popen[str]]:
    """A publish that waits for a table which somebody else has locked; afterwards it ends well."""
    with psycopg.connect(superuser(odcpub), dbname="odc_development") as blocker:
        blocker.execute("LOCK TABLE shop.ticket IN ACCESS EXCLUSIVE MODE")
        command = [sys.executable, "-m", "odcpub.cli", "publish", change(odcpub)]
        # A shell that runs the tests in the background hands down that Ctrl-C is ignored.
        heard = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
        pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        publish: subprocess.Popen[str] = subprocess.Popen(command, env=odcpub.env, **pipes, **heard)  # type: ignore[call-overload]
        deadline = time.monotonic() + 120
        while not _running(odcpub):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield publish
    publish.communicate(timeout=120)
    while _running(odcpub):
        assert time.monotonic() < deadline + 120
        time.sleep(0.1)


def _running(odcpub: Installation) -> list[dict[str, Any]]:
    results = odcpub.json("log")["results"]
    return [one for one in results if one["status"] == "Running"]


BUSY: list[tuple[list[str], tuple[str, ...]]] = [
    (["publish", "{model}"], ("Shop (", "has been running since 20", "odcpub log")),
    (["undeploy", "shop", "--stage", "development"], ("Shop (", "has been running since 20", "odcpub log")),
    (["config", "apply", "shop", "--stage", "development"], ("Shop (", "has been running since 20")),
    (["engines", "use", "local"], ("engines: an operation is running", "odcpub log")),
    (["engines", "set", "csharp=bootstrap"], ("engines: an operation is running", "odcpub log")),
]


def test_what_must_wait_while_a_publish_runs(resident: Installation) -> None:
    with held(resident) as publish:
        for command, says in BUSY:
            words = [word.replace("{model}", str(resident.folder / "shop")) for word in command]
            assert_readable(resident.run(*words, code=1), says)
    assert publish.returncode == 0


def test_interrupted_the_operation_goes_on(resident: Installation) -> None:
    with held(resident) as publish:
        assert publish.stderr is not None
        assert publish.stderr.readline(), "it follows the operation once it tells of the first step"
        publish.send_signal(signal.SIGINT)
        _, told = publish.communicate(timeout=120)
        assert publish.returncode == 130, told
        assert "Traceback" not in told
        key = re.search(r"odcpub log (\w+) --follow", told)[1]  # type: ignore[index]
        assert _running(resident)[0]["key"].startswith(key)
    assert json.loads(resident.run("log", key, "--json").out)["status"] == "Finished"


def test_two_first_commands_share_one_server(fresh: Installation) -> None:
    command = [sys.executable, "-m", "odcpub.cli", "status"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both: list[subprocess.Popen[Any]] = [subprocess.Popen(command, env=fresh.env, **pipes) for _ in range(3)]  # type: ignore[call-overload]
    ended = [one.communicate(timeout=120) for one in both]
    assert [one.returncode for one in both] == [0, 0, 0], ended
    # Those that found another's lock are on their way out.
    wait_for(lambda: _servers(fresh) == [str(fresh.server_pid())])


def _servers(fresh: Installation) -> list[str]:
    mark = f"ODCPUB_HOME={fresh.folder / 'data'}".encode()
    return [
        path.parent.name
        for path in Path("/proc").glob("[0-9]*/environ")
        if _holds(path, mark) and _holds(path.parent / "cmdline", b"odcpub.portal")
    ]


def _holds(path: Path, mark: bytes) -> bool:
    try:
        return mark in path.read_bytes()
    except OSError:
        return False
