"""JDL fields → attributes: the table of types, and what has no counterpart. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from odcpub.errors import Place
from odcpub.model.elements import Attribute, Basic, DataType
from odcpub.model.importers.jdl import tree
from odcpub.model.importers.jdl.findings import Code, Findings
from odcpub.model.importers.jdl.validations import BYTES, NUMBER, PLAIN, TEXT, LimitReader, Limits
from odcpub.model.language import DESCRIPTION_LENGTH
from odcpub.text import listed, suggest

STRING_LENGTH = 255
"""What a String without maxlength holds in JHipster's databases."""
_HEX = "[0-9A-Fa-f]"
_UUID = "-".join(f"{_HEX}{{{count}}}" for count in (8, 4, 4, 4, 12))
_EXACT = "its values are exact decimals with 8 places, no binary floating point"


@dataclass(frozen=True, slots=True)
class FieldType:
    """A JDL type's counterpart, the validations JDL has for it, and what is lost (empty: nothing)."""

    basic: Basic
    validations: tuple[str, ...] = PLAIN
    length: int | None = None
    pattern: str | None = None
    loss: str = ""


TYPES: Mapping[str, FieldType] = {
    "String": FieldType(Basic.TEXT, TEXT, STRING_LENGTH),
    "Integer": FieldType(Basic.INTEGER, NUMBER),
    "Long": FieldType(Basic.LONG_INTEGER, NUMBER),
    "BigDecimal": FieldType(Basic.DECIMAL, NUMBER),
    "Float": FieldType(Basic.DECIMAL, NUMBER, loss=_EXACT),
    "Double": FieldType(Basic.DECIMAL, NUMBER, loss=_EXACT),
    "Boolean": FieldType(Basic.BOOLEAN),
    "LocalDate": FieldType(Basic.DATE),
    "LocalTime": FieldType(Basic.TIME),
    "ZonedDateTime": FieldType(Basic.DATE_TIME),
    "Instant": FieldType(Basic.DATE_TIME),
    "Duration": FieldType(Basic.LONG_INTEGER, loss="it becomes a whole number; let it hold seconds"),
    "UUID": FieldType(Basic.TEXT, length=36, pattern=_UUID),
    "Blob": FieldType(Basic.BINARY_DATA, BYTES),
    "AnyBlob": FieldType(Basic.BINARY_DATA, BYTES),
    "ImageBlob": FieldType(Basic.BINARY_DATA, BYTES, loss="it takes any file, not images alone"),
    "TextBlob": FieldType(Basic.TEXT, (*TEXT, "minbytes", "maxbytes")),
}


@dataclass(frozen=True, slots=True)
class Converter:
    """Converts the fields of a file with these constants, and these enums by the static entity each became."""

    constants: Mapping[str, str]
    enums: Mapping[str, str]
    findings: Findings

    def attribute(self, node: tree.FieldNode, name: str, element: str) -> tuple[Attribute, bool]:
        """The attribute, and whether its values are unique."""
        known = TYPES.get(node.type)
        basic = known.basic if known else Basic.IDENTIFIER
        allowed = known.validations if known else PLAIN
        limits = LimitReader(element, basic, allowed, self.constants, self.findings).read(node)
        self.unmapped(node.annotations, element)
        attribute = Attribute(
            name=name,
            key=name,
            type=self._known(node, known, limits, element) if known else self._enum(node, element),
            mandatory=limits.required,
            min_length=limits.min_length,
            minimum=limits.minimum,
            maximum=limits.maximum,
            pattern=limits.pattern or (known.pattern if known else None),
            description=self.description(node.doc, node.place, element),
        )
        return attribute, limits.unique

    def description(self, doc: str, place: Place, element: str) -> str:
        """A comment as a description, cut where it is longer than one may be, which is told."""
        if len(doc) > DESCRIPTION_LENGTH:
            message = f"the comment has {len(doc)} characters; its first {DESCRIPTION_LENGTH} are kept"
            self.findings.warn(Code.APPROXIMATED, place, message, element=element)
        return doc[:DESCRIPTION_LENGTH]

    def unmapped(self, annotations: tuple[tree.Annotation, ...], element: str) -> None:
        """Tells of annotations that are left out."""
        for annotation in annotations:
            message = f"@{annotation.name} has no counterpart and is left out"
            self.findings.warn(Code.DROPPED, annotation.place, message, element=element)

    def _known(self, node: tree.FieldNode, known: FieldType, limits: Limits, element: str) -> DataType:
        if known.loss:
            message = f"{node.type} has no exact counterpart: {known.loss}"
            self.findings.warn(Code.APPROXIMATED, node.type_place, message, element=element)
        length = limits.max_length
        if length is None and known.length is not None:
            length = max(known.length, limits.min_length or 0)
        return DataType(known.basic, length=length)

    def _enum(self, node: tree.FieldNode, element: str) -> DataType:
        target = self.enums.get(node.type)
        if target is None:
            hint = suggest(node.type, (*TYPES, *self.enums), f"use one of {listed(TYPES, 20)}, or an enum of the file")
            message = f"the type {node.type} is not known"
            self.findings.error(Code.UNKNOWN_TYPE, node.type_place, message, hint, element)
            return DataType(Basic.TEXT)
        return DataType(Basic.IDENTIFIER, target=target, target_key=target)
