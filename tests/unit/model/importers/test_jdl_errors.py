"""Wrong JDL: every problem at once, each with its place and a way on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from odcpub.errors import Problem

Errors = Callable[[str], tuple[Problem, ...]]

# Name: (text, (line, column, part of the message, part of the hint) of each error in order).
CASES: dict[str, tuple[str, list[tuple[int, int, str, str]]]] = {
    "empty file": ("", [(1, 1, "the file is empty", "entity")]),
    "blank file": (" \n\t\n", [(1, 1, "the file is empty", "entity")]),
    "only comments": ("// nothing\n/** here */", [(1, 1, "declares nothing", "entity")]),
    "NUL": ("entity A {\n \0 }", [(2, 2, "the character U+0000", "JDL file")]),
    "half a surrogate pair": ("/** \ud800 */ entity A", [(1, 5, "U+D800", "JDL file")]),
    "too large": ("/" * 5_000_001, [(1, 1, "larger than", "split")]),
    "unknown type": ("entity A { name Strin }", [(1, 17, "type Strin is not known", "String?")]),
    "unknown enum": ("entity A { c Color }\nenum Colour { RED }", [(1, 14, "type Color is not known", "Colour?")]),
    "missing entity": (
        "entity Author\nrelationship OneToMany {\n  Author{b} to Book{a}\n}",
        [(3, 16, "entity Book is not declared", "entity Book")],
    ),
    "misspelt entity": (
        "entity Author\nrelationship OneToOne { Author to Auhtor }",
        [(2, 35, "Auhtor is not declared", "Author?")],
    ),
    "entity of the application": (
        "application { entities A, B }\nentity A",
        [(1, 1, "entity B, which is not declared", "")],
    ),
    "duplicate entity": ("entity A\nentity A { x Long }", [(2, 8, "declared twice: first in line 1", "rename")]),
    "duplicate enum": ("enum E { A }\nenum E { B }", [(2, 6, "declared twice: first in line 1", "rename")]),
    "duplicate field": ("entity A { x Long\n x Long }", [(2, 2, "field x occurs twice", "rename")]),
    "duplicate value": ("enum E { A, A }", [(1, 13, "value A occurs twice", "remove")]),
    "duplicate constant": ("A = 1\nA = 2\nentity E", [(2, 1, "constant A is declared twice", "rename")]),
    "enum named as an entity": ("entity E\nenum E { A }", [(2, 6, "name of the entity of line 1", "rename")]),
    "enum named as a type": ("enum Long { A }", [(1, 6, "one of JDL's types", "rename")]),
    "enum without values": ("enum E { }", [(1, 6, "has no values", "one value")]),
    "unclosed brace": (
        "entity A {\n  name String\nentity B { x Strin }",
        [(1, 10, "brace of entity A is never closed", "'}'"), (3, 14, "type Strin is not known", "String?")],
    ),
    "unclosed brace at the end": ("entity A { x Long", [(1, 10, "brace of entity A is never closed", "'}'")]),
    "unclosed enum": ("enum E {\n A\nentity B { }", [(1, 8, "brace of enum E is never closed", "'}'")]),
    "unclosed config": (
        "application { config { baseName x\nentity A { x Long }",
        [(1, 13, "application is never closed", "'}'"), (1, 22, "config is never closed", "'}'")],
    ),
    "unclosed comment": ("entity A\n/* and so on", [(2, 1, "comment that starts here is never closed", "*/")]),
    "unclosed text": ('enum E {\n A("x)\n B\n}', [(2, 4, "not closed on its line", '"'), (3, 2, "expected ')'", ")")]),
    "brace too many": ("entity A { } }", [(1, 14, "expected a declaration, found '}'", "entity")]),
    "constant not a number": ("A = x\nentity E { n String maxlength(5) }", [(1, 5, "expected a number", "LIMIT = 50")]),
    "constant missing": ("MAXI = 4\nentity A { x String maxlength(MAX) }", [(2, 31, "MAX is not declared", "MAXI?")]),
    "unknown declaration": ("entitty A { x Long }\nentity B", [(1, 1, "'entitty' starts no declaration", "entity?")]),
    "unknown relationship": (
        "relationship OneToFew { A to B }\nentity A",
        [(1, 14, "'OneToFew' is no kind of relationship", "OneToOne")],
    ),
    "relationship without to": (
        "entity A\nrelationship OneToOne {\n A B\n A to C\n}",
        [(3, 4, "expected 'to', found 'B'", "A{b} to B{a}"), (4, 7, "entity C is not declared", "entity C")],
    ),
    "misspelt required in a side": (
        "entity A\nrelationship OneToOne { A{b requird} to A\n A to C }",
        [(2, 29, "expected '}', found 'requird'", "required"), (3, 7, "entity C is not declared", "entity C")],
    ),
    "misspelt validation": ("entity A { x String requird }", [(1, 21, "requird is not known", "required?")]),
    "validation of another type": ("entity A { x Long minlength(3) }", [(1, 19, "Long has no validation", "min")]),
    "validation twice": ("entity A { x Long min(1) min(2) }", [(1, 26, "min occurs twice", "remove")]),
    "validation without a value": ("entity A { x String maxlength }", [(1, 21, "maxlength needs a value", "(5)")]),
    "validation with a value": ("entity A { x String required(5) }", [(1, 21, "takes no value", "alone")]),
    "limits exchanged": ("entity A { x Long min(9) max(1) }", [(1, 12, "min(9) is more than max(1)", "exchange")]),
    "limit out of range": ("entity A { x Integer max(2147483648) }", [(1, 26, "between -2147483648", "number")]),
    "limit of very many digits": (f"entity A {{ x Long max({'9' * 9000}) }}", [(1, 23, "between", "number")]),
    "limit with a fraction": ("entity A { x Integer min(1.5) }", [(1, 26, "a whole number", "number")]),
    "limit with many decimals": ("entity A { x Double min(0.123456789) }", [(1, 25, "more than 8 decimals", "number")]),
    "length of nothing": ("entity A { x String maxlength(0) }", [(1, 31, "between 1 and", "number")]),
    "length of text": ('entity A { x String maxlength("5") }', [(1, 31, "maxlength takes a number", "(5)")]),
    "pattern of a number": ("entity A { x String pattern(5) }", [(1, 29, "regular expression", "slashes")]),
    "field without a type": (
        "entity A { x, y Long, z }",
        [(1, 13, "expected the type of x", "title String"), (1, 25, "expected the type of z", "title String")],
    ),
    "name of other letters": ("entity Caf\u00e9 { x Long }", [(1, 11, "unexpected '\u00e9'", "ASCII")]),
    "several at once": (
        "entity A { x String maxlength( }\nenum E { A(, B }\nentity C { y Strng }",
        [
            (1, 32, "expected the value of maxlength", ""),
            (2, 12, "expected the value's label", "OPEN"),
            (3, 14, "type Strng is not known", "String?"),
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_errors(errors: Errors, name: str) -> None:
    text, expected = CASES[name]
    found = errors(text)
    assert [(problem.place.line, problem.place.column) for problem in found if problem.place] == [
        (line, column) for line, column, _, _ in expected
    ]
    for problem, (_, _, message, hint) in zip(found, expected, strict=True):
        assert message in problem.message
        assert hint in problem.hint
        assert problem.code.startswith("ODC-J")
