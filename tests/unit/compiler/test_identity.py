"""A build is known by its compiler: whatever decides what comes out belongs to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from odcpub.compiler import identity
from odcpub.operations.kinds import app

DECIDES = (
    "model/data_types.py",
    "model/physical.py",
    "model/literals.py",
    "data/target.py",
    "compiler/csharp.py",
    "odcpub/escaping.py",
)


@pytest.mark.parametrize("module", DECIDES)
def test_another_release_of_what_decides_the_output_is_another_compiler(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an app would keep an assembly that asks for columns which the new release does not make."""
    made = identity.compiler_identity.__wrapped__
    before, read = made(), Path.read_bytes
    assert made() == before
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + b"#" * str(path).endswith(module))
    assert made() != before


def test_another_release_and_another_recipe_of_images_are_other_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    before, read = app._recipe.__wrapped__(), Path.read_bytes
    for module in ("engines/image/base.py", "image/settings.py", "kinds/app/image.py"):
        with monkeypatch.context() as changed:
            changed.setattr(Path, "read_bytes", lambda path, of=module: read(path) + b"#" * str(path).endswith(of))
            assert app._recipe.__wrapped__() != before
    compiler = identity.compiler_identity.__wrapped__()
    monkeypatch.setattr(identity, "__version__", "99")
    assert identity.compiler_identity.__wrapped__() != compiler
    assert app._recipe.__wrapped__() != before
