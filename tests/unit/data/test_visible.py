"""SQL in files shows what it is: no sign in its texts that is not seen, and no other meaning."""

from __future__ import annotations

import pytest

from odcpub.data.plan import plan_migration
from odcpub.data.script import whole_sql
from odcpub.data.target import target_schema
from odcpub.data.visible import visible
from odcpub.model.characters import forbidden
from tests.helpdesk_asset import HELPDESK, LIBRARIES


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("SELECT 'a'", "SELECT 'a'"),
        ("SELECT 'Übersicht 😀'", "SELECT 'Übersicht 😀'"),
        ("SELECT 'a\u2028b'", r"SELECT U&'a\2028b'"),
        ("SELECT ('\x85\\d''s\U000e0001')", r"SELECT (U&'\0085\\d''s\+0e0001')"),
        ("-- it's\nSELECT 'a\xa0', \"it's\", 'b'", "-- it's\nSELECT U&'a\\00a0', \"it's\", 'b'"),
        ("E'it ', 'a\xa0'", r"E'it ', U&'a\00a0'"),
        ("$$ 'a\xa0' $$, $x$ it's $x$, '\xa0'", "$$ 'a\xa0' $$, $x$ it's $x$, U&'\\00a0'"),
    ],
)
def test_texts_show_all_their_signs(sql: str, shown: str) -> None:
    assert visible(sql) == shown


def test_what_makes_a_whole_database_shows_all_its_signs() -> None:
    """A text with blanks alone is none: the rule of mandatory texts names every blank that there is."""
    sql = whole_sql(plan_migration(None, target_schema(HELPDESK, LIBRARIES), asset=HELPDESK))
    assert not forbidden(sql)
    assert r"U&'[^[:space:]\0085\00a0" in sql
