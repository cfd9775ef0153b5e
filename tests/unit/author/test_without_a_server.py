"""Commands that touch the author's files alone: they start no server, and load nothing of it or its engines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SERVERS = ("portal", "operations", "engines", "store", "compiler", "image", "data", "deployment")
COMMANDS = {
    "new": ["new", "app", "made"],
    "verify": ["verify", "shop"],
    "rename": ["rename", "shop", "Order.Name", "Title"],
    "archive": ["archive", "shop", "--out", "shop.oap"],
    "import": ["import", "jdl", "shop.jdl", "--out", "imported"],
    "schema": ["schema"],
}
RUN = """
import sys
from odcpub.cli.start import main
code = main()
print(sorted(one for one in {rooms!r} if "odcpub." + one in sys.modules), file=sys.stderr)
sys.exit(code)
"""
START = "import sys; from odcpub.cli.start import main; sys.exit(main())"
MODEL = """\
app: Shop
key: 0c2f6c2e-0d53-4b0e-9c34-1f1d6f1c9a11
uses: { Money: "^1.0" }
entities:
  Order:
    attributes:
      Name: { type: Text, length: 50 }
      Paid: { type: Money.Currency Identifier }
"""


def run(folder: Path, arguments: list[str], prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"ODCPUB_HOME": str(folder / "home"), "ODCPUB_CACHE": str(folder / "cache")}
    command = [*prefix, sys.executable, "-c", RUN.format(rooms=SERVERS), *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "app.yaml").write_text(MODEL)
    (tmp_path / "shop.jdl").write_text("entity Order { name String required }\n")
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_no_server_is_started_and_nothing_of_it_is_loaded(command: str, folder: Path) -> None:
    done = run(folder, COMMANDS[command])
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "[]"
    assert not (folder / "home").exists()


def test_a_right_model_says_what_was_not_looked_up(folder: Path) -> None:
    done = run(folder, COMMANDS["verify"])
    assert done.stdout.splitlines() == [
        "Shop: no errors",
        "What it takes from Money was not looked up. To check that too: odcpub publish shop --plan",
    ]


@pytest.mark.parametrize("as_json", [False, True], ids=["people", "programs"])
def test_all_problems_are_listed_at_once(as_json: bool, folder: Path) -> None:
    (folder / "shop" / "app.yaml").write_text(MODEL.replace("type: Text", "type: Txt").replace("Money.C", "Mony.C"))
    done = run(folder, [*COMMANDS["verify"], *(["--json"] if as_json else [])])
    assert done.returncode == 1
    out = done.stdout if as_json else done.stderr
    assert "the model has 2 errors" in out
    assert "there is no data type 'Txt'" in out
    assert "there is no data type 'Mony.Currency Identifier'" in out


def test_a_warning_says_as_much_as_an_error_and_is_told_once(folder: Path) -> None:
    with (folder / "shop" / "app.yaml").open("a") as model:
        model.write("static_entities: { State: {} }\n")
    done = run(folder, COMMANDS["verify"])
    assert done.stderr.splitlines()[:-1] == [
        "warning: app.yaml:9:20: static_entities.State: State has no records [ODC-M601]",
        "    hint: add one: records: { First: { label: First } }",
    ]
    done = run(folder, [*COMMANDS["verify"], "--json"])
    assert [one["code"] for one in json.loads(done.stdout)["warnings"]] == ["ODC-M601"]
    assert done.stderr == "[]\n"


REFUSED = {
    "an archive that is not there": (["verify", "none.oap"], "none.oap: no such file"),
    "a device": (["verify", "/dev/null"], "/dev/null: is not a folder"),
    "a file": (["verify", "shop.jdl"], "shop.jdl: is a file"),
    "a folder that is not there": (["verify", "none"], "none: no such folder"),
    "a name that is too long": (["verify", "x" * 300], "cannot be read: File name too long"),
    "a folder for a file": (["import", "jdl", "shop", "--out", "imported"], "shop: is a folder\nhint: name a file"),
    "a plan that is a folder": (["apply", "shop"], "shop: is a folder\nhint: name a file"),
    "a new folder's name that is too long": (["new", "app", "x" * 300, "--name", "X"], "hint: choose a shorter name"),
    "an operation without a name": (["continue", ""], "OPERATION: is empty"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_command_cannot_take_is_called_what_it_is(case: str, folder: Path) -> None:
    arguments, said = REFUSED[case]
    done = run(folder, arguments)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert not (folder / "home").exists()


def test_a_folder_that_may_not_be_looked_into_is_not_called_missing(folder: Path) -> None:
    (folder / "shop").chmod(0)
    # As root without the right to read everything.
    bounded = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
    try:
        done = run(folder, ["verify", "shop/sub"], bounded)
    finally:
        (folder / "shop").chmod(0o700)
    assert "shop/sub: cannot be read: Permission denied" in done.stderr


def test_a_command_to_paste_takes_no_path_for_an_option(folder: Path) -> None:
    done = run(folder, ["new", "app", "--", "-dash"])
    assert "Try: odcpub publish ./-dash" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_an_error_that_cannot_be_told_keeps_its_exit_code(more: list[str], folder: Path) -> None:
    run_it = [sys.executable, "-c", START, "verify", "none", *more]
    with Path("/dev/full").open("w") as full:
        assert subprocess.run(run_it, cwd=folder, stdout=full, stderr=full, check=False).returncode == 2
