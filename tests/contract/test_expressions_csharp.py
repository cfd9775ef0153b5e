"""Expressions in C# on a real toolchain give what the table of functions and Python say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from odcpub.model.expressions.letters import lower, upper
from tests.expressions_csharp import InCSharp, in_csharp


@pytest.fixture(scope="module")
def csharp() -> Iterator[InCSharp]:
    with in_csharp(strict=True) as found:
        yield found


EVERY_LETTER = """
for (var point = 1; point < 0x110000; point++)
{
    if (point is >= 0xD800 and <= 0xDFFF) continue;
    var letter = char.ConvertFromUtf32(point);
    var (small, capital) = (Odcpub.Runtime.Texts.ToLower(letter), Odcpub.Runtime.Texts.ToUpper(letter));
    if (small == letter && capital == letter) continue;
    System.Console.WriteLine($"{point} {char.ConvertToUtf32(small!, 0)} {char.ConvertToUtf32(capital!, 0)}");
}
"""


def test_every_character_has_the_same_small_and_capital_form(csharp: InCSharp) -> None:
    printed = csharp.run(EVERY_LETTER)
    characters = [chr(point) for point in range(1, 0x110000) if not 0xD800 <= point <= 0xDFFF]
    changed = [(ord(one), ord(lower(one)), ord(upper(one))) for one in characters if {lower(one), upper(one)} != {one}]
    assert printed == [" ".join(map(str, numbers)) for numbers in changed]
