"""HTTP to one registry: addresses, logins, retries, errors in plain words. Does I/O on the network.

Logins follow the distribution project's token protocol (``WWW-Authenticate: Bearer realm=…``) or are Basic. A login is
sent to the registry and to its token service alone, over https except on this machine, and never logged.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from odcpub.engines.registry.credentials import Credential, docker_credential
from odcpub.engines.registry.errors import Later, denied, refused, unreachable
from odcpub.engines.registry.names import checked_host, is_loopback
from odcpub.errors import EngineError, TemporaryEngineError

if TYPE_CHECKING:
    import httpx

Body = Callable[[], Iterator[bytes]] | bytes | None
"""A request's content; a function where it is streamed, since a request may be sent twice."""

TRIES = 4
PAUSE, LONGEST_PAUSE = 0.2, 30.0
"""Seconds: before the second try; what a registry that names a time of its own is waited for at most."""
REDIRECTS = 5
_CHALLENGE = re.compile(r'([a-z_]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Request:
    """``path``: of the address, from ``/v2/`` on, or a whole address; ``repository``: whose login goes with it."""

    method: str
    path: str
    repository: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body = None


class Transport:
    """Sends requests to the registry at ``host``, several threads at once."""

    def __init__(self, host: str, credential: Callable[[str], Credential | None] = docker_credential) -> None:
        import httpx

        self.host = checked_host(host)
        local = is_loopback(host)
        # A proxy has no business between a process and its own machine.
        timeout = httpx.Timeout(60, connect=10)
        self._client = httpx.Client(trust_env=not local, timeout=timeout, follow_redirects=False)
        self._root = f"{'http' if local else 'https'}://{host}"
        self._credential = credential
        self._asked: tuple[Credential | None, EngineError | None] | None = None
        """The login that was asked for, or why it could not be; asked anew once it was refused."""
        self._asking = threading.Lock()
        self._logins: dict[str, str] = {}

    def send(self, request: Request, tries: int = TRIES) -> httpx.Response:
        """One request, answered 2xx or 404; retried on failures that may pass. Raises ``EngineError``."""
        for number in range(tries - 1):
            pause = PAUSE * 3**number
            try:
                return self._checked(request)
            except Later as error:
                pause = max(pause, min(error.seconds, LONGEST_PAUSE))
            except TemporaryEngineError:
                pass
            time.sleep(pause)
        return self._checked(request)

    @contextmanager
    def stream(self, path: str, repository: str) -> Iterator[httpx.Response]:
        """A GET whose content is read in pieces; redirects are followed, without the login on other hosts."""
        self.send(Request("HEAD", path, repository))
        url = self._url(path)
        for _ in range(REDIRECTS):
            with (
                self._translated(),
                self._client.stream("GET", url, headers=self._headers(url, repository)) as response,
            ):
                if not response.is_redirect:
                    if not response.is_success:
                        response.read()  # what it says becomes the message
                    self._check(response, repository)
                    yield response
                    return
                url = self._secure(urljoin(url, response.headers.get("Location", "")))
        raise EngineError(f"registry {self.host}: {repository}: redirects without end", "see the registry's own log")

    def close(self) -> None:
        """Closes kept connections."""
        self._client.close()

    def _checked(self, request: Request) -> httpx.Response:
        response = self._once(request)
        if response.status_code == 401 and self._log_in(response, request.repository):
            response = self._once(request)
        self._check(response, request.repository)
        return response

    def _once(self, request: Request) -> httpx.Response:
        url = self._url(request.path)
        content = request.body() if callable(request.body) else request.body
        headers = {**self._headers(url, request.repository), **request.headers}
        with self._translated():
            return self._client.request(request.method, url, headers=headers, content=content)

    def _url(self, path: str) -> str:
        return self._secure(urljoin(self._root, path))

    def _secure(self, url: str) -> str:
        parts = urlsplit(url)
        local = is_loopback(self.host) and is_loopback(parts.netloc)
        if "@" not in parts.netloc and (parts.scheme == "https" or (parts.scheme == "http" and local)):
            return url
        raise EngineError(
            f"registry {self.host}: sends us to an address that is not https ({parts.scheme}://{parts.hostname})",
            "set the registry's own external address to https",
        )

    def _headers(self, url: str, repository: str) -> dict[str, str]:
        login = self._logins.get(repository)
        return {"Authorization": login} if login and urlsplit(url).netloc == self.host else {}

    def _check(self, response: httpx.Response, repository: str) -> None:
        if response.status_code in (401, 403):
            asked, self._asked = self._asked, None
            raise (asked[1] if asked else None) or denied(self.host, repository, response)
        if response.is_success or response.is_redirect or response.status_code == 404:
            return
        raise refused(self.host, repository, response)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        import httpx

        try:
            yield
        except httpx.TransportError as error:
            raise unreachable(self.host, error) from error

    def _log_in(self, response: httpx.Response, repository: str) -> bool:
        """Answers a challenge; whether there is something new to try."""
        kind, _, rest = response.headers.get("WWW-Authenticate", "").partition(" ")
        credential = self._login()
        if kind.lower() == "basic" and credential and not credential.token:
            login = credential.basic()
        elif kind.lower() == "bearer":
            login = self._token(dict(_CHALLENGE.findall(rest)), credential)
        else:
            return False
        self._logins[repository] = login
        return bool(login)

    def _login(self) -> Credential | None:
        """One question for all threads: a helper may have its user asked. A token service may give a token without
        a login, so that one which could not be asked for is told only when access is denied."""
        with self._asking:
            if self._asked is None:
                try:
                    self._asked = (self._credential(self.host), None)
                except EngineError as error:
                    self._asked = (None, error)
            return self._asked[0]

    def _token(self, challenge: Mapping[str, str], credential: Credential | None) -> str:
        """A token of the registry's token service, as an ``Authorization`` header, or an empty text."""
        if "realm" not in challenge:
            raise EngineError(
                f"registry {self.host}: asks for a login and does not say where", "see the registry's log"
            )
        realm = self._secure(challenge["realm"])
        query = {key: challenge[key] for key in ("service", "scope") if key in challenge}
        with self._translated():
            if credential and credential.token:
                form = {
                    **query,
                    "grant_type": "refresh_token",
                    "client_id": "odcpub",
                    "refresh_token": credential.token,
                }
                response = self._client.post(realm, data=form)
            else:
                headers = {"Authorization": credential.basic()} if credential else {}
                response = self._client.get(realm, params=query, headers=headers)
        document = _json(response) if response.is_success else {}
        token = document.get("token") or document.get("access_token")
        return f"Bearer {token}" if isinstance(token, str) else ""


def _json(response: httpx.Response) -> dict[str, object]:
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
