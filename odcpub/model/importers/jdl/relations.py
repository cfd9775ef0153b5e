"""JDL relationships → reference attributes and join entities. No I/O.

| JDL | model |
|---|---|
| ManyToOne, OneToOne ``A{b} to B`` | attribute B of A; for OneToOne a unique index on it |
| OneToMany ``A{b} to B{a}`` | attribute A of B |
| ManyToMany ``A{b} to B{a}`` | an entity AB with two mandatory references, unique together, deleted along |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from odcpub.model.elements import DeleteRule
from odcpub.model.importers.jdl import tree
from odcpub.model.importers.jdl.attributes import Converter
from odcpub.model.importers.jdl.drafts import EntityDraft
from odcpub.model.importers.jdl.findings import Code
from odcpub.model.importers.names import pascal

_RULES = {
    "CASCADE": DeleteRule.DELETE,
    "SET NULL": DeleteRule.IGNORE,
    "RESTRICT": DeleteRule.PROTECT,
    "NO ACTION": DeleteRule.PROTECT,
}
_KEPT_OPTIONS = ("builtInEntity",)


@dataclass(frozen=True, slots=True)
class Relations:
    """Adds relationships to the drafts; ``join`` makes an empty draft of a new entity with about that name."""

    drafts: Mapping[str, EntityDraft]
    converter: Converter
    join: Callable[[str, tree.RelationNode], EntityDraft]

    def add(self, node: tree.RelationNode) -> None:
        """Adds one relationship: an attribute, with its index, or an entity of its own."""
        for option in node.options:
            if option not in _KEPT_OPTIONS:
                self._drop(node, f"with {option} has no counterpart and is left out")
        for side, other in ((node.source, node.target), (node.target, node.source)):
            self._show(side, self.drafts[other.entity])
        match node.kind:
            case tree.RelationKind.MANY_TO_MANY:
                self._join(node)
            case tree.RelationKind.ONE_TO_MANY:
                self._refer(node, node.target, node.source)
            case _:
                self._refer(node, node.source, node.target)

    def _refer(self, node: tree.RelationNode, owner: tree.Side, other: tree.Side) -> None:
        """``owner`` gets the attribute; ``other`` keeps nothing of its own."""
        draft, target = self.drafts[owner.entity], self.drafts[other.entity]
        name = draft.name_for(owner.name or other.entity, owner.place)
        element = f"{draft.name}.{name}"
        doc = owner.doc or other.doc
        draft.refer(
            name,
            target.name,
            mandatory=owner.required and not self._circular(draft, target, owner, element),
            rule=self._rule((*owner.annotations, *other.annotations), owner, element),
            description=self.converter.description(doc, owner.place, element),
        )
        if node.kind is tree.RelationKind.ONE_TO_ONE:
            draft.unique(name)
        if other.required:
            self._drop(node, f"required on {other.entity}'s side has no counterpart and is left out", element)

    def _circular(self, draft: EntityDraft, target: EntityDraft, owner: tree.Side, element: str) -> bool:
        """Whether ``target`` cannot exist without a row of ``draft`` already: then no first row could be made."""
        by_name = {other.name: other for other in self.drafts.values()}
        waiting, reached = [target.name], {target.name}
        while waiting:
            attributes = by_name[waiting.pop()].attributes
            needed = {attribute.type.target for attribute in attributes if attribute.mandatory}
            new = (needed & by_name.keys()) - reached
            reached |= new
            waiting += sorted(new)
        if draft.name in reached:
            message = "mandatory references in a circle: this one is not mandatory, or no first row could be made"
            self.converter.findings.warn(Code.APPROXIMATED, owner.place, message, element=element)
        return draft.name in reached

    def _join(self, node: tree.RelationNode) -> None:
        source, target = node.source, node.target
        first, second = self.drafts[source.entity], self.drafts[target.entity]
        draft = self.join(f"{first.name}{pascal(source.name or second.name)}", node)
        doc = "\n".join(text for text in (source.doc, target.doc) if text)
        draft.description = self.converter.description(doc, node.place, draft.name)
        # Of an entity related to itself the second reference is told apart by the relationship's name.
        other = (source.name or f"Other{second.name}") if first is second else second.name
        names = draft.name_for(first.name, source.place), draft.name_for(other, target.place)
        for name, side in zip(names, (first, second), strict=True):
            draft.refer(name, side.name, mandatory=True, rule=DeleteRule.DELETE)
        draft.unique(*names)
        self.converter.unmapped((*source.annotations, *target.annotations), draft.name)
        if source.required or target.required:
            self._drop(node, "required has no counterpart in a ManyToMany and is left out", draft.name)

    def _show(self, side: tree.Side, target: EntityDraft) -> None:
        """``side`` wants ``target`` shown by a field; the first such wish wins."""
        if not side.display or side.display == "id":
            return
        wanted = target.fields.get(side.display)
        if wanted is None:
            message = f"{target.name} has no field {side.display} to display"
            self.converter.findings.warn(Code.DROPPED, side.place, message, element=target.name)
        elif target.shown and target.shown != wanted:
            message = f"{target.name} is displayed by {target.shown} everywhere, here too"
            self.converter.findings.warn(Code.APPROXIMATED, side.place, message, element=target.name)
        else:
            target.shown = wanted

    def _rule(self, annotations: tuple[tree.Annotation, ...], owner: tree.Side, element: str) -> DeleteRule:
        rule = DeleteRule.PROTECT
        rest = []
        for annotation in annotations:
            if annotation.name.lower() == "ondelete" and annotation.value.upper() in _RULES:
                rule = _RULES[annotation.value.upper()]
            else:
                rest.append(annotation)
        self.converter.unmapped(tuple(rest), element)
        if rule is DeleteRule.IGNORE and owner.required:
            message = "a mandatory reference cannot be emptied: on_delete becomes Protect"
            self.converter.findings.warn(Code.APPROXIMATED, owner.place, message, element=element)
            return DeleteRule.PROTECT
        return rule

    def _drop(self, node: tree.RelationNode, message: str, element: str = "") -> None:
        self.converter.findings.warn(Code.DROPPED, node.place, message, element=element)
