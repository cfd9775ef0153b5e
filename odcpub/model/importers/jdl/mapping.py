"""JDL declarations → a model's elements. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from odcpub.errors import Place
from odcpub.model.elements import Asset, Attribute, Basic, Kind, Record, StaticEntity
from odcpub.model.importers.jdl import tree
from odcpub.model.importers.jdl.attributes import TYPES, Converter
from odcpub.model.importers.jdl.builtins import BUILT_IN
from odcpub.model.importers.jdl.drafts import EntityDraft
from odcpub.model.importers.jdl.findings import Code, Findings
from odcpub.model.importers.jdl.relations import Relations
from odcpub.model.importers.names import Namer, pascal, same_words, valid
from odcpub.model.language import LABEL_LENGTH, MAX_INDEX_BYTES, NAME_LENGTH, RESERVED_TABLE_PREFIX, RESERVED_TABLES
from odcpub.model.names import is_reserved_asset
from odcpub.model.physical import physical
from odcpub.text import suggest

Declared = TypeVar("Declared", tree.EntityNode, tree.EnumNode, tree.Constant)
Wanted = TypeVar("Wanted")


def to_asset(
    declarations: Sequence[tree.Declaration], name: str | None, key: str, stem: str, findings: Findings
) -> Asset:
    """The app that ``declarations`` describe; what cannot be taken as it is goes to ``findings``.

    ``stem``: the app's name where neither ``name`` nor the file says one.
    """
    return _Mapper(declarations, findings).asset(name, key, stem)


class _Mapper:
    def __init__(self, declarations: Sequence[tree.Declaration], findings: Findings) -> None:
        self._findings = findings
        self._names = Namer(tuple(sorted(RESERVED_TABLES)))
        self._declarations = declarations
        constants = self._once("constant", self._of(tree.Constant))
        self._entities = self._once("entity", self._of(tree.EntityNode))
        self._enums = self._enums_apart(self._once("enum", self._of(tree.EnumNode)))
        self._drafts = {node.name: EntityDraft(self._name(node.name, node.place), findings) for node in self._entities}
        self._joins: list[EntityDraft] = []
        enums = {node.name: self._name(node.name, node.place) for node in self._enums}
        self._converter = Converter({node.name: node.value for node in constants}, enums, findings)

    def asset(self, name: str | None, key: str, stem: str) -> Asset:
        statics = tuple(self._static_entity(node) for node in self._enums)
        relations = [node for node in self._of(tree.RelationNode) if self._resolved(node)]
        for entity in self._entities:
            self._fill(entity)
        mapper = Relations(self._drafts, self._converter, self._join)
        for relation in relations:
            mapper.add(relation)
        for statement in self._of(tree.Unmapped):
            self._findings.warn(Code.DROPPED, statement.place, f"'{statement.text}' has no counterpart and is left out")
        description = self._applications()
        entities = tuple(draft.finished() for draft in (*self._drafts.values(), *self._joins))
        app = self._app_name(name, stem)
        return Asset(Kind.APP, app, key, description, static_entities=statics, entities=entities)

    def _of(self, kind: type[Wanted]) -> list[Wanted]:
        return [node for node in self._declarations if isinstance(node, kind)]

    def _once(self, what: str, nodes: list[Declared]) -> list[Declared]:
        """``nodes`` without those whose name an earlier one has."""
        first: dict[str, Declared] = {}
        for node in nodes:
            if node.name in first:
                line = first[node.name].place.line
                message = f"the {what} {node.name} is declared twice: first in line {line}"
                self._findings.error(Code.DUPLICATE, node.place, message, "remove or rename one of them", node.name)
            else:
                first[node.name] = node
        return list(first.values())

    def _enums_apart(self, nodes: list[tree.EnumNode]) -> list[tree.EnumNode]:
        entities = {node.name: node.place.line for node in self._entities}
        for node in nodes:
            if node.name in entities or node.name in TYPES:
                what = f"the entity of line {entities[node.name]}" if node.name in entities else "one of JDL's types"
                message = f"the enum {node.name} has the name of {what}"
                self._findings.error(Code.DUPLICATE, node.place, message, "rename the enum", node.name)
        return nodes

    def _name(self, source: str, place: Place) -> str:
        wanted = pascal(source, "Entity")
        if physical(wanted).startswith(RESERVED_TABLE_PREFIX):
            wanted = f"My{wanted}"[:NAME_LENGTH]
        name = self._names.give(wanted)
        if not same_words(source, name):
            message = f"{source} becomes {name}: its own is taken, reserved, too long or not a name"
            self._findings.warn(Code.RENAMED, place, message, element=name)
        return name

    def _static_entity(self, node: tree.EnumNode) -> StaticEntity:
        name = self._converter.enums[node.name]
        # A value that could not be read is reported already.
        if not node.values and not self._findings.failed:
            message = f"the enum {node.name} has no values"
            self._findings.error(Code.SYNTAX, node.place, message, "give it at least one value", name)
        values: dict[str, tree.EnumValue] = {}
        for value in node.values:
            if value.name in values:
                message = f"the value {value.name} occurs twice"
                self._findings.error(Code.DUPLICATE, value.place, message, "remove one of them", name)
            values.setdefault(value.name, value)
        keys = Namer()
        records = tuple(self._record(value, keys, order, name) for order, value in enumerate(values.values(), 1))
        return StaticEntity(name, name, records, self._converter.description(node.doc, node.place, name))

    def _record(self, value: tree.EnumValue, keys: Namer, order: int, element: str) -> Record:
        key = keys.give(value.name if valid(value.name) else pascal(value.name, "Value"))
        if key != value.name:
            message = f"the value {value.name} becomes {key}: its own is taken, too long or not a name"
            self._findings.warn(Code.RENAMED, value.place, message, element=element)
        self._converter.unmapped(value.annotations, element)
        if value.doc:
            message = f"the comment of {value.name} is left out: records have no description"
            self._findings.warn(Code.DROPPED, value.place, message, element=element)
        return Record(key, self._label(value, element), order)

    def _label(self, value: tree.EnumValue, element: str) -> str:
        label = value.label.strip() or value.name
        if len(label) > LABEL_LENGTH:
            message = f"the label has {len(label)} characters; its first {LABEL_LENGTH} are kept"
            self._findings.warn(Code.APPROXIMATED, value.place, message, element=element)
        return label[:LABEL_LENGTH]

    def _fill(self, node: tree.EntityNode) -> None:
        draft = self._drafts[node.name]
        draft.description = self._converter.description(node.doc, node.place, draft.name)
        self._converter.unmapped(node.annotations, draft.name)
        if node.table:
            message = f"the table's name {node.table} is left out: tables are named after their entities"
            self._findings.warn(Code.DROPPED, node.place, message, element=draft.name)
        for field in node.fields:
            if field.name in draft.fields:
                message = f"the field {field.name} occurs twice"
                self._findings.error(Code.DUPLICATE, field.place, message, "remove or rename one of them", draft.name)
                continue
            name = draft.name_for(field.name, field.place)
            draft.fields[field.name] = name
            attribute, unique = self._converter.attribute(field, name, f"{draft.name}.{name}")
            draft.attributes.append(attribute)
            if unique and self._indexable(attribute, field, draft.name):
                draft.unique(name)

    def _indexable(self, attribute: Attribute, field: tree.FieldNode, element: str) -> bool:
        basic, length = attribute.type.basic, attribute.type.length
        fits = length is not None and length <= MAX_INDEX_BYTES // 4 if basic is Basic.TEXT else True
        if basic is Basic.BINARY_DATA or not fits:
            message = f"unique is left out: the values of {field.name} are too long for an index"
            self._findings.warn(Code.DROPPED, field.place, message, element=f"{element}.{attribute.name}")
            return False
        return True

    def _resolved(self, node: tree.RelationNode) -> bool:
        """Whether both entities are there; a built-in one is made when it is first meant."""
        found = True
        for side in (node.source, node.target):
            if side.entity in self._drafts:
                continue
            if side.entity in BUILT_IN:
                self._built_in(side)
                continue
            hint = suggest(side.entity, self._drafts, f"declare it: entity {side.entity} {{ … }}")
            message = f"the relationship's entity {side.entity} is not declared"
            self._findings.error(Code.MISSING_ENTITY, side.place, message, hint)
            found = False
        return found

    def _built_in(self, side: tree.Side) -> None:
        draft = EntityDraft(self._name(side.entity, side.place), self._findings)
        draft.description = f"Stands for JHipster's built-in {side.entity}"
        for field, attribute, unique in BUILT_IN[side.entity]:
            draft.fields[field] = attribute.name
            draft.attributes.append(attribute)
            if unique:
                draft.unique(attribute.name)
        self._drafts[side.entity] = draft
        message = f"JHipster's built-in {side.entity} becomes an entity of its own, without its sign-in"
        self._findings.warn(Code.APPROXIMATED, side.place, message, element=draft.name)

    def _join(self, wanted: str, node: tree.RelationNode) -> EntityDraft:
        draft = EntityDraft(self._name(wanted[:NAME_LENGTH], node.place), self._findings)
        self._joins.append(draft)
        return draft

    def _applications(self) -> str:
        """Warnings for what the application blocks say beyond a name; their comment is the app's description."""
        applications = self._of(tree.Application)
        for number, application in enumerate(applications):
            if application.keys:
                message = f"left out, for it has no counterpart: {', '.join(application.keys)}"
                self._findings.warn(Code.DROPPED, application.place, message)
            if number:
                message = "a further application: all entities of the file become one app"
                self._findings.warn(Code.APPROXIMATED, application.place, message)
            for entity in application.entities:
                if entity not in self._drafts:
                    hint = suggest(entity, self._drafts, f"declare it: entity {entity} {{ … }}")
                    message = f"the application lists the entity {entity}, which is not declared"
                    self._findings.error(Code.MISSING_ENTITY, application.place, message, hint)
        docs = [application.doc for application in applications if application.doc]
        return self._converter.description(docs[0], applications[0].place, "app") if docs else ""

    def _app_name(self, name: str | None, stem: str) -> str:
        named = [application.base_name for application in self._of(tree.Application) if application.base_name]
        wanted = pascal(name or (named[0] if named else stem), "App")
        return f"My{wanted}"[:NAME_LENGTH] if is_reserved_asset(wanted) else wanted
