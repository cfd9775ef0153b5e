"""What NuGet says of a restore that failed, as one message that holds no address's secrets. No I/O.

Feeds' addresses may hold keys and passwords, in any part: of an address, the host alone is told. NuGet's codes are
listed at https://learn.microsoft.com/nuget/reference/errors-and-warnings. Of its output only errors tell a cause,
and of those neither addresses nor paths: a folder may be called "certificate", and a restore take 407 ms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from odcpub.errors import EngineError, TemporaryEngineError

ERROR = re.compile(r"\b(?:error(?: (?P<code>(?:NU|NETSDK|MSB)\d{4}))?\s*:|Unhandled exception[.:]) *(?P<text>.+)")
ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>]+", re.IGNORECASE)
PATH = re.compile(r"(?<=')/[^']*(?=')|(?<=\")/[^\"]*(?=\")|\[/[^]]*\]|(?<![^\s(])/[^\s'\"]+")
FEEDS = "dotnet nuget list source"


@dataclass(frozen=True, slots=True)
class Kind:
    """``sign``: what an error of NuGet's has; ``why`` may name ``{hosts}``; ``passing``: it may go away by itself."""

    sign: str
    why: str
    hint: str
    passing: bool = False


WRONG_HASH = Kind(
    r"NU1403",
    "a feed gives a file of another content under this name: its hash is not the pinned one",
    f"see which feeds NuGet asks, and take the wrong one out: {FEEDS}",
)
KINDS = (
    WRONG_HASH,
    Kind(r"NU30\d\d", "NuGet does not accept the package's signature{hosts}", f"see which feeds NuGet asks: {FEEDS}"),
    Kind(
        r"\bstatus\b\D{0,40}\b407\b",
        "the proxy wants a user and a password{hosts}",
        "put them into http_proxy and https_proxy; then stop the server, which has the old ones: odcpub down",
    ),
    Kind(
        r"\bstatus\b\D{0,40}\b40[13]\b|NU1303",
        "the feed wants a login, or refuses the one that NuGet has{hosts}",
        f"give NuGet that feed's login (dotnet nuget update source --help) after: {FEEDS}",
    ),
    Kind(
        r"\bcertificate\b|UntrustedRoot|PartialChain",
        "the feed's certificate is not trusted here{hosts}",
        "have the system trust its authority, or name it by SSL_CERT_FILE; then stop the server: odcpub down",
    ),
    Kind(r"No space left on device", "the disk is full", "make room, or set ODCPUB_CACHE to a folder on another disk"),
    Kind(
        r"local source '[^']*' doesn't exist",
        "one of NuGet's feeds is a folder that does not exist",
        f"see which, and take it out (dotnet nuget remove source NAME): {FEEDS}",
    ),
    Kind(
        r"NU1301|NU1300",
        "no feed can be reached{hosts}",
        f"check the network, the proxy and the feeds ({FEEDS}), then run the same command again: it is fetched once",
        passing=True,
    ),
    Kind(
        r"NU110[0-3]",
        "no feed that NuGet asks has it{hosts}",
        "add one that has: dotnet nuget add source https://api.nuget.org/v3/index.json --name nuget.org",
    ),
)
"""In this order: a refused login, say, comes with the code of a feed that cannot be reached."""


def failure(package: str, output: str) -> EngineError:
    """The first kind whose sign an error has; else the first error, without addresses."""
    errors = "\n".join(f"{found['code'] or ''}: {_bare(found['text'])}" for found in ERROR.finditer(output))
    kind = next((one for one in KINDS if re.search(one.sign, errors)), None)
    if kind is None:
        return EngineError(
            f"{package}: NuGet cannot restore it: {without_addresses(_first_error(output))[:300]}",
            f"see which feeds NuGet asks: {FEEDS}",
        )
    error = TemporaryEngineError if kind.passing else EngineError
    return error(f"{package}: cannot be restored: {kind.why.format(hosts=_hosts(output))}", kind.hint)


def wrong_hash(package: str) -> EngineError:
    return EngineError(f"{package}: cannot be restored: {WRONG_HASH.why}", WRONG_HASH.hint)


def without_addresses(text: str) -> str:
    """Each address by its host alone."""
    return ADDRESS.sub(lambda found: _host(found[0]) or "a feed", text)


def _bare(text: str) -> str:
    """Without addresses and paths, whose words are somebody's names."""
    return PATH.sub("", ADDRESS.sub("", text))


def _hosts(output: str) -> str:
    lines = [line for line in output.splitlines() if ERROR.search(line)]
    named = dict.fromkeys(host for line in lines for found in ADDRESS.findall(line) if (host := _host(found)))
    return f" ({', '.join(named)})" if named else ""


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _first_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    found = next((match["text"] for line in lines if (match := ERROR.search(line))), "")
    return found or (lines[-1] if lines else "it said nothing")
