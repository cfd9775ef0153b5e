"""A toolchain of one processor with a base image of another is refused before anything is built."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from odcpub.engines.image.assembly import Base
from odcpub.engines.image.docker import DockerBuilder
from odcpub.engines.registry.distribution import OciRegistry
from odcpub.errors import Refused
from odcpub.image.content import ImageContent, Settings

BASE = f"example.org/dotnet/aspnet@sha256:{'0' * 64}"
CONTENT = ImageContent(BASE, (), Settings(("/app/app",)))


class Images:
    """An engine's images: one that is there, of one processor; nothing can be pulled, listed or built."""

    def __init__(self, architecture: str) -> None:
        self._attributes = {"Architecture": architecture, "RootFS": {"Layers": ["sha256:1"]}}

    def get(self, name: str) -> Any:
        assert name == BASE
        return SimpleNamespace(attrs=self._attributes)


def never() -> Base:
    raise AssertionError("a base image needs no base layer")


@pytest.mark.parametrize(("toolchain", "image"), [("amd64", "arm64"), ("arm64", "amd64")])
def test_a_base_image_of_another_processor_is_refused(toolchain: str, image: str) -> None:
    client: Any = SimpleNamespace(images=Images(image))
    registry = OciRegistry("localhost:9", "")
    builder = DockerBuilder(client, registry, never, lambda: toolchain, BASE)
    with pytest.raises(Refused) as caught:
        builder.build(CONTENT, "helpdesk")
    registry.close()
    assert f"is for {image}, and the C# toolchain makes apps for {toolchain}" in caught.value.message
    assert "base_image" in caught.value.hint
