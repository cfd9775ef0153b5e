"""What a Docker engine builds from: a Dockerfile and the layers' folders, as one tar in memory. Reads the template.

Equal content gives equal bytes, so that the engine's own cache finds unchanged layers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from odcpub.image.content import File, ImageContent, LayerContent
from odcpub.image.layers import pack, sha256
from odcpub.image.settings import check, image_labels

if TYPE_CHECKING:
    from jinja2 import Template

CONTENT_LABEL = "io.odcpub.content"


@dataclass(frozen=True, slots=True)
class Context:
    """``tar``: the build context; ``dockerfile``: the Dockerfile in it; ``key``: digest of all that enters."""

    tar: bytes
    dockerfile: str
    key: str


def make_context(content: ImageContent, base_image: str, extra: Mapping[str, str]) -> Context:
    """The context on the image ``base_image``; ``extra`` are further labels. Raises ``Refused``."""
    check(content.settings)
    layers = tuple(layer for layer in content.layers if layer.files)
    for layer in layers:
        pack(replace(layer, files=tuple(replace(file, content=b"") for file in layer.files)))
    labels = {**image_labels(content), **extra}
    key = sha256(_tar(layers, _dockerfile(content, base_image, layers, labels, "")))
    dockerfile = _dockerfile(content, base_image, layers, labels, key)
    return Context(_tar(layers, dockerfile), dockerfile, key)


def _tar(layers: tuple[LayerContent, ...], dockerfile: str) -> bytes:
    files = [
        replace(file, path=f"layers/{number}/{file.path}")
        for number, layer in enumerate(layers)
        for file in layer.files
    ]
    return pack(LayerContent("build context", (File("Dockerfile", dockerfile.encode()), *files))).tar


def _dockerfile(
    content: ImageContent, base_image: str, layers: tuple[LayerContent, ...], labels: Mapping[str, str], key: str
) -> str:
    settings = content.settings
    return _template().render(
        base=base_image,
        layers=layers,
        labels=sorted(labels.items()),
        env=sorted(settings.env),
        ports=sorted(settings.ports),
        workdir=settings.workdir,
        user=settings.user,
        health=settings.health,
        entrypoint=settings.entrypoint,
        key_label=CONTENT_LABEL,
        key=key,
    )


def quoted(text: str) -> str:
    """A literal in a Dockerfile: no variable, no escape and no end of line is read into it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


def exec_form(arguments: tuple[str, ...]) -> str:
    """A command in exec form, which no shell reads."""
    return json.dumps(list(arguments))


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - it writes a Dockerfile; the filters quote
        loader=FileSystemLoader(_templates()), undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.filters.update(quoted=quoted, exec_form=exec_form)
    return environment.get_template("Dockerfile.j2")


def _templates() -> Path:
    """Beside the package when installed, at the repository's root in a checkout."""
    package = Path(__file__).parents[2]
    installed = package / "_templates" / "image"
    return installed if installed.is_dir() else package.parent / "templates" / "image"
