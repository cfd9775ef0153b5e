"""Rows in the way of a phase: what is said must be true of what runs then."""

from __future__ import annotations

from odcpub.data.migration import Finding, RowCheck, Sentence
from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.engines.database.checks import refusal

NO_VALUE = Sentence("1 row has no value", "{count} rows have no value")
CHECK = RowCheck("", "", "Ticket.Subject", NO_VALUE, "give them one")
FOUND = [Finding(CHECK, 2, (("7", ""), ("8", "")))]


def test_before_expand_nothing_was_changed() -> None:
    told = refusal("helpdesk in qa", FOUND, EXPAND)
    assert "nothing was changed" in told.message
    assert told.details == ("Ticket.Subject: 2 rows have no value: row 7, row 8; give them one",)


def test_before_tighten_the_new_version_runs_already() -> None:
    told = refusal("helpdesk in qa", FOUND * 2, TIGHTEN)
    assert "nothing was changed" not in told.message + told.hint
    assert "the new version runs, but rows stand in the way of 2 rules of it" in told.message
    assert told.details == refusal("helpdesk in qa", FOUND * 2, EXPAND).details
    assert "in the way of 1 rule of it" in refusal("helpdesk in qa", FOUND, TIGHTEN).message
