"""What the expressions of an action meet in its method: its variables, records and the run. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from odcpub.compiler.actions.names import Scope
from odcpub.compiler.actions.records import Row
from odcpub.compiler.actions.world import World
from odcpub.compiler.expressions.csharp_pieces import Surroundings
from odcpub.compiler.literals import csharp_identifier, csharp_literal
from odcpub.compiler.marked import CSharp
from odcpub.model.elements import DataType
from odcpub.model.expressions.tree import Kind, Member, Name, Symbol

_SETTINGS = "Settings."


class Inside:
    """The inside of a method. ``sure``: rows, and lists of them, that always have a value; ``given``: inputs that do.
    ``scope``: of the block that is being printed; ``around``: for its expressions. ``renamed``: variables of a
    lambda, which have another name there."""

    def __init__(
        self,
        world: World,
        records: Mapping[str, Row],
        sure: Collection[Symbol],
        given: Collection[Symbol],
        scope: Scope,
    ) -> None:
        self.world = world
        self.records = records
        self.sure = sure
        self.given = given
        self.scope = scope
        self.around = Surroundings(
            self._named,
            world.statics,
            CSharp.code("run.Now"),
            CSharp.code("run.App"),
            self._property_of,
            self.class_of,
            self._is_sure,
        )

    def class_of(self, type_: DataType) -> CSharp:
        """The class of a row, record or structure."""
        row = self.records.get(type_.target)
        return row.name if row else self.world.structure(type_)

    def property_named(self, type_: DataType, attribute: str) -> CSharp:
        """The property of an attribute in its class; the runtime's own class of an error has their names."""
        if type_.target in self.records:
            return self.records[type_.target].property_of(attribute)
        known = self.world.properties.get(type_.target)
        return known[attribute] if known else csharp_identifier(attribute)

    def _named(self, name: Name) -> CSharp:
        symbol = name.symbol
        if symbol.kind is Kind.RECORD:
            return csharp_literal(symbol.key)
        if symbol.kind is Kind.SETTING:
            setting = csharp_literal(symbol.name.removeprefix(_SETTINGS))
            return CSharp.code("run.Setting<{}>({})", self.around.type_of(symbol.type), setting)
        return self.scope.find(symbol.name)

    def _property_of(self, member: Member) -> CSharp:
        return self.property_named(member.owner.type, member.name)

    def _is_sure(self, symbol: Symbol) -> bool:
        return symbol.kind is Kind.RECORD or symbol in self.sure
