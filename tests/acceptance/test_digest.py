"""The same model gives the same image: from two clones in different places, each on a Python version of its own, each
compiling anew. The toolchain and the base layer, which are inputs, are shared."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from odcpub.home import find_home
from tests.absence import absent
from tests.installation import Installation, installation, publish_helpdesk
from tests.pythons import pythons

ROOT = Path(__file__).parents[2]
SHIPPED = ("odcpub", "templates", "charts", "pyproject.toml", "README.md", "LICENSE", "requirements.lock")
INPUTS = ("toolchain", "base")


def test_two_clones_on_two_pythons_publish_the_same_image(tmp_path: Path) -> None:
    other = pythons()
    if not other:
        absent("another Python", "there is none to compare digests with")
    with installation() as here:
        digests = {published(here)}
    with installation(clone(tmp_path / "another" / "place", other[0])) as there:
        cache = there.folder / "cache"
        cache.mkdir(mode=0o700)
        for name in INPUTS:
            (cache / name).symlink_to(find_home().cache / name)
        there.env |= {"ODCPUB_CACHE": str(cache), "TZ": "Asia/Tokyo", "LC_ALL": "C"}
        digests.add(published(there))
    assert len(digests) == 1


def published(made: Installation) -> str:
    publish_helpdesk(made)
    return str(made.stage("Helpdesk", "Development")["digest"])


def clone(folder: Path, python: str) -> str:
    """A copy of what is shipped, set up as by ``make setup``; its Python."""
    folder.mkdir(parents=True)
    for name in SHIPPED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, folder / name)
    uv, made = str(Path(sys.executable).parent / "uv"), str(folder / ".venv/bin/python")
    subprocess.run([uv, "venv", "--quiet", "--python", python, str(folder / ".venv")], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", made]
    subprocess.run([*install, "--require-hashes", "-r", str(folder / "requirements.lock")], check=True)
    subprocess.run([*install, "--no-deps", "--editable", str(folder)], check=True)
    return made
