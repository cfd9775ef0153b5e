"""What libpq says in several lines is told as the cause that helps."""

from __future__ import annotations

import pytest

from odcpub.engines.database.login_failure import decisive, told

AT = 'connection to server at "127.0.0.1", port 5432 failed: '
WITHOUT = f'{AT}FATAL:  no pg_hba.conf entry for host "127.0.0.1", user "me", database "x", no encryption'
WITH = WITHOUT.replace("no encryption", "SSL encryption")
WRONG = f'{AT}FATAL:  password authentication failed for user "me"'
SHUT = f'{AT}FATAL:  permission denied for database "x"'
DETAIL = "DETAIL:  User does not have CONNECT privilege."


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([f"connection failed: {WRONG}", WITHOUT], f"connection failed: {WRONG}"),
        ([WITHOUT, WRONG], WRONG),
        ([WITH, WITHOUT], WITHOUT),
        ([SHUT, DETAIL, WITHOUT], f"{SHUT}: User does not have CONNECT privilege."),
        ([SHUT, DETAIL], f"{SHUT}: User does not have CONNECT privilege."),
        ([f"{AT}Connection refused", "\tIs the server running on that host?"], f"{AT}Connection refused"),
        (["connection timeout expired"], "connection timeout expired"),
        ([], "it does not answer"),
    ],
)
def test_one_line(lines: list[str], says: str) -> None:
    assert told(decisive("\n".join(lines))) == says
