"""An image's run configuration: what is allowed in it, and the labels every image carries. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from odcpub.errors import REPORT, Refused
from odcpub.image.content import ImageContent, Settings

BASE_LABEL = "io.odcpub.base"
BASE_LAYERS_LABEL = "io.odcpub.base.layers"
READ_ONLY_LABEL = "io.odcpub.read-only-root"
RUNTIME_LABEL = "io.odcpub.runtime"
RUNTIME_SOURCE_LABEL = "io.odcpub.runtime.source"
_USER = re.compile(r"[1-9][0-9]{0,9}:[0-9]{1,10}")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_LABEL = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")


def standard_labels(
    title: str, description: str, asset: str, runtime: str, runtime_source: str
) -> tuple[tuple[str, str], ...]:
    """Labels for ``Settings.labels``. ``asset``: the asset's key; ``runtime``: its version; ``runtime_source``:
    ``sdk`` or ``bootstrap``. No revision number and no time, so that equal content is an equal image."""
    labels = {
        "org.opencontainers.image.title": title,
        "org.opencontainers.image.description": " ".join(description.split()),
        "io.odcpub.asset": asset,
        RUNTIME_LABEL: runtime,
        RUNTIME_SOURCE_LABEL: runtime_source,
    }
    return tuple(sorted((name, value) for name, value in labels.items() if value))


def image_labels(content: ImageContent) -> Mapping[str, str]:
    """The settings' labels and those that every image has: its base, and that its root may be mounted read-only."""
    return dict(sorted({**dict(content.settings.labels), BASE_LABEL: content.base, READ_ONLY_LABEL: "true"}.items()))


def check(settings: Settings) -> None:
    """Raises ``Refused`` with every reason why settings can't be an image's."""
    problems = tuple(_problems(settings))
    if problems:
        raise Refused("image settings: " + "; ".join(problems), REPORT)


def _problems(settings: Settings) -> Iterator[str]:
    if not settings.entrypoint or not settings.entrypoint[0].startswith("/"):
        yield "the entrypoint must begin with an absolute path"
    if not settings.workdir.startswith("/") or ".." in settings.workdir.split("/"):
        yield f"the working directory {settings.workdir!r} must be an absolute path"
    if not _USER.fullmatch(settings.user):
        yield f"the user {settings.user!r} must be uid:gid in numbers, and not root"
    yield from (f"port {port} is not between 1 and 65535" for port in settings.ports if not 0 < port < 65536)
    yield from (f"{name!r} is no name for a variable" for name, _ in settings.env if not _ENV_NAME.fullmatch(name))
    yield from (f"{name!r} is no name for a label" for name, _ in settings.labels if not _LABEL.fullmatch(name))
    yield from _repeated("variable", (name for name, _ in settings.env))
    yield from _repeated("label", (name for name, _ in settings.labels))
    texts = (*settings.entrypoint, *settings.health, settings.workdir)
    values = (value for _, value in (*settings.env, *settings.labels))
    yield from (f"{text!r} holds a control character" for text in (*texts, *values) if not _is_plain(text))


def _repeated(what: str, names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"{what} {name!r} is set twice"
        seen.add(name)


def _is_plain(text: str) -> bool:
    """No control characters, no lone surrogates: such a text means the same in JSON and in a Dockerfile."""
    return not any(c < " " or c in "\x7f\x85\u2028\u2029" or "\ud800" <= c <= "\udfff" for c in text)
