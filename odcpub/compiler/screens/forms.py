"""The fields of a form as its template prints them: label, control, help. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from odcpub.compiler.screens.members import Choice, Choices, choices
from odcpub.compiler.words import label, sentence
from odcpub.model.elements import Attribute, Basic, Computed, Function
from odcpub.model.literals import as_text

LONG_TEXT = 200
"""Characters; a text that may have more is entered in several lines."""
_CONTROLS: Mapping[Basic, str] = {
    Basic.EMAIL: "email",
    Basic.PHONE_NUMBER: "phone",
    Basic.INTEGER: "whole",
    Basic.LONG_INTEGER: "whole",
    Basic.DECIMAL: "decimal",
    Basic.CURRENCY: "decimal",
    Basic.BOOLEAN: "yes_no",
    Basic.DATE: "date",
    Basic.TIME: "time",
    Basic.DATE_TIME: "moment",
    Basic.BINARY_DATA: "file",
    Basic.IDENTIFIER: "reference",
}
"""Data type → template of ``screens/controls``; a Text has one of two."""
_FUNCTIONS: Mapping[Function, str] = {
    Function.CURR_DATE: "today",
    Function.CURR_TIME: "the time of saving",
    Function.CURR_DATE_TIME: "the moment of saving",
}


@dataclass(frozen=True, slots=True)
class Field:
    """``box``: a check box, with its label behind it. ``help``, ``limits``: sentences below; ``empty``: what a new
    record gets where nothing is entered; ``local``: the person's own time zone is told."""

    name: str
    label: str
    control: str
    mandatory: bool
    box: bool
    choices: tuple[Choice, ...]
    help: str
    limits: str
    empty: str
    local: bool

    @property
    def id(self) -> str:
        return f"field-{self.name}"

    @property
    def has_help(self) -> bool:
        return bool(self.help or self.limits or self.empty or self.local)


def field(attribute: Attribute, known: Choices) -> Field:
    """The field of an attribute. ``known``: records of static entities that are not asked for."""
    basic = attribute.type.basic
    return Field(
        name=attribute.name,
        label=label(attribute.name),
        control=f"screens/controls/{_control(attribute)}.html",
        mandatory=attribute.mandatory,
        box=basic is Basic.BOOLEAN and attribute.mandatory,
        choices=choices(attribute, known),
        help=sentence(attribute.description),
        limits=_limits(attribute),
        empty=_empty(attribute),
        local=basic is Basic.DATE_TIME,
    )


def _control(attribute: Attribute) -> str:
    if attribute.type.basic is Basic.TEXT:
        return "lines" if attribute.type.length is None or attribute.type.length > LONG_TEXT else "line"
    return _CONTROLS[attribute.type.basic]


def _limits(attribute: Attribute) -> str:
    low, high = (None if one is None else as_text(one) for one in (attribute.minimum, attribute.maximum))
    if (attribute.min_length or 0) > 1:
        return f"At least {attribute.min_length} characters."
    if low is not None and high is not None:
        return f"From {low} to {high}."
    if low is not None:
        return f"At least {low}."
    return f"At most {high}." if high is not None else ""


def _empty(attribute: Attribute) -> str:
    if isinstance(attribute.default, Function):
        return f"Left empty: {_FUNCTIONS[attribute.default]}."
    return "Left empty: computed when saved." if isinstance(attribute.default, Computed) else ""
