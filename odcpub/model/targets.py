"""What the types of a model can name: its own elements and those of the libraries it uses. No I/O."""

from __future__ import annotations

from collections.abc import Mapping

from odcpub.model.elements import Entity, Library, StaticEntity, Structure, Use
from odcpub.model.language import PLAIN_TYPES
from odcpub.model.raw import EntityPart, StructurePart
from odcpub.text import suggest

MAX_COMPARISONS = 50_000
"""Comparing a word with every element's name takes time: after so many names, hints are general."""
_TYPES_HINT = "use Text, Integer, Date and so on, or an entity's name and 'Identifier'"

Target = Entity | StaticEntity | Structure


class Targets:
    """Elements by the names that types use, a library's with its name in front."""

    def __init__(
        self,
        entities: tuple[EntityPart, ...],
        static_entities: tuple[StaticEntity, ...],
        structures: tuple[StructurePart, ...],
        used: tuple[Use, ...],
        libraries: Mapping[str, Library],
    ) -> None:
        self.elements: dict[str, Target] = {part.element.name: part.element for part in entities}
        self.elements |= {element.name: element for element in static_entities}
        self.elements |= {part.element.name: part.element for part in structures}
        self.comparisons = MAX_COMPARISONS
        self.used = {use.name for use in used}
        self.absent = self.used - set(libraries)
        self.libraries = set(libraries)
        for name in sorted(self.used & set(libraries)):
            asset = libraries[name].asset
            exposed: tuple[StaticEntity | Structure, ...] = (*asset.static_entities, *asset.structures)
            for element in exposed:
                self.elements[f"{name}.{element.name}"] = element

    def find(self, name: str) -> Target | None:
        """The element of that name, None where there is none."""
        return self.elements.get(name)

    def is_reported(self, name: str) -> bool:
        """Whether it belongs to a library that is used and not there: reported once, at ``uses``."""
        return "." in name and name.split(".")[0] in self.absent

    def key(self, name: str) -> str:
        """The target's first name, with the library's name in front likewise."""
        library, dot, _ = name.rpartition(".")
        return f"{library}{dot}{self.elements[name].key}"

    def hint(self, text: str) -> str:
        """For a type that leads nowhere: the nearest type, or what to do about the library."""
        library = text.split(".")[0].removesuffix(" Identifier")
        if "." in text and library not in self.used:
            used = suggest(library, self.used)
            return used or f'add the library to the model: uses: {{ {library}: "^1.0" }}'
        if self.comparisons <= 0:
            return _TYPES_HINT
        self.comparisons -= len(self.elements)
        types = [basic.value for basic in PLAIN_TYPES]
        for name, element in self.elements.items():
            types.append(name if isinstance(element, Structure) else f"{name} Identifier")
        if f"{text} Identifier" in types:
            return f"did you mean {text} Identifier?"
        return suggest(text, types, _TYPES_HINT)
