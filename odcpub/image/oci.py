"""An image as values: configuration and manifest in canonical bytes, layers packed. No I/O.

Follows the OCI image specification 1.1 (manifest, configuration, annotations); ``Healthcheck`` is Docker's extension
of the configuration, which other runtimes ignore.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from odcpub.errors import Refused
from odcpub.image.content import ImageContent, Settings
from odcpub.image.layers import Layer, pack, sha256
from odcpub.image.settings import check, image_labels

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
EPOCH = "1970-01-01T00:00:00Z"
SECOND = 1_000_000_000
HEALTH_TIMES = {"Interval": 10 * SECOND, "Timeout": 5 * SECOND, "StartPeriod": 30 * SECOND, "Retries": 3}


@dataclass(frozen=True, slots=True)
class OciImage:
    """An assembled image: manifest, configuration, our layers from the bottom up, the base layer's digest."""

    manifest: bytes
    config: bytes
    layers: tuple[Layer, ...]
    base: str

    @property
    def digest(self) -> str:
        """The manifest's digest, which names the image."""
        return sha256(self.manifest)

    def blobs(self) -> Mapping[str, bytes]:
        """Digest → bytes of everything but the base layer and the manifest."""
        return {sha256(self.config): self.config} | {layer.digest: layer.tar for layer in self.layers}


def canonical(document: object) -> bytes:
    """JSON with sorted keys, no blanks, ASCII only: one form for one document."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def assemble(content: ImageContent, base_size: int, architecture: str) -> OciImage:
    """The image on a base layer of ``base_size`` bytes, for a processor as OCI names it (``amd64``, ``arm64``).

    Raises ``Refused`` for unusable content.
    """
    if not is_digest(content.base):
        raise Refused(
            f"base {content.base!r}: an image assembled here needs a base layer by digest: a reference must be pulled",
            "build with Docker to use a base image from a registry: odcpub engines set builder=docker",
        )
    check(content.settings)
    layers = tuple(pack(layer) for layer in content.layers if layer.files)
    config = canonical(_config(content, layers, architecture))
    manifest = canonical(_manifest(content.base, base_size, config, layers))
    return OciImage(manifest, config, layers, content.base)


def blobs_of(manifest: bytes) -> tuple[str, ...]:
    """The digests of configuration and layers, as a manifest names them; none where it is no image's."""
    try:
        document = json.loads(manifest)
        return tuple(str(one["digest"]) for one in (document["config"], *document["layers"]))
    except (ValueError, TypeError, KeyError):
        return ()


def platform_of(config: bytes) -> Mapping[str, str]:
    """What a configuration says the image is for, as an index says it; empty where it says nothing."""
    try:
        document = json.loads(config)
        return {name: str(document[name]) for name in ("architecture", "os")}
    except (ValueError, TypeError, KeyError):
        return {}


def is_digest(text: str) -> bool:
    """Whether a text is a SHA-256 digest as OCI writes it."""
    kind, _, digits = text.partition(":")
    return kind == "sha256" and len(digits) == 64 and not set(digits) - set("0123456789abcdef")


def checked_digest(digest: str) -> str:
    """A SHA-256 digest, or ``Refused``: nothing else may become a file name or a part of an address."""
    if not is_digest(digest):
        raise Refused(f"digest {digest!r}: not a sha256 digest", "write it like sha256: and 64 hexadecimal digits")
    return digest


def _descriptor(kind: str, digest: str, size: int) -> dict[str, object]:
    return {"mediaType": kind, "digest": digest, "size": size}


def _manifest(base: str, base_size: int, config: bytes, layers: tuple[Layer, ...]) -> dict[str, object]:
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": _descriptor(CONFIG_TYPE, sha256(config), len(config)),
        "layers": [
            _descriptor(LAYER_TYPE, base, base_size),
            *(_descriptor(LAYER_TYPE, layer.digest, len(layer.tar)) for layer in layers),
        ],
    }


def _config(content: ImageContent, layers: tuple[Layer, ...], architecture: str) -> dict[str, object]:
    names = ("base", *(layer.name for layer in layers))
    return {
        "architecture": architecture,
        "os": "linux",
        "created": EPOCH,
        "config": _run_config(content.settings, image_labels(content)),
        "rootfs": {"type": "layers", "diff_ids": [content.base, *(layer.digest for layer in layers)]},
        "history": [{"created": EPOCH, "created_by": f"odcpub: {name}"} for name in names],
    }


def _run_config(settings: Settings, labels: Mapping[str, str]) -> dict[str, object]:
    config: dict[str, object] = {
        "User": settings.user,
        "Env": [f"{name}={value}" for name, value in sorted(settings.env)],
        "Entrypoint": list(settings.entrypoint),
        "WorkingDir": settings.workdir,
        "Labels": dict(labels),
        "ExposedPorts": {f"{port}/tcp": {} for port in settings.ports},
    }
    if settings.health:
        config["Healthcheck"] = {"Test": ["CMD", *settings.health], **HEALTH_TIMES}
    return config
