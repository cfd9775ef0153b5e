"""Checks what stands behind an operand: names after points, and indexes. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import rules, scope, tree
from odcpub.model.expressions.checking import Checking
from odcpub.model.expressions.queries import MAX_REFERENCES, is_attribute, references
from odcpub.model.expressions.syntax import Attribute, Item, Syntax
from odcpub.model.expressions.tree import Expression, Extent, Followed, Index, Literal, Member, Size
from odcpub.text import listed, shown, suggest

_EXTENTS = {extent.value: extent for extent in Extent}


class Members(Checking):
    """The part of the checker that knows rows, structures and lists."""

    def attribute(self, attribute: Attribute) -> Expression | None:
        owner = self.node(attribute.owner)
        return owner and self.member(owner, attribute.name, attribute)

    def member(self, owner: Expression, name: str, syntax: Syntax) -> Expression | None:
        """What ``name`` is of ``owner``; ``syntax`` ends with the name."""
        if owner.type.many:
            if name in _EXTENTS:
                return Size(owner, _EXTENTS[name], syntax.at)
        elif known := self._attributes(owner).get(name):
            return Member(owner, name, known.type, known.key, syntax.at)
        elif owner.type.basic is Basic.IDENTIFIER and is_attribute(owner):
            return self._followed(owner, name, syntax)
        self.fault(syntax, f"{rules.spelled(owner.type)} has no attribute {shown(name)}", self._way_to(name, owner))
        return None

    def _followed(self, owner: Expression, name: str, syntax: Syntax) -> Expression | None:
        """The attribute ``name`` of the row that a reference of the query's row leads to."""
        entity = owner.type.target
        if "." in entity:
            message = f"{entity} is an enumeration of a library, whose records no query can look at"
            self.fault(syntax, message, "compare the identifier itself")
            return None
        if references(owner) >= MAX_REFERENCES:
            message = f"a query follows at most {MAX_REFERENCES} references, one after another"
            self.fault(syntax, message, "get the row first, and use its identifier in the query")
            return None
        type_ = DataType(Basic.STRUCTURE, target=entity, target_key=owner.type.target_key)
        return self.member(Followed(owner, type_, owner.at), name, syntax)

    def _attributes(self, owner: Expression) -> Mapping[str, scope.Attribute]:
        return self.scope.members.get(owner.type.target, {}) if owner.type.basic is Basic.STRUCTURE else {}

    def _way_to(self, name: str, owner: Expression) -> str:
        """The hint for a name that ``owner`` does not have."""
        if owner.type.many:
            if name in self._attributes(owner):
                return f"name one element of the list: …[0].{name}"
            return suggest(name, _EXTENTS, f"use {listed(_EXTENTS)}, or an element: …[0]")
        if owner.type.basic is Basic.IDENTIFIER and name in self.scope.members.get(owner.type.target, ()):
            return f"get the {owner.type.target} first, and use what you got"
        known = self._attributes(owner)
        otherwise = f"use one of {listed(known)}" if known else "remove what follows the point"
        return suggest(name, known if self.can_suggest() else (), otherwise)

    def item(self, item: Item) -> Expression | None:
        owner, index = self.node(item.owner), self.node(item.index)
        if owner and not owner.type.many:
            hint = "write Substr(…, 0, 1) for a character" if rules.is_text(owner.type) else "remove the index"
            self.fault(item, f"an index is for a list, and this is {rules.spelled(owner.type)}", hint)
            return None
        found = index and self.as_wanted(index, item.index, tree.INTEGER, "an index")
        if isinstance(found, Literal) and int(found.value or 0) < 0:
            self.fault(item.index, f"the index {found.value} is below 0", "count from 0: the first element is [0]")
            return None
        return owner and found and Index(owner, found, replace(owner.type, many=False), item.sign)
