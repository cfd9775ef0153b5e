"""Which changes of type are allowed, when, and at what cost."""

from __future__ import annotations

import pytest

from odcpub.data.casts import Cast, cast
from odcpub.data.phases import EXPAND, TIGHTEN

WIDER, REWRITTEN = Cast(EXPAND), Cast(EXPAND, rewrites=True)


@pytest.mark.parametrize(
    ("old", "new", "how"),
    [
        ("character varying(5)", "character varying(6)", WIDER),
        ("character varying(5)", "text", WIDER),
        ("text", "character varying(5)", Cast(TIGHTEN, "char_length({column}) > 5", rewrites=True)),
        ("integer", "bigint", REWRITTEN),
        ("bigint", "integer", Cast(TIGHTEN, "{column} NOT BETWEEN -2147483648 AND 2147483647", rewrites=True)),
        ("integer", "numeric(12,2)", REWRITTEN),
        ("integer", "numeric(11,2)", None),
        ("bigint", "numeric(28,8)", REWRITTEN),
        ("bigint", "numeric(26,8)", None),
        ("numeric(5,2)", "numeric(6,2)", WIDER),
        ("numeric(5,2)", "numeric(6,3)", REWRITTEN),
        ("numeric(5,2)", "numeric(4,2)",
         Cast(TIGHTEN, "abs({column}) >= 1e2 OR {column} <> round({column}, 2)", rewrites=True)),
        ("numeric(5,2)", "numeric(5,3)",
         Cast(TIGHTEN, "abs({column}) >= 1e2 OR {column} <> round({column}, 3)", True, between="numeric(6,3)")),
        ("numeric(5,3)", "numeric(5,2)",
         Cast(TIGHTEN, "abs({column}) >= 1e3 OR {column} <> round({column}, 2)", True, between="numeric(6,3)")),
        ("numeric(28,8)", "numeric(28,4)", None),
        ("numeric(5,2)", "integer", None),
        ("timestamp with time zone", "date", None),
        ("date", "timestamp with time zone", None),
        ("text", "integer", None),
        ("integer", "text", None),
        ("bigint", "text", None),
        ("bytea", "text", None),
        ("boolean", "integer", None),
        ("time without time zone", "text", None),
    ],
)  # fmt: skip
def test_casts(old: str, new: str, how: Cast | None) -> None:
    assert cast(old, new) == how
