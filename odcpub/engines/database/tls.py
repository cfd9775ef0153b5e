"""TLS to a PostgreSQL server: what an address says of it, for the platform's connections and for apps. Reads files.

Both get one meaning, libpq's (postgresql.org/docs/current/libpq-ssl.html), and the address is all there is: neither
files in a home folder nor variables of an environment add to it, since apps run where those are others. For the same
reason ``sslrootcert=system`` means Mozilla's authorities, which images carry.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from odcpub.address import FILES, WHERE
from odcpub.engines.ports import Tls
from odcpub.errors import EngineError, UsageError
from odcpub.files import BadFile, TooLarge, read_file
from odcpub.text import listed, shown

if TYPE_CHECKING:
    from cryptography import x509

MODES = ("verify-full", "verify-ca", "require", "prefer", "allow", "disable")
SYSTEM = "system"
_WORDS = {
    "sslmode": MODES,
    "channel_binding": ("disable", "prefer", "require"),
    "gssencmode": ("disable", "prefer"),
}
"""Options whose words are checked, and those that hold for apps too."""
_CHECKED = ("verify-ca", "verify-full")
_NOWHERE = "/dev/null/none"
"""Stands for a file that is not there: libpq takes none then, and not the one of the home folder."""
_LARGEST = 100_000
"""Bytes of a file. Linux takes 131,072 for one variable of an environment, its name included."""


def mode(options: Mapping[str, str]) -> str:
    """libpq's default is ``prefer``, and ``verify-full`` with the system's authorities; ``require`` with a file of
    authorities is ``verify-ca``."""
    authority = options.get("sslrootcert", "")
    asked = options.get("sslmode") or ("verify-full" if authority == SYSTEM else "prefer")
    return "verify-ca" if asked == "require" and authority not in ("", SYSTEM) else asked


def check(options: Mapping[str, str]) -> None:
    """Refuses what is no word of libpq's, what does not go together, and what can't hold for apps; reads nothing."""
    for name, words in _WORDS.items():
        if options.get(name, words[0]) not in words:
            why = ": apps can't encrypt by GSSAPI" if name == "gssencmode" else ""
            raise UsageError(f"{WHERE}: unknown {name} {shown(options[name])}{why}", f"write one of {listed(words)}")
    if "require_auth" in options:
        hint = "leave it out; channel_binding=require asks the server to prove itself"
        raise UsageError(f"{WHERE}: require_auth can't hold for apps, whose driver has no such option", hint)
    for name in FILES:
        path = options.get(name, "/")
        if not path.startswith("/") and (name, path) != ("sslrootcert", SYSTEM):
            raise UsageError(f"{WHERE}: {name}: {shown(path)} is no absolute path", f"write {name}=/path/to/the/file")
    _check_together(options)


def _check_together(options: Mapping[str, str]) -> None:
    asked, authority = mode(options), options.get("sslrootcert", "")
    refused = (
        (asked in _CHECKED and not authority, f"sslmode={asked} needs an authority",
         f"add sslrootcert={_home_file()}, or sslrootcert=system where a public authority has signed it"),
        (authority == SYSTEM and asked != "verify-full",
         f"sslrootcert=system with sslmode={asked}: anybody can have a certificate of a public authority",
         "write sslmode=verify-full, which compares the name, too"),
        (authority != "" and asked in ("prefer", "allow"),
         f"sslrootcert with sslmode={asked}: a server that it does not fit would be used all the same, without TLS",
         "write sslmode=verify-full, or leave sslrootcert out"),
        (("sslcert" in options) != ("sslkey" in options), "sslcert and sslkey go together", "name both files, or none"),
        (asked == "disable" and options.get("channel_binding") == "require", "channel_binding=require needs TLS",
         "write another sslmode, or leave it out"),
    )  # fmt: skip
    for wrong, what, hint in refused:
        if wrong:
            raise UsageError(f"{WHERE}: {what}", hint)


def _home_file() -> str:
    """The file that libpq would look for by itself, where there is one."""
    file = Path("~/.postgresql/root.crt").expanduser()
    return str(file) if file.is_file() else "/path/to/the/authority.pem"


def for_libpq(options: Mapping[str, str]) -> dict[str, str]:
    """The parameters of a connection of the platform's own: each is named, so that nothing else is looked at."""
    asked, authority = mode(options), options.get("sslrootcert") or _NOWHERE
    if authority == SYSTEM:
        import certifi

        authority = certifi.where()  # libpq's own idea of the system depends on how it was built
    return {
        "sslmode": asked,
        "sslrootcert": authority,
        "sslcert": options.get("sslcert") or _NOWHERE,
        "sslkey": options.get("sslkey") or _NOWHERE,
        "sslcrl": _NOWHERE,
        "channel_binding": options.get("channel_binding") or "prefer",
        "gssencmode": options.get("gssencmode") or "disable",
    }


