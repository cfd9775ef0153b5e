"""Author and server do not see each other's folders: all goes by what the client sends, and only it writes beside the
model. Each has a mount namespace of its own, in which the other's folder is empty."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.absence import absent
from tests.installation import EXAMPLES, Installation, installation

CANARY = "canary-of-the-servers-environment"


def hiding(*folders: Path) -> tuple[str, ...]:
    """Runs a program in a mount namespace of its own, in which these folders are empty."""
    mounts = [f"mount -t tmpfs -o mode=0700 none '{folder}'" for folder in folders]
    return ("unshare", "--mount", "sh", "-c", " && ".join([*mounts, 'exec "$@"']), "sh")


@pytest.fixture(scope="module")
def apart() -> Iterator[Installation]:
    """Its server sees no author's folder, its commands see nothing of the server's but the socket."""
    if subprocess.run([*hiding(Path("/mnt")), "true"], capture_output=True, check=False).returncode != 0:
        absent("rights of root", "not possible here: mount namespaces")
    with installation() as made:
        authors, data, run = (made.folder / name for name in ("authors", "data", "run"))
        for folder in (authors, data, run):
            folder.mkdir(mode=0o700)
        made.env |= {"XDG_RUNTIME_DIR": str(run), "SECRET_OF_SOMEBODY": CANARY}
        made.prefix = hiding(authors)
        made.run("status")  # starts the server, which stays in that namespace
        made.prefix = hiding(data)
        for name in ("money", "helpdesk"):
            shutil.copytree(EXAMPLES / name, authors / name, ignore=shutil.ignore_patterns("odcpub.lock"))
        yield made


@contextmanager
def elsewhere(made: Installation) -> Iterator[None]:
    """A second machine: it has neither the author's folder nor the server's."""
    before = made.prefix
    made.prefix = hiding(made.folder / "authors", made.folder / "data")
    try:
        yield
    finally:
        made.prefix = before


def helpdesk(made: Installation) -> Path:
    return made.folder / "authors" / "helpdesk"


def rate(made: Installation, stage: str = "qa") -> str:
    found = made.json("config", "show", "helpdesk", "--stage", stage)["settings"]
    return str(next(one["value"] for one in found if one["name"] == "HourlyRate"))


def test_the_whole_way(apart: Installation) -> None:
    """One after the other, as an author would: each begins where the one before ended."""
    _publish(apart)
    _push_and_apply(apart)
    _update(apart)
    _archive(apart)
    _go_on_without_the_folder(apart)


def _publish(apart: Installation) -> None:
    folder = helpdesk(apart)
    apart.run("publish", str(folder.parent / "money"))
    apart.run("release", "money", "--version", "1.0.0", "--notes", "first")
    (folder / "secret.txt").write_text(CANARY)
    plan = apart.json("publish", str(folder), "--plan")
    assert not plan["refusals"]
    assert not (folder / "odcpub.lock").exists(), "a plan writes nothing"
    apart.run("publish", str(folder), "--wait")
    assert "Money: '1.0.0'" in (folder / "odcpub.lock").read_text(), "the client wrote it"
    _compiled_without_secrets(apart)
    assert apart.run("publish", str(folder)).err.count("Nothing changed") == 1
    with elsewhere(apart):
        apart.run("promote", "helpdesk", "--to", "qa", "--wait")
    blobs = (path for path in (apart.folder / "data" / "blobs").rglob("*") if path.is_file())
    assert not [path for path in blobs if CANARY.encode() in path.read_bytes()], "nothing else was sent"


def _compiled_without_secrets(apart: Installation) -> None:
    server = Path(f"/proc/{apart.server_pid()}")
    assert CANARY.encode() in (server / "environ").read_bytes(), "it is in the server's, as it may be"
    children = (server / "task" / str(apart.server_pid()) / "children").read_text().split()
    threads = (path.read_text().split() for path in server.glob("task/*/children"))
    every = {*children, *(one for found in threads for one in found)}
    compilers = [Path(f"/proc/{one}") for one in every if b"driver" in Path(f"/proc/{one}/cmdline").read_bytes()]
    assert compilers, "the compile server runs"
    for one in compilers:
        assert CANARY.encode() not in (one / "environ").read_bytes()


def _push_and_apply(apart: Installation) -> None:
    folder = helpdesk(apart)
    (folder / "stages").mkdir(exist_ok=True)
    (folder / "stages" / "qa.yaml").write_text("settings: { HourlyRate: 97 }\n")
    before = rate(apart)
    assert before != "97", "what lies in the folder is not there yet"
    done = apart.run("config", "push", str(folder))
    assert done.out.splitlines()[0].startswith("stages/qa.yaml: ")
    assert rate(apart) == "97"
    shown = apart.run("config", "show", "helpdesk", "--stage", "qa")
    assert "is not applied yet: odcpub config apply helpdesk --stage qa" in shown.err
    assert "Helpdesk (QA): stages/qa.yaml was sent" in apart.run("status").out
    with elsewhere(apart):
        apart.run("config", "apply", "helpdesk", "--stage", "qa", "--wait")
        assert "not applied" not in apart.run("status").out


def _update(apart: Installation) -> None:
    money = helpdesk(apart).parent / "money"
    file = next(path for path in money.glob("*.yaml") if "library:" in path.read_text())
    file.write_text(file.read_text().replace("description: ", "description: More of ", 1))
    apart.run("publish", str(money))
    apart.run("release", "money", "--version", "1.0.1", "--notes", "second")
    apart.run("publish", str(helpdesk(apart)))
    lock = helpdesk(apart) / "odcpub.lock"
    assert "1.0.0" in lock.read_text()
    lock.unlink()  # as where the client was killed before it wrote it
    assert "since odcpub.lock does not name them: Money 1.0.0" in apart.run("publish", str(helpdesk(apart))).err
    assert "1.0.0" in lock.read_text()
    assert apart.run("update", str(helpdesk(apart))).out == "Money: 1.0.0 → 1.0.1\n"
    assert "1.0.1" in lock.read_text()
    apart.run("publish", str(helpdesk(apart)), "--wait")


def _archive(apart: Installation) -> None:
    out = apart.folder / "authors" / "made.oap"
    revision = apart.json("publish", str(helpdesk(apart)))["revision"]
    made = apart.json("archive", str(helpdesk(apart)), "--out", str(out))
    assert CANARY.encode() not in out.read_bytes()
    again = json.loads(apart.run("publish", str(out), "--json").out)
    assert (again["unchanged"], again["revision"]) == (True, revision)
    apart.run("archive", str(helpdesk(apart)), "--out", str(out.with_name("again.oap")))
    assert out.read_bytes() == out.with_name("again.oap").read_bytes()
    assert made["name"] == "Helpdesk"


def _go_on_without_the_folder(apart: Installation) -> None:
    with elsewhere(apart):
        apart.run("promote", "helpdesk", "--to", "qa", "--wait")
        assert rate(apart) == "97"
        assert apart.stage("Helpdesk", "QA")["health"] == "ready"
    shutil.rmtree(helpdesk(apart))
    apart.run("config", "set", "helpdesk", "HourlyRate=120", "--stage", "qa")
    apart.run("config", "apply", "helpdesk", "--stage", "qa")
    assert rate(apart) == "120"


def test_a_rename_from_another_machine_is_said(apart: Installation) -> None:
    folder = apart.folder / "authors" / "small"
    folder.mkdir()
    text = "library: Small\nkey: 5c1f0b7e-2d94-4a68-b3e7-9a0d6f4c8e77\n"
    (folder / "library.yaml").write_text(text)
    apart.run("publish", str(folder))
    copy = shutil.copytree(folder, folder.with_name("copy"))
    (copy / "library.yaml").write_text(text.replace("Small", "Tiny"))
    refused = apart.run("publish", str(copy), code=1).err
    assert f"Tiny: its key already belongs to Small, published from {folder}, whose model is still there" in refused
    folder.rename(folder.with_name("moved"))
    apart.run("publish", str(copy))
    assert "Tiny" in apart.run("status").out
