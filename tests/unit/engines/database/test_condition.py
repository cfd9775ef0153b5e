"""What doctor says of a server's rights and of the way there."""

from __future__ import annotations

import pytest

from odcpub.engines.database.condition import Rights, told_rights, told_way


@pytest.mark.parametrize(
    ("rights", "words", "statement"),
    [
        (Rights("me", True, True), "me may create databases and roles", ""),
        (Rights("me", False, False), "me may create nothing", 'ALTER ROLE "me" CREATEDB CREATEROLE;'),
        (Rights('m"e', True, False), 'm"e may create databases', 'ALTER ROLE "m""e" CREATEROLE;'),
        (Rights("me", False, True), "me may create roles", 'ALTER ROLE "me" CREATEDB;'),
        (Rights("me", False, True, ("odc_qa",)), "me may create roles, and schemas in odc_qa", ""),
        (
            Rights("me", False, True, ("odc_qa",), ("odc_x",)),
            "me may create roles, and schemas in odc_qa",
            'GRANT CREATE ON DATABASE "odc_x" TO "me";',
        ),
        (
            Rights("me", False, True, ("odc_qa",), shut=("odc_x",)),
            "me may create roles, and schemas in odc_qa",
            'GRANT CONNECT ON DATABASE "odc_x" TO "me" WITH GRANT OPTION;',
        ),
        (Rights("me", True, True, closed=("odc_x",)), "me may create databases and roles", ""),
    ],
)
def test_what_may_be_created_and_what_gives_the_rest(rights: Rights, words: str, statement: str) -> None:
    said, hints = told_rights(rights)
    assert said == words
    assert [hint.partition(": ")[2] for hint in hints] == ([statement] if statement else [])


FULL = {"sslmode": "verify-full"}
CA = {"sslmode": "require", "sslrootcert": "/ca.pem"}


@pytest.mark.parametrize(
    ("encrypted", "options", "local", "says", "advised"),
    [
        (True, FULL, False, "TLSv1.3, certificate and host name verified", False),
        (True, {"sslrootcert": "system"}, False, "TLSv1.3, certificate and host name verified", False),
        (
            True,
            {"sslmode": "verify-ca", "sslrootcert": "/ca.pem"},
            False,
            "TLSv1.3, certificate verified, its host name not",
            False,
        ),
        (True, CA, False, "TLSv1.3, certificate verified, its host name not", False),
        (True, {"sslmode": "require"}, False, "TLSv1.3, certificate not verified", True),
        (True, {}, False, "TLSv1.3, certificate not verified", True),
        (True, {}, True, "TLSv1.3, certificate not verified", False),
        (False, {}, False, "not encrypted", True),
        (False, {}, True, "", False),
    ],
)
def test_how_safe_the_way_is(encrypted: bool, options: dict[str, str], local: bool, says: str, advised: bool) -> None:
    said, advice = told_way(encrypted, "TLSv1.3", options, local)
    assert said == says
    assert bool(advice) == advised
