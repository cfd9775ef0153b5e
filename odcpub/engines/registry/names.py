"""Which repository names, digests and registry hosts are acceptable. No I/O."""

from __future__ import annotations

import ipaddress
import re

from odcpub.errors import Refused
from odcpub.image.content import ImageRef
from odcpub.image.oci import checked_digest

_NAME = re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*")
_HOST = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)(:[0-9]{1,5})?")


def checked_name(name: str) -> str:
    """A repository name of the OCI distribution specification, or ``Refused``."""
    if len(name) > 200 or not _NAME.fullmatch(name):
        raise Refused(
            f"repository {name!r}: not a valid name in a registry",
            "use lower-case letters, digits and single '-', '_', '.' or '/' between them",
        )
    return name


def checked_image(image: ImageRef) -> ImageRef:
    """Both of the above."""
    checked_name(image.repository)
    checked_digest(image.digest)
    return image


def checked_host(host: str) -> str:
    """``name`` or ``name:port`` of a registry, without scheme or user, or ``Refused``."""
    if not _HOST.fullmatch(host):
        raise Refused(
            f"registry {host!r}: not a host name with an optional port", "write it like localhost:5001 or ghcr.io"
        )
    return host


def is_loopback(host: str) -> bool:
    """Whether a host (with or without port) can only be this machine; only there is plain http allowed."""
    name = host[1 : host.index("]")] if host.startswith("[") else host.partition(":")[0]
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