def for_apps(options: Mapping[str, str], host: str) -> Tls:
    """The same for apps that reach the server at ``host``, with the texts of the files. Raises ``EngineError`` where
    one can't be read, or is of no use to apps. Sockets of the machine know no TLS, whatever is asked."""
    asked = mode(options)
    if asked == "disable" or host.startswith("/"):
        return Tls()
    authority = options.get("sslrootcert", "")
    texts = {name: _text(name, options[name]) for name in FILES if options.get(name, SYSTEM) != SYSTEM}
    if "sslrootcert" in texts:
        _certificates("sslrootcert", authority, texts["sslrootcert"])
    if "sslcert" in texts:
        _check_key(options, texts)
    return Tls(
        mode=asked,
        channel_binding=options.get("channel_binding") or "prefer",
        authority=texts.get("sslrootcert", ""),
        certificate=texts.get("sslcert", ""),
        key=texts.get("sslkey", ""),
    )


def _text(name: str, path: str) -> str:
    try:
        content = read_file(Path(path), _LARGEST)
        if content is None:
            raise BadFile("No such file", "")
        return content.decode("ascii")
    except TooLarge:
        hint = "name a file with the server's own authority alone, or write sslrootcert=system"
        what = f"is larger than {_LARGEST // 1000} kB, and apps get it in their environment"
        raise _unfit(name, path, what, hint) from None
    except BadFile as bad:
        raise _unfit(name, path, f"can't be read: {bad.reason}", "put it there, readable by this user") from None
    except UnicodeDecodeError:
        raise _unfit(name, path, "is no PEM file", f"openssl x509 -inform der -in {path} makes one") from None


def _certificates(name: str, path: str, text: str) -> list[x509.Certificate]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        raise _unfit(name, path, "holds no certificate", "it begins with -----BEGIN CERTIFICATE-----") from None


def _check_key(options: Mapping[str, str], texts: Mapping[str, str]) -> None:
    """The key is the certificate's, and one that apps can use: .NET knows RSA and the NIST curves."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    own, path = _certificates("sslcert", options["sslcert"], texts["sslcert"])[0], options["sslkey"]
    key = _key(path, texts["sslkey"])
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise _unfit("sslkey", path, "is of a kind that apps can't use", "use an RSA or an EC key")
    if key.public_key() != own.public_key():
        raise _unfit("sslkey", path, "is not the key of the certificate", f"sslcert is {options['sslcert']}")
    if readable_by_others(Path(path).stat()):
        raise _unfit("sslkey", path, "can be read by others", f"chmod 600 {path}")


def readable_by_others(found: os.stat_result) -> bool:
    """libpq's rule (libpq-ssl.html, Client Certificates): 0600 at most, and 0640 where root is the owner, since root
    lets groups use keys of the system."""
    return bool(found.st_mode & (0o037 if found.st_uid == 0 else 0o077))


def _key(path: str, text: str) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(text.encode(), None)
    except TypeError:
        hint = f"openssl pkey -in {path} -out /path/to/another/file writes it without one; mode 600"
        raise _unfit("sslkey", path, "is encrypted with a password, which nobody could give to an app", hint) from None
    except (ValueError, UnsupportedAlgorithm):
        raise _unfit("sslkey", path, "holds no key", "it begins with -----BEGIN PRIVATE KEY-----") from None


def _unfit(name: str, path: str, what: str, hint: str) -> EngineError:
    return EngineError(f"{WHERE}: {name}: {path}: {what}", hint)
