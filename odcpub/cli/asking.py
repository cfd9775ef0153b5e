"""Values that a command asks for, or reads from standard input, so that they are in no process list. Does I/O."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING

from odcpub.cli.printing import warn
from odcpub.errors import UsageError
from odcpub.escaping import escaped

if TYPE_CHECKING:
    from odcpub.api_types.assets import ConfigurationValue
    from odcpub.cli.libpq import Login

LONGEST_VALUE = 65_536
OF_DATABASE = "password of the database"
LIBPQ = "or name it as for psql: in PGPASSWORD, ~/.pgpass or a service"


def setting_value(text: str) -> ConfigurationValue:
    """NAME=VALUE as it stands; NAME alone is asked for (or read from stdin), so that it is in no process list."""
    name, equals, value = text.partition("=")
    name = name.strip()
    if equals:
        return {"key": name, "value": value, "fromArgument": True}
    value = _ask(name)
    if not value:
        raise _no_value(name)
    return {"key": name, "value": value}


def _no_value(what: str, more: str = "") -> UsageError:
    hint = "type it at the prompt, or give it on standard input: one line for each value"
    return UsageError(f"{what}: no value was given", f"{hint}; {more}" if more else hint)


def _ask(what: str, more: str = "", others: str = "") -> str:
    """``more``: what else can be given; ``others``: where else a value is looked for."""
    said = "; ".join(text for text in (more, others) if text)
    if sys.stdin is None:  # closed, as some schedulers do
        raise _no_value(what, said)
    if sys.stdin.isatty():
        try:
            return getpass.getpass(escaped(f"{what}{f' ({more})' if more else ''}: "))
        except EOFError:
            warn()
            raise _no_value(what, said) from None
    try:
        line = sys.stdin.readline(LONGEST_VALUE + 1)
        line.encode()
    except UnicodeError:
        raise UsageError(f"{what}: is not UTF-8 text", "give text; bytes can be written in base64") from None
    if not line:
        raise _no_value(what, said)
    if "\0" in line:
        raise UsageError(f"{what}: holds the NUL character", "give text; bytes can be written in base64")
    if len(line) > LONGEST_VALUE:
        raise UsageError(f"{what}: is longer than {LONGEST_VALUE:,} characters", "give one line of text")
    return line.rstrip("\r\n")


def expect_end() -> None:
    """Raises UsageError where more follows on standard input: a value of several lines would lose all but the first."""
    if not sys.stdin.isatty() and _more():
        hint = "give one line for each value; write text of several lines, such as a certificate, in base64"
        raise UsageError("standard input: has more lines than values; nothing was set", hint)


def _more() -> bool:
    try:
        return bool(sys.stdin.readline(LONGEST_VALUE).strip("\r\n"))
    except UnicodeError:
        return True


def database_login(text: str) -> Login:
    """The database's address, completed as libpq would, with its password where something says it."""
    from odcpub.cli.libpq import resolve

    found = resolve(text, os.environ)
    if found.ignored:
        warn(f"warning: {found.ignored}")
    return found


def password_of(found: Login) -> str:
    """The password of a login, asked for where nothing says it."""
    if found.password is None:
        return _ask(OF_DATABASE, "an empty line if the server needs none", LIBPQ)
    try:
        found.password.value.encode()
    except UnicodeError:
        raise UsageError(f"{OF_DATABASE}: {found.password.origin}: is not UTF-8 text", "write it in UTF-8") from None
    warn(f"{OF_DATABASE}: taken from {found.password.origin}")
    return found.password.value
