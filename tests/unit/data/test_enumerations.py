"""What a library's static entities let pass, in our spelling and in PostgreSQL's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.data.enumerations import enumerations
from odcpub.data.limits import check, read_check
from odcpub.data.rule_names import RuleKind
from odcpub.data.schema import Referent
from tests.models import MONEY, library


@given(st.frozensets(st.text()))
def test_the_keys_of_a_limit_are_those_it_was_made_of(keys: frozenset[str]) -> None:
    made = check(RuleKind.KNOWN, keys, "t", "a")
    assert read_check(made.name, made.expression, True, "a") == made


@pytest.mark.parametrize(
    ("expression", "keys"),
    [
        ("(a = ANY (ARRAY['EUR'::text, 'it''s'::text]))", {"EUR", "it's"}),
        ("(\"in\" = 'EUR'::text)", {"EUR"}),
        ("(a IS NULL)", set()),
    ],
)
def test_limits_as_the_server_spells_them(expression: str, keys: set[str]) -> None:
    name = check(RuleKind.KNOWN, frozenset(keys), "t", "a").name
    assert read_check(name, expression, True, "a").passes == keys


def test_a_static_entity_is_the_same_whatever_its_library_is_called() -> None:
    money, cash = (enumerations(library(name=name, Code={"B": False, "A": True})) for name in ("Money", "Cash"))
    assert money["Money.Code"] == cash["Cash.Code"]
    assert (money["Money.Code"].referent, money["Money.Code"].keys) == (Referent("Code", MONEY), ("A", "B"))
