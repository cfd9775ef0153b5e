"""A base layer whose tar has gone with the cache is made again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from odcpub.engines.image.assembly import AssemblyBuilder
from odcpub.engines.ports import Registry


@dataclass(frozen=True)
class Layer:
    digest: str
    tar: Path
    architecture: str = "amd64"


def test_a_base_layer_that_vanished_is_made_again(tmp_path: Path) -> None:
    made: list[Layer] = []

    def base_layer() -> Layer:
        tar = tmp_path / "base.tar"
        tar.touch()
        made.append(Layer("sha256:1", tar))
        return made[-1]

    builder = AssemblyBuilder(cast("Registry", None), base_layer)
    assert (builder.base(), builder.base(), len(made)) == ("sha256:1", "sha256:1", 1)
    made[0].tar.unlink()
    assert (builder.base(), len(made)) == ("sha256:1", 2)
