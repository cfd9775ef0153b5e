"""A build is known by its compiler: whatever decides what comes out belongs to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from odcpub.compiler import identity

DECIDES = ("model/data_types.py", "model/physical.py", "model/literals.py", "data/target.py", "compiler/csharp.py")


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
