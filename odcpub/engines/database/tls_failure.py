"""Why a connection over TLS could not be made, in words. Network I/O: asks the server for its certificate again.

libpq tells one text for all that can be wrong with a certificate; a handshake of our own tells what it is.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from odcpub.address import FILES, WHERE
from odcpub.engines.database import tls
from odcpub.errors import EngineError
from odcpub.escaping import escaped

if TYPE_CHECKING:
    from cryptography import x509

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
"""postgresql.org/docs/current/protocol-message-formats.html, SSLRequest."""
_SECONDS = 5.0
_EXPIRED, _NOT_YET = 10, 9
_UNKNOWN = {2, 18, 19, 20, 21}
"""OpenSSL's codes of verification, openssl-verification-options(1)."""
_AUTHORITY = "give the certificate of the authority that signed it: sslrootcert=/path in the database's address"
_ASKED = ("requires a valid client certificate", "certificate required")
"""What comes of it, too, that libpq passes over a file of ``sslcert`` that is not there."""
_ADDRESS = "the database's address"
_NONE = "server does not support SSL"
_OF_POOLERS = {
    _NONE: "give it a certificate (PgBouncer: client_tls_sslmode, client_tls_cert_file, client_tls_key_file); "
    "sslmode=disable in the database's address goes without, to the server, too"
}
"""What helps where a pooler answers, and not the server."""
_SIGNS = (
    (_NONE, "the server does not offer TLS", "sslmode=disable in its address goes without"),
    *((sign, "the server asks for a client certificate", "add sslcert=… and sslkey=…") for sign in _ASKED),
    ("alert unknown ca", "the server does not know the authority of the client certificate",
     "its ssl_ca_file must hold the one that signed sslcert"),
    ("alert certificate expired", "the client certificate has expired", "renew the file of sslcert"),
    ("alert bad certificate", "the server does not take the client certificate", "see the server's log"),
    ("channel binding", "channel_binding=require: the server offers none", "leave it out, or use scram-sha-256"),
    (", no encryption", "the server takes nobody from here without TLS", "write sslmode=verify-full in its address"),
    (", SSL encryption", "pg_hba.conf lets nobody in from here over TLS", "add a line hostssl for this user"),
)  # fmt: skip
"""What libpq or the server says, what it means, and what helps."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Where was connected to. ``who``: answers there; ``address``: where it is named."""

    host: str
    port: int
    options: Mapping[str, str]
    who: str = "the server"
    address: str = _ADDRESS


def explain(text: str, peer: Peer) -> EngineError | None:
    """The cause of a failure that libpq tells as ``text``, as message and hint; None where it is none of TLS's.

    Its message has no place yet: ``certificate of db.example: unknown authority``."""
    host, options, who = peer.host, peer.options, peer.who
    if any(sign in text for sign in (*_ASKED, *(f'"{options[name]}"' for name in FILES if options.get(name)))):
        try:
            tls.for_apps(options, host)
        except EngineError as error:
            # What libpq tells of a file in several lines; the place is the caller's to say.
            return EngineError(error.message.removeprefix(f"{WHERE}: "), error.hint)
    if "certificate verify failed" in text or "does not match host name" in text:
        named = peer.address if "does not match host name" in text else ""
        return EngineError(*_certificate(host, peer.port, options, named))
    both = ", no encryption" in text and ", SSL encryption" in text  # then it is not the encryption that is refused
    for sign, what, hint in () if both else _SIGNS:
        if sign in text:
            return EngineError(
                what.replace("the server", who), hint if who == "the server" else _OF_POOLERS.get(sign, hint)
            )
    return None


def _certificate(host: str, port: int, options: Mapping[str, str], address: str) -> tuple[str, str]:
    """``address``: where another name can be given, if it is the name that is wrong."""
    where = f"certificate of {host}"
    seen = _seen(host, port)
    if address:
        named = f"is for {names(seen)}, not for {host}" if seen else f"is not for {host}"
        return f"{where}: {named}", f"use a name that it is for in {address}, or have another one signed"
    code, why = _verified(host, port, options)
    if seen and code == _EXPIRED:
        return f"{where}: expired on {seen.not_valid_after_utc:%Y-%m-%d}", "have the server's certificate renewed"
    if seen and code == _NOT_YET:
        return (
            f"{where}: not valid before {seen.not_valid_before_utc:%Y-%m-%d}",
            "set this machine's clock, or have the server's certificate renewed",
        )
    return f"{where}: {'unknown authority' if code in _UNKNOWN or not why else why}", _AUTHORITY


def names(certificate: x509.Certificate) -> str:
    """Whom a certificate is for: alternative names, or else the common one; three at most."""
    from cryptography import x509

    found: list[str] = []
    with contextlib.suppress(x509.ExtensionNotFound, ValueError):
        each = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = [str(one.value) for one in each if isinstance(one, (x509.DNSName, x509.IPAddress))]
    common = [str(one.value) for one in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    shown = [escaped(one) for one in found or common] or ["nobody"]
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")


def _seen(host: str, port: int) -> x509.Certificate | None:
    """The certificate that the server shows, whatever it is worth."""
    from cryptography import x509

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with contextlib.suppress(OSError, ValueError), _handshake(host, port, context) as over:
        return x509.load_der_x509_certificate(over.getpeercert(True) or b"")
    return None


def _verified(host: str, port: int, options: Mapping[str, str]) -> tuple[int, str]:
    """OpenSSL's code and words for what is wrong with the certificate's chain; 0 where nothing is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    try:
        context.load_verify_locations(tls.for_libpq(options)["sslrootcert"])
        with _handshake(host, port, context):
            return 0, ""
    except ssl.SSLCertVerificationError as error:
        return error.verify_code, error.verify_message
    except (OSError, ValueError):
        return 0, ""


@contextlib.contextmanager
def _handshake(host: str, port: int, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    with socket.create_connection((host, port), _SECONDS) as plain:
        plain.sendall(_SSL_REQUEST)
        if plain.recv(1) != b"S":
            raise OSError("no TLS")
        with context.wrap_socket(plain, server_hostname=host) as over:
            yield over
