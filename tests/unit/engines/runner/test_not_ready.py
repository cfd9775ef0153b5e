"""Secrets in what apps say last are hidden."""

from __future__ import annotations

import pytest

from odcpub.engines.runner.not_ready import redact

SECRETS = (
    ("ODCPUB_DATABASE", "Host='h';Password='it''s;so';Search Path='x'"),
    ("ODC_SECRET_Token", "abc-def"),
    ("ODC_SECRET_Key", "-----BEGIN\nfirstline\nsecondline"),
    ("ODC_SECRET_Short", "a"),
)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("token abc-def is wrong", "token (hidden) is wrong"),
        ("login it''s;so failed", "login (hidden) failed"),
        ("connecting to Host='h';Password='it''s;so';Search Path='x'", "connecting to (hidden)"),
        ("key secondline", "key (hidden)"),
        ("a day", "a day"),
    ],
)
def test_secret_values_are_hidden(line: str, shown: str) -> None:
    assert redact([line], SECRETS) == (shown,)
