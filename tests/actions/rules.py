"""What an attribute or input accepts, and the sentence that refuses the rest: docs/model.md, "Attributes". No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from odcpub.compiler.words import label
from odcpub.model.characters import is_blank
from odcpub.model.data_types import length_of
from odcpub.model.elements import Attribute, Basic, DataType, Scalar
from odcpub.model.literals import as_text
from tests.actions.values import Value

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
NO_VOWELS = ("eu", "one", "uni", "url", "us", "uti")
NUMBERS = (Basic.INTEGER, Basic.LONG_INTEGER, Basic.DECIMAL, Basic.CURRENCY)


def inside(name: str) -> str:
    """A name within a sentence."""
    words = label(name)
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def with_article(name: str) -> str:
    words = inside(name)
    vowel = words[0] in "aeiouAEIOU" and not words.lower().startswith(NO_VOWELS)
    return f"{'an' if vowel else 'a'} {words}"


def counted(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count} {many}"


def missing(attribute: Attribute) -> str:
    choose = attribute.type.basic in (Basic.IDENTIFIER, Basic.BOOLEAN)
    return f"{'Choose' if choose else 'Enter'} {with_article(attribute.name)}."


def refused(attribute: Attribute, value: Value) -> str:
    """The sentence that refuses ``value``; empty where it is accepted."""
    if value is None or value == ():
        return missing(attribute) if attribute.mandatory else ""
    if isinstance(value, tuple):
        element = replace(attribute, mandatory=False)
        told = ((at, refused(element, one)) for at, one in enumerate(value))
        return " ".join(f"Element {at}: {sentence}" for at, sentence in told if sentence)
    if attribute.type.basic in NUMBERS:
        return _number(attribute, value)
    if attribute.type.basic in (Basic.TEXT, Basic.EMAIL, Basic.PHONE_NUMBER):
        blank = attribute.mandatory and is_blank(str(value))
        return _text(attribute, str(value)) or (missing(attribute) if blank else "")
    return ""


def _number(attribute: Attribute, value: Value) -> str:
    assert isinstance(value, int | Decimal)
    sentence = _digits(label(attribute.name), attribute.type, Decimal(value))
    low, high = attribute.minimum, attribute.maximum
    if sentence or not ((low is not None and value < low) or (high is not None and value > high)):
        return sentence
    return f"{label(attribute.name)} must be {_range(low, high)}."


def _range(low: Decimal | None, high: Decimal | None) -> str:
    if low is not None and high is not None:
        return f"between {as_text(low)} and {as_text(high)}"
    return f"at most {as_text(high or Decimal())}" if low is None else f"at least {as_text(low)}"


def _digits(name: str, type_: DataType, value: Decimal) -> str:
    if type_.basic not in (Basic.DECIMAL, Basic.CURRENCY):
        return ""
    decimals = 8 if type_.decimals is None else type_.decimals
    before = (type_.digits or 28) - decimals
    whole, _, fraction = as_text(abs(value)).partition(".")
    if len(fraction) > decimals:
        return (
            f"{name} can have {counted(decimals, 'decimal', 'decimals')} at most."
            if decimals
            else f"{name} must be a whole number."
        )
    if len(whole.lstrip("0")) > before:
        return f"{name} can have {counted(before, 'digit', 'digits')} before the point at most."
    return ""


def _text(attribute: Attribute, value: str) -> str:
    name, most, least = label(attribute.name), length_of(attribute.type), attribute.min_length
    if "\0" in value:
        return f"{name} holds a character that can't be stored (NUL)."
    if most is not None and len(value) > most:
        return f"{name} can have {counted(most, 'character', 'characters')} at most; this has {len(value)}."
    if least is not None and len(value) < least:
        return f"{name} needs at least {counted(least, 'character', 'characters')}."
    if attribute.type.basic is Basic.EMAIL and not EMAIL.fullmatch(value):
        return f"{name} must be an e-mail address, such as name@example.com."
    if attribute.pattern and not re.fullmatch(attribute.pattern, value):
        return f"{name} doesn't have the expected form: {attribute.description or attribute.pattern}"
    return ""


def all_refused(attributes: tuple[Attribute, ...], values: Mapping[str, Value]) -> dict[str, str]:
    """Sentences by attribute, of those that are given, in the order of the attributes."""
    found = ((one.name, refused(one, values[one.name])) for one in attributes if one.name in values)
    return {name: sentence for name, sentence in found if sentence}


def stored(value: Scalar | None) -> Scalar | None:
    """An empty text is no value."""
    return None if value == "" else value
