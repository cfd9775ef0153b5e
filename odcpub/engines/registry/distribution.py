"""Any registry that speaks the OCI distribution protocol. Does I/O on the network.

Only missing blobs are sent, several at once, each in one streamed request; one that this process has seen in another
repository of the registry is mounted from there. The manifest comes last, so that what it names is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

from odcpub.engines.common.disk import told
from odcpub.engines.registry import files
from odcpub.engines.registry.credentials import Credential, docker_credential
from odcpub.engines.registry.names import checked_image, checked_name
from odcpub.engines.registry.transport import TRIES, Request, Transport
from odcpub.errors import EngineError, TemporaryEngineError
from odcpub.image.content import ImageRef
from odcpub.image.oci import MANIFEST_TYPE, blobs_of, checked_digest

AT_ONCE = 4
_ACCEPT = f"{MANIFEST_TYPE}, application/vnd.docker.distribution.manifest.v2+json"
_LARGEST_MANIFEST = 4 << 20


class OciRegistry:
    """The registry at ``host`` (``localhost:5001``, ``ghcr.io``), repositories below ``prefix`` (``team/apps``)."""

    def __init__(
        self, host: str, prefix: str = "", credential: Callable[[str], Credential | None] = docker_credential
    ) -> None:
        self._prefix = checked_name(prefix) + "/" if prefix else ""
        self._http = Transport(host, credential)
        self._seen: dict[str, str] = {}

    def manifest(self, image: ImageRef) -> bytes | None:
        name = self._name(checked_image(image))
        answer = self._http.send(Request("GET", f"/v2/{name}/manifests/{image.digest}", name, {"Accept": _ACCEPT}))
        if answer.status_code == 404:
            return None
        if len(answer.content) > _LARGEST_MANIFEST or files.digest_of(answer.content) != image.digest:
            raise EngineError(f"{self._where}: {image}: answered with another manifest", "check proxies on the way")
        return answer.content

    def has(self, image: ImageRef) -> bool:
        manifest, name = self.manifest(image), self._name(image)
        if manifest is None:
            return False
        with ThreadPoolExecutor(AT_ONCE, "look") as pool:
            return all(pool.map(lambda digest: self._has_blob(name, digest), blobs_of(manifest)))

    def _has_blob(self, name: str, digest: str) -> bool:
        return self._http.send(Request("HEAD", f"/v2/{name}/blobs/{checked_digest(digest)}", name)).status_code != 404

    def blob(self, image: ImageRef, digest: str) -> Iterator[bytes]:
        name = self._name(checked_image(image))
        with self._http.stream(f"/v2/{name}/blobs/{checked_digest(digest)}", name) as answer:
            if answer.status_code == 404:
                raise EngineError(f"{self._where}: {image}: blob {digest} is missing", "publish again")
            yield from files.checked(self._where, digest, answer.iter_raw(files.PIECE))

    def put(self, image: ImageRef, manifest: bytes, blobs: Mapping[str, Path | bytes]) -> None:
        name = self._name(checked_image(image))
        with ThreadPoolExecutor(AT_ONCE, "push") as pool, told(self._where):
            tuple(pool.map(lambda item: self._put_blob(name, *item), blobs.items()))
        headers = {"Content-Type": _media_type(manifest)}
        # By a tag of its own: a registry's garbage collection keeps what has a tag.
        tag = "odcpub-" + image.digest.removeprefix("sha256:")[:32]
        answer = self._http.send(Request("PUT", f"/v2/{name}/manifests/{tag}", name, headers, manifest))
        self._expect(answer.status_code, name)

    def reference(self, image: ImageRef) -> str:
        return f"{self._http.host}/{self._name(checked_image(image))}@{image.digest}"

    def name(self, repository: str) -> str:
        """What ``docker push`` calls a repository: ``localhost:5001/team/helpdesk``."""
        return f"{self._http.host}/{self._prefix}{checked_name(repository)}"

    @property
    def host(self) -> str:
        """The registry's host, with its port."""
        return self._http.host

    def close(self) -> None:
        """Closes kept connections."""
        self._http.close()

    @property
    def _where(self) -> str:
        return f"registry {self._http.host}"

    def _name(self, image: ImageRef) -> str:
        return self._prefix + image.repository

    def _put_blob(self, name: str, digest: str, content: Path | bytes) -> None:
        if not self._has_blob(name, digest):
            self._upload(name, digest, content)
        self._seen[digest] = name

    def _upload(self, name: str, digest: str, content: Path | bytes) -> None:
        """Mounts or sends a blob; an upload that broke begins anew, since its session may be gone."""
        for number in range(TRIES):
            try:
                location = self._session(name, digest)
                if location:
                    self._send(name, digest, content, location)
                return
            except TemporaryEngineError:
                if number == TRIES - 1:
                    raise

    def _session(self, name: str, digest: str) -> str:
        """Where to send a blob; empty where it could be mounted from a repository that has it."""
        other = self._seen.get(digest)
        query = "?" + urlencode({"mount": digest, "from": other}) if other and other != name else ""
        answer = self._http.send(Request("POST", f"/v2/{name}/blobs/uploads/{query}", name))
        self._expect(answer.status_code, name)
        return "" if answer.status_code == 201 else str(answer.headers.get("Location", ""))

    def _send(self, name: str, digest: str, content: Path | bytes, location: str) -> None:
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(files.size_of(content))}
        url = location + ("&" if "?" in location else "?") + urlencode({"digest": digest})
        body = content if isinstance(content, bytes) else lambda: files.pieces(content)
        answer = self._http.send(Request("PUT", url, name, headers, body), tries=1)
        if answer.status_code == 404:
            raise TemporaryEngineError(
                f"{self._where}: {name}: the registry lost the upload session", "run the same command again"
            )

    def _expect(self, status: int, name: str) -> None:
        if status == 404:
            raise EngineError(
                f"{self._where}: repository {name} does not exist and cannot be made by pushing (404)",
                "create the repository in the registry, or correct its address: odcpub engines set registry=…",
            )


def _media_type(manifest: bytes) -> str:
    try:
        return str(json.loads(manifest).get("mediaType", MANIFEST_TYPE))
    except (ValueError, AttributeError):
        return MANIFEST_TYPE
