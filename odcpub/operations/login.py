"""An app's login to its database as it is told to the app: environment and connection string. No I/O."""

from __future__ import annotations

from odcpub.engines.ports import Login


def database_environment(login: Login) -> dict[str, str]:
    """What an app is told about its database (docs/published-app.md)."""
    texts = {"AUTHORITY": login.tls.authority, "CERTIFICATE": login.tls.certificate, "KEY": login.tls.key}
    given = {f"ODCPUB_DATABASE_{name}": text for name, text in texts.items() if text}
    return {"ODCPUB_DATABASE": connection_string(login)} | given


_SSL_MODES = {
    "disable": "Disable", "allow": "Allow", "prefer": "Prefer", "require": "Require", "verify-ca": "VerifyCA",
    "verify-full": "VerifyFull",
}  # fmt: skip
"""libpq's words in Npgsql's."""


def connection_string(login: Login) -> str:
    """Npgsql's form; every value quoted, so that nothing in it can add a keyword."""
    values = {
        "Host": login.host,
        "Port": str(login.port),
        "Database": login.database,
        "Username": login.user,
        "Password": login.password,
        "Search Path": login.schema,
        "Maximum Pool Size": str(login.connections),
        "SSL Mode": _SSL_MODES[login.tls.mode],
        "Channel Binding": login.tls.channel_binding.capitalize(),
    }
    return ";".join(f"{name}='{value.replace(chr(39), chr(39) * 2)}'" for name, value in values.items())
