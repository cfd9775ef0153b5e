"""JDL validations → the limits of an attribute; constants are resolved, contradictions reported. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from odcpub.model.data_types import DATA_TYPES, DEFAULT_DECIMALS, DEFAULT_DIGITS, MAX_LENGTH
from odcpub.model.elements import Basic
from odcpub.model.importers.jdl import tree
from odcpub.model.importers.jdl.findings import Code, Findings
from odcpub.model.importers.jdl.tokens import TokenKind
from odcpub.model.pattern_spelling import portable
from odcpub.model.patterns import PatternError
from odcpub.text import listed, suggest

PLAIN = ("required", "unique")
TEXT = (*PLAIN, "minlength", "maxlength", "pattern")
NUMBER = (*PLAIN, "min", "max")
BYTES = (*PLAIN, "minbytes", "maxbytes")
ALL = (*TEXT, "min", "max", "minbytes", "maxbytes")

_PAIRS = (("minlength", "maxlength"), ("min", "max"))
_DECIMAL_BOUND = 10 ** (DEFAULT_DIGITS - DEFAULT_DECIMALS) - 1
_SPANS = {"minlength": (0, MAX_LENGTH), "maxlength": (1, MAX_LENGTH)}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a field's validations say; None where they say nothing."""

    required: bool = False
    unique: bool = False
    min_length: int | None = None
    max_length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class LimitReader:
    """Reads the validations of one field of type ``basic`` that takes those in ``allowed``."""

    element: str
    basic: Basic
    allowed: tuple[str, ...]
    constants: Mapping[str, str]
    findings: Findings

    def read(self, node: tree.FieldNode) -> Limits:
        """The limits of a field; what is wrong with them, or left out, is told."""
        values: dict[str, Decimal] = {}
        pattern = None
        names: set[str] = set()
        for validation in node.validations:
            if not self._applies(validation, node.type, names):
                continue
            names.add(validation.name)
            if validation.name == "pattern":
                pattern = self._pattern(validation)
            elif validation.name not in PLAIN:
                number = self._number(validation)
                if number is not None:
                    values[validation.name] = number
        self._compare(values, node)
        lengths = {name: int(values[name]) for name in ("minlength", "maxlength") if name in values}
        return Limits(
            required="required" in names,
            unique="unique" in names,
            min_length=lengths.get("minlength") or None,
            max_length=lengths.get("maxlength"),
            minimum=values.get("min"),
            maximum=values.get("max"),
            pattern=pattern,
        )

    def _applies(self, validation: tree.Validation, type_name: str, seen: set[str]) -> bool:
        name = validation.name
        message, hint = "", ""
        if name not in ALL:
            message, hint = f"the validation {name} is not known", suggest(name, ALL, f"use one of {listed(ALL)}")
        elif name not in self.allowed:
            message, hint = f"{type_name} has no validation {name}", f"use one of {listed(self.allowed)}"
        elif name in seen:
            message, hint = f"{name} occurs twice", "remove one of them"
        elif name in PLAIN and validation.argument:
            message, hint = f"{name} takes no value", f"write {name} alone"
        elif name not in PLAIN and not validation.argument:
            message, hint = (
                f"{name} needs a value",
                f"write it as in {name}(/[a-z]+/)" if name == "pattern" else f"write it as in {name}(5)",
            )
        elif name in ("minbytes", "maxbytes"):
            message = f"{name} has no counterpart and is left out"
            self.findings.warn(Code.DROPPED, validation.place, message, element=self.element)
            return False
        if message:
            self.findings.error(Code.VALIDATION, validation.place, message, hint, self.element)
        return not message

    def _pattern(self, validation: tree.Validation) -> str | None:
        argument = validation.argument
        if argument is None or argument.kind not in (TokenKind.REGEX, TokenKind.STRING):
            hint = "write the expression between slashes, as in pattern(/[a-z]+/)"
            self._wrong(validation, "pattern takes a regular expression", hint)
            return None
        try:
            portable(argument.text)
        except PatternError as error:
            message = f"the pattern is left out: {error}"
            self.findings.warn(Code.DROPPED, argument.place, message, "write one that does in the model", self.element)
            return None
        return argument.text

    def _number(self, validation: tree.Validation) -> Decimal | None:
        argument = validation.argument
        text = argument.text if argument else ""
        if argument and argument.kind == TokenKind.NAME:
            if text not in self.constants:
                hint = suggest(text, self.constants, f"declare it: {text} = 50")
                self.findings.error(
                    Code.CONSTANT, argument.place, f"the constant {text} is not declared", hint, self.element
                )
                return None
            text = self.constants[text]
        elif argument and argument.kind != TokenKind.NUMBER:
            self._wrong(validation, f"{validation.name} takes a number", f"write it as in {validation.name}(5)")
            return None
        number = Decimal(text.rstrip("0").rstrip(".") if "." in text else text)
        problem = self._out_of_range(validation.name, number)
        if problem:
            self._wrong(
                validation, f"{validation.name}({text[:40]}): {problem}", "write a number that the type can hold"
            )
        return None if problem else number

    def _out_of_range(self, name: str, number: Decimal) -> str:
        """Why ``number`` cannot be the limit ``name``; empty when it can."""
        whole = _SPANS.get(name) or DATA_TYPES[self.basic].whole
        low, high = whole or (-_DECIMAL_BOUND, _DECIMAL_BOUND)
        if not low <= number <= high:
            return f"it must be between {low} and {high}"
        if whole:
            return "it must be a whole number" if number % 1 else ""
        places = -int(number.as_tuple().exponent)
        return f"it has more than {DEFAULT_DECIMALS} decimals" if places > DEFAULT_DECIMALS else ""

    def _compare(self, values: Mapping[str, Decimal], node: tree.FieldNode) -> None:
        for low, high in _PAIRS:
            if low in values and high in values and values[low] > values[high]:
                message = f"{low}({values[low]}) is more than {high}({values[high]})"
                self.findings.error(Code.VALIDATION, node.place, message, "exchange them", self.element)

    def _wrong(self, validation: tree.Validation, message: str, hint: str) -> None:
        place = validation.argument.place if validation.argument else validation.place
        self.findings.error(Code.VALIDATION, place, message, hint, self.element)
