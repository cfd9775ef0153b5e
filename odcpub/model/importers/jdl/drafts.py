"""Entities under construction: attributes and indexes with names given once. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field

from odcpub.errors import Place
from odcpub.model.elements import Attribute, Basic, DataType, DeleteRule, Entity, Index
from odcpub.model.importers.jdl.findings import Code, Findings
from odcpub.model.importers.names import Namer, pascal, same_words
from odcpub.model.language import NAME_LENGTH, RESERVED_ATTRIBUTES, TEXT_TYPES


@dataclass(slots=True)
class EntityDraft:
    """``fields``: JDL field name → attribute name; ``shown``: the attribute chosen for display."""

    name: str
    findings: Findings
    description: str = ""
    attributes: list[Attribute] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    shown: str = ""
    _names: Namer = field(default_factory=lambda: Namer(tuple(sorted(RESERVED_ATTRIBUTES))))
    _index_names: Namer = field(default_factory=Namer)

    def name_for(self, source: str, place: Place) -> str:
        """A name for what JDL calls ``source``; says so when it is not simply the same in PascalCase."""
        wanted = pascal(source, "Attribute")
        # A reserved name gets the entity's in front: ProductId rather than Id2.
        reserved = wanted.lower() in RESERVED_ATTRIBUTES
        name = self._names.give(f"{self.name}{wanted}"[:NAME_LENGTH] if reserved else wanted)
        if not same_words(source, name):
            why = "its own is reserved" if reserved else "its own is taken, too long or not a name"
            self.findings.warn(Code.RENAMED, place, f"{source} becomes {name}: {why}", element=self.name)
        return name

    def refer(
        self,
        name: str,
        target: str,
        *,
        mandatory: bool = False,
        rule: DeleteRule = DeleteRule.PROTECT,
        description: str = "",
    ) -> None:
        """Adds a reference to entity ``target``."""
        data_type = DataType(Basic.IDENTIFIER, target=target, target_key=target)
        self.attributes.append(Attribute(name, name, data_type, mandatory, on_delete=rule, description=description))

    def unique(self, *attributes: str) -> None:
        """Adds a unique index on these attributes."""
        name = self._index_names.give(f"By{'And'.join(attributes)}"[:NAME_LENGTH])
        self.indexes.append(Index(name, name, attributes, unique=True))

    def finished(self) -> Entity:
        """The entity, displayed by what was chosen, else by its first text."""
        texts = (attribute.name for attribute in self.attributes if attribute.type.basic in TEXT_TYPES)
        display = self.shown or next(texts, "")
        return Entity(self.name, self.name, tuple(self.attributes), tuple(self.indexes), display, self.description)
