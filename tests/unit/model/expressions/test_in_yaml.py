"""An expression that YAML cut short is found again, and written so that YAML takes it whole."""

from __future__ import annotations

import time

import pytest
import yaml

from odcpub.model.expressions.in_yaml import cut_short, quoted

WHOLE = "Round(2.5, 0)"


@pytest.mark.parametrize(
    ("line", "taken", "meant"),
    [
        ("{ type: Decimal, default: =Round(2.5, 0) }", "Round(2.5", WHOLE),
        ("{ default: =Round(2.5, 0), mandatory: true }", "Round(2.5", WHOLE),
        ("A: { default: =Round(2.5, 0) } # Round(1, 2)", "Round(2.5", WHOLE),
        ("default: =AddDays( #2026-01-31#, 1)", "AddDays(", "AddDays( #2026-01-31#, 1)"),
        ("default: =CurrDate() < #2026-01-31# # a note", "CurrDate() <", "CurrDate() < #2026-01-31#"),
        ("default: =Round(2.5, fractionalDigits: 0)", "Round(2.5, fractionalDigits", "Round(2.5, fractionalDigits: 0)"),
        ("default: =Round(2.5, 0)", WHOLE, ""),
        ("{ default: =1 + 2, mandatory: true }", "1 + 2", ""),
        ("default: =1 + 2 # the sum", "1 + 2", ""),
        ("default: =1 + 2 # - 3", "1 + 2", ""),
        ("default: =Round(2.5", "Round(2.5", ""),
    ],
)
def test_what_yaml_cut_short_is_found_again(line: str, taken: str, meant: str) -> None:
    assert cut_short(line, line.index("=") + 1, taken) == meant


@pytest.mark.parametrize("text", [WHOLE, '"it\'s"', '"a: b # c"', "#2026-01-31#", '"" + 1'])
def test_in_quotes_an_expression_is_whole(text: str) -> None:
    assert yaml.safe_load(f"A: {{ default: {quoted(text)}, mandatory: true }}") == {
        "A": {"default": f"={text}", "mandatory": True}
    }


def test_a_long_line_takes_a_short_time() -> None:
    started = time.process_time()
    assert cut_short("default: =" + "Abs(1), " * 100_000, 10, "Abs(1)") == ""
    assert time.process_time() - started < 0.5
