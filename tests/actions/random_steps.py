"""Random well-typed actions of every step, as the YAML that an author writes. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.actions.random_models import STATIC, STRUCTURES, Attribute, Entity, Model, yaml_of
from tests.actions.random_texts import KIND_OF, Texts

Step = Any
SCALARS = (
    *("Text", "Integer", "LongInteger", "Decimal", "Currency", "Boolean", "Date", "Time", "DateTime", "Email"),
    *("PhoneNumber", "CustomerId", "StatusId"),
)
"""Kinds that any variable may have."""
SUMMED = ("Integer", "LongInteger", "Decimal", "Currency", "Price")
COMPARED = (*SUMMED, "Text", "Date", "Time", "DateTime", "Exact")
CODES = ("Wrong", "Late", "NotFound", "NotUnique", "Refused", "Protected", "Index", "Overflow")
MOST_INPUTS, DEEPEST, MOST_STEPS = 10, 2, 9
SEEN = "Seen"
"""The output that tells of what steps gave: texts, one after another."""
HOSTILE = (
    *("run", "call", "mark", "row", "class", "await", "var", "string", "String", "task", "System", "Console", "Texts"),
    *("Numbers", "Elements", "ImmutableList", "value", "item", "t", "cancellation", "one", "DateTime", "new", "Item1"),
    *("async", "Inputs", "Assigned", "given", "reader", "Moments", "Func", "Odcpub", "Count", "left", "Select"),
)
"""Names of variables that mean something in C# or in the code around."""


@dataclass(frozen=True)
class Signature:
    """What a caller knows: kinds by name, and which inputs are mandatory."""

    name: str
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    needed: frozenset[str]


@dataclass
class Scope:
    """Variables by name with their kinds; a block within knows those around it."""

    kinds: dict[str, str]
    records: dict[str, dict[str, str]] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)

    def copy(self) -> Scope:
        return Scope(dict(self.kinds), dict(self.records), set(self.fixed))

    def of(self, prefix: str) -> list[str]:
        return [name for name, kind in self.kinds.items() if kind.startswith(prefix)]


class Writer:
    """Writes one action. ``known``: those that it may call."""

    def __init__(self, random: Random, model: Model, texts: Texts, known: list[Signature]) -> None:
        self.random, self.model, self.texts, self.known = random, model, texts, known
        self.used: set[str] = set()
        self.number = 0
        self.hostile = random.sample(HOSTILE, len(HOSTILE))
        self.words = {one.casefold() for one in (*model.entities, *STRUCTURES, "Status")}
        self.more: dict[str, str] = {}
        self.outputs = self._outputs()
        self.scope = Scope(dict(self.outputs), {}, set())
        self.looping = 0

    def _outputs(self) -> dict[str, str]:
        kinds = self.random.sample(SCALARS, 3) + self._sampled(
            ["List:Text", "List:Integer", "List:Date", "Point", "Box"], 2
        )
        return {f"Out{number}": kind for number, kind in enumerate(kinds)}

    def _sampled(self, found: list[str], most: int) -> list[str]:
        return self.random.sample(found, min(len(found), self.random.randint(0, most)))

    def action(self, name: str) -> tuple[dict[str, Any], Signature]:
        for number, kind in enumerate(self._sampled(["List:Text", "List:Integer", "Point", "Box", *self._lists()], 2)):
            self.more[f"Given{number}"] = self.scope.kinds[f"Given{number}"] = kind
        steps = self.block(0, self.random.randint(3, MOST_STEPS))
        steps.append({"set": self.assignments(list(self.outputs)[:3])})
        handlers = [self.handler() for _ in range(self.random.choice((0, 0, 1, 2)))]
        inputs, others = self._variables()
        inputs += self.more
        made: dict[str, Any] = {"api": True, "inputs": {one: self._input(one) for one in inputs}}
        made["outputs"] = {one: yaml_of(kind) for one, kind in self.outputs.items()} | {SEEN: yaml_of("List:Text")}
        made["locals"] = {one: yaml_of(KIND_OF[one]) for one in others}
        made |= {"do": steps} | ({"on_error": handlers} if handlers else {})
        needed = frozenset(one for one in inputs if made["inputs"][one].get("mandatory"))
        signature = Signature(name, {one: self._kind(one) for one in inputs}, self.outputs, needed)
        return {key: value for key, value in made.items() if value}, signature

    def _variables(self) -> tuple[list[str], list[str]]:
        """The variables that expressions have named: inputs, and locals."""
        names = sorted(
            sorted(self.used), key=lambda one: (KIND_OF[one] not in ("Price", "Exact"), self.random.random())
        )
        return names[:MOST_INPUTS], names[MOST_INPUTS:]

    def _kind(self, name: str) -> str:
        return self.more.get(name) or KIND_OF[name]

    def _input(self, name: str) -> dict[str, Any]:
        kind = self._kind(name)
        rules = yaml_of(kind)
        if self.random.random() < 0.04:
            rules["mandatory"] = True
        if kind == "Integer" and self.random.random() < 0.1:
            rules |= {"minimum": -50, "maximum": 1000}
        return rules

    def handler(self) -> Step:
        self.scope = Scope(self.outputs | self.more, {}, set())
        self.scope.kinds["Error"] = "Record:Error"
        self.scope.records["Record:Error"] = {"Message": "Text", "Code": "Text"}
        self.scope.fixed.add("Error")
        steps = self.block(DEEPEST - 1, self.random.randint(1, 3))
        code = self.random.choice(("", *CODES))
        return ({"code": code} if code else {}) | {"do": steps}

    # Names and expressions

    def new(self) -> str:
        self.number += 1
        while self.hostile and self.random.random() < 0.3:
            if (name := self.hostile.pop()).casefold() not in self.words:
                self.words.add(name.casefold())
                return name
        return f"New{self.number}"

    def _lists(self) -> list[str]:
        return [f"List:{kind}" for entity in self.model.entities.values() if (kind := entity.members()["Id"])]

    def fresh(self, kind: str) -> str:
        """The variable of a result: a new one, now and then one of before."""
        known = [name for name, its in self.scope.kinds.items() if its == kind and name not in self.scope.fixed]
        if known and self.random.random() < 0.2:
            return self.random.choice(known)
        name = self.new()
        self.scope.kinds[name] = kind
        return name

    def members(self, kind: str) -> Mapping[str, str]:
        if kind == "Static:Status":
            return STATIC
        if kind.startswith("Row:"):
            return self.model.entities[kind.removeprefix("Row:")].members()
        return STRUCTURES.get(kind) or self.scope.records.get(kind) or {}

    def paths(self, more: Mapping[str, str] | None = None) -> dict[str, list[str]]:
        """What an author may write, by kind. ``more``: further variables."""
        found: dict[str, list[str]] = {"Currency": ["Settings.Rate"], "Text": ["Settings.Word"]}
        for name, kind in {**self.scope.kinds, **(more or {})}.items():
            self._add(found, name, kind)
        return found

    def _add(self, found: dict[str, list[str]], path: str, kind: str) -> None:
        if kind.startswith("List:"):
            found.setdefault("Integer", []).append(f"{path}.Length")
            found.setdefault("Boolean", []).append(f"{path}.Empty")
            if self.random.random() < 0.1:
                self._add(found, f"{path}[{self.random.randint(0, 1)}]", kind.removeprefix("List:"))
        elif members := self.members(kind):
            for name, its in members.items():
                self._add(found, f"{path}.{name}", its)
        else:
            found.setdefault(kind, []).append(path)

    def row_paths(self, entity: Entity) -> dict[str, list[str]]:
        """Those of a query's row too, along its references."""
        found = self.paths()
        for name, kind in entity.members().items():
            found.setdefault(kind, []).extend([f"{entity.name}.{name}"] * 3)
            target = "Customer" if kind == "CustomerId" else kind.removeprefix("Id:")
            if name != "Id" and target in self.model.entities:
                for inner, its in self.model.entities[target].members().items():
                    found.setdefault(its, []).append(f"{entity.name}.{name}.{inner}")
        return found

    def value(self, kind: str, more: Mapping[str, str] | None = None) -> str:
        """An expression of a kind."""
        paths = self.paths(more)
        if kind.startswith(("Id:", "List:", "Row:")) or kind in STRUCTURES:
            whole = [name for name, its in self.scope.kinds.items() if its == kind] * 3
            found: str = self.random.choice([*paths.get(kind, ()), *whole, self._otherwise(kind)])
            return found
        if kind in paths and self.random.random() < 0.3:
            return self.random.choice(paths[kind])
        return self.texts.text(self.random, kind, paths, self.used)

    def _otherwise(self, kind: str) -> str:
        return f"IntegerToIdentifier({self.random.randint(1, 4)})" if kind.startswith("Id:") else "NoValue()"

    def row_value(self, kind: str, entity: Entity) -> str:
        paths = self.row_paths(entity)
        if kind in paths and self.random.random() < 0.4:
            return self.random.choice(paths[kind])
        return self.texts.text(self.random, kind, paths, self.used, in_rows=True)

    def entity(self) -> Entity:
        return self.random.choice(list(self.model.entities.values()))

    # Blocks

    def block(self, depth: int, most: int) -> list[Step]:
        steps: list[Step] = []
        for _ in range(most):
            steps += self.step(depth)
        return steps

    @contextmanager
    def inner(self) -> Iterator[None]:
        before = self.scope
        self.scope = before.copy()
        try:
            yield
        finally:
            self.scope = before

    def nested(self, depth: int) -> list[Step]:
        with self.inner():
            return self.block(depth + 1, self.random.randint(1, 3))

    def step(self, depth: int) -> list[Step]:
        """A step or two, and mostly one that tells what they gave."""
        steps = self._step(depth)
        shown = [step for one in steps if self.random.random() < 0.8 for step in self._shown(one)]
        return [*steps, *shown]

    def _shown(self, step: Step) -> list[Step]:
        name = step.get("as") or step.get("to") or step.get("order") or step.get("from") or step.get("clear")
        if "for_each" in step or name not in self.scope.kinds:
            return []
        kind = self.scope.kinds[name]
        if not kind.startswith("List:"):
            return [self._told(name, kind)]
        one = self.new()
        return [{"for_each": name, "as": one, "do": [self._told(one, kind.removeprefix("List:"))]}]

    def _told(self, name: str, kind: str) -> Step:
        parts = [f"{name}.{one}" for one, its in self.members(kind).items() if its not in STRUCTURES] or [name]
        return {"append": f'"{name}: " + ' + ' + "|" + '.join(parts), "to": SEEN}

    def _step(self, depth: int) -> list[Step]:
        kinds = [self.get, self.query, self.set, self.create, self.change, self.delete, self.list_step] * 2
        kinds += [self.static, self.twice, self.call, self.summary, self.summary, self.summary, self.list_step]
        if depth < DEEPEST:
            kinds += [lambda: self.decide(depth), lambda: self.loop(depth), lambda: self.switch(depth), self.stop]
        return self.random.choice(kinds)()

    # Steps

    def get(self) -> list[Step]:
        entity = self.entity()
        step: Step = {"get": entity.name, "where": self._one(entity)}
        if self.random.random() < 0.75:
            step["optional"] = True
        if self.random.random() < 0.2:
            step["for_update"] = True
        return [step | {"as": self.fresh(f"Row:{entity.name}")}]

    def _one(self, entity: Entity) -> str:
        kind = entity.members()["Id"]
        if self.random.random() < 0.92:
            known = self.paths().get(kind, [])
            chosen: str = self.random.choice([*known, f"IntegerToIdentifier({self.random.randint(1, 4)})"])
            return f"{entity.name}.Id = {chosen}"
        return self.row_value("Boolean", entity)

    def query(self) -> list[Step]:
        entity = self.entity()
        step: Step = {"query": entity.name}
        if self.random.random() < 0.5:
            step["where"] = self.row_value("Boolean", entity)
        if self.random.random() < 0.6:
            step["sort"] = [
                self._sort(self.row_value(self._sorted_kind(), entity)) for _ in range(self.random.choice((1, 2)))
            ]
        for key in ("first", "maximum"):
            if self.random.random() < 0.3:
                step[key] = self.random.choice(["1", "2", self.value("Integer")])
        return [step | {"as": self.fresh(f"List:Row:{entity.name}")}]

    def static(self) -> list[Step]:
        """Records of the static entity."""
        if self.random.random() < 0.5:
            chosen = self.random.choice(["Status.Closed", *self.paths().get("StatusId", ["Status.Lost"])])
            step: Step = {"get": "Status", "where": f"Status.Id = {chosen}", "optional": True}
            return [step | {"as": self._own("Static:Status")}]
        step = {"query": "Status", "where": self.random.choice(["Status.Is_Active", 'Status.Label like "%o%"'])}
        step["sort"] = [self._sort(f"Status.{self.random.choice(list(STATIC))}")]
        return [step | {"as": self._own("List:Static:Status")}]

    def _sorted_kind(self) -> str:
        return self.random.choice((*COMPARED, "Boolean", "StatusId", "CustomerId", "Email"))

    def _sort(self, text: str) -> str:
        return text + self.random.choice(("", " desc", " asc"))

    def summary(self) -> list[Step]:
        entity = self.entity()
        step: Step = {"query": entity.name}
        if self.random.random() < 0.3:
            step["where"] = self.row_value("Boolean", entity)
        groups = {f"G{at}": self._sorted_kind() for at in range(self.random.choice((0, 1, 1, 2)))}
        record = dict(groups)
        if groups:
            step["group_by"] = {name: self.row_value(kind, entity) for name, kind in groups.items()}
        step["count"] = "Count"
        record["Count"] = "LongInteger"
        for key in self.random.sample(("sum", "average", "least", "greatest"), self.random.randint(1, 3)):
            kind = self.random.choice(SUMMED if key in ("sum", "average") else COMPARED)
            step[key] = {key.capitalize(): self.row_value(kind, entity)}
            record[key.capitalize()] = _COMPUTED[key].get(kind, kind)
        name = self.new()
        if groups and self.random.random() < 0.5:
            step["sort"] = [f"{name}.Count desc", f"{name}.{self.random.choice(list(record))}"]
        if groups and self.random.random() < 0.3:
            step["maximum"] = "2"
        self.scope.records[f"Record:{name}"] = record
        self.scope.kinds[name] = f"List:Record:{name}" if groups else f"Record:{name}"
        return [step | {"as": name}]

    def set(self) -> list[Step]:
        known = [
            name for name, kind in self._settable().items() if kind in SCALARS or kind in STRUCTURES or "List:" in kind
        ]
        if not known:
            return []
        return [{"set": self.assignments(self.random.sample(known, min(len(known), self.random.randint(1, 3))))}]

    def assignments(self, names: list[str]) -> dict[str, str]:
        kinds = self._settable()
        return {name: self.value(kinds[name]) for name in names}

    def _settable(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, kind in self.scope.kinds.items():
            if name in self.scope.fixed or kind.startswith(
                ("Record:", "Static:", "List:Row", "List:Rec", "List:Static")
            ):
                continue
            if kind in STRUCTURES:
                found |= {f"{name}.{one}": its for one, its in STRUCTURES[kind].items()}
            if not kind.startswith("Row:"):
                found[name] = kind
        return found

    def given(self, attribute: Attribute) -> str:
        """A value for an attribute, mostly one that it accepts."""
        if attribute.kind.startswith("Id:") or attribute.kind == "CustomerId" or self.random.random() < 0.92:
            return self._fitting(attribute)
        return self.value("Decimal" if attribute.kind in ("Price", "Exact") else attribute.kind)

    def _fitting(self, attribute: Attribute) -> str:
        kind = attribute.kind
        if kind.startswith("Id:") or kind == "CustomerId":
            known = [*self.paths().get(kind, ()), f"IntegerToIdentifier({self.random.randint(1, 3)})"]
        elif kind == "Integer":
            known = [str(self.random.randint(0, 99))]
        else:
            known = list(_FITTING[kind])
        return self.random.choice(known if attribute.needed else [*known, "NoValue()"])

    def create(self) -> list[Step]:
        entity = self.entity()
        values = {one.name: self.given(one) for one in entity.attributes if one.needed or self.random.random() < 0.5}
        step: Step = {"create": entity.name} | ({"with": values} if values else {})
        if self.random.random() < 0.7:
            step["as"] = self.fresh(f"Row:{entity.name}")
        return [step]

    def change(self) -> list[Step]:
        rows = self.scope.of("Row:")
        if not rows:
            return self.get()
        name = self.random.choice(rows)
        entity = self.model.entities[self.scope.kinds[name].removeprefix("Row:")]
        chosen = self.random.sample(entity.attributes, min(len(entity.attributes), self.random.choice((0, 1, 2))))
        steps: list[Step] = []
        if chosen:
            steps.append({"set": {f"{name}.{one.name}": self.given(one) for one in chosen}})
        if self.random.random() < 0.85:
            steps.append({"update": name})
        return self.guarded(name, steps)

    def twice(self) -> list[Step]:
        """Two variables of one row, changed one after the other."""
        steps = self.get()
        one, other = steps[0]["as"], self.new()
        self.scope.kinds[other] = self.scope.kinds[one]
        steps.append(steps[0] | {"as": other})
        entity = self.model.entities[self.scope.kinds[one].removeprefix("Row:")]
        for name in (one, other):
            chosen = self.random.choice(entity.attributes)
            steps += self.guarded(name, [{"set": {f"{name}.{chosen.name}": self.given(chosen)}}, {"update": name}])
        return steps

    def guarded(self, name: str, steps: list[Step]) -> list[Step]:
        """Mostly only where the variable has a row."""
        return [{"if": f"HasValue({name})", "then": steps}] if steps and self.random.random() < 0.7 else steps

    def delete(self) -> list[Step]:
        rows = self.scope.of("Row:")
        if not rows or self.random.random() < 0.4:
            return self.get()
        name = self.random.choice(rows)
        return self.guarded(name, [{"delete": name}])

    def call(self) -> list[Step]:
        if not self.known or self.looping > 1:
            return []
        called = self.random.choice(self.known)
        given = {
            name: self.random.choice(_FITTING[kind]) if kind in ("Price", "Exact") else self.value(kind)
            for name, kind in called.inputs.items()
            if name in called.needed or self.random.random() < 0.6
        }
        step: Step = {"call": called.name} | ({"with": given} if given else {})
        chosen = self.random.sample(list(called.outputs), self.random.randint(0, len(called.outputs)))
        if chosen:
            step["into"] = {name: self._own(called.outputs[name]) for name in chosen}
        return [step]

    def _own(self, kind: str) -> str:
        name = self.new()
        self.scope.kinds[name] = kind
        return name

    def stop(self) -> list[Step]:
        if self.random.random() < 0.3:
            then: Step = "end"
        else:
            then = {"raise": self.value("Text")}
            if self.random.random() < 0.6:
                then["code"] = self.random.choice(("Wrong", "Late"))
            if self.more and self.random.random() < 0.5:
                then["at"] = next(iter(self.more))
        return [{"if": self.value("Boolean"), "then": [then]}]

    def decide(self, depth: int) -> list[Step]:
        step: Step = {"if": self.value("Boolean"), "then": self.nested(depth)}
        return [step | ({"else": self.nested(depth)} if self.random.random() < 0.5 else {})]

    def switch(self, depth: int) -> list[Step]:
        cases = [{"when": self.value("Boolean"), "do": self.nested(depth)} for _ in range(2)]
        return [{"switch": cases} | ({"otherwise": self.nested(depth)} if self.random.random() < 0.5 else {})]

    def loop(self, depth: int) -> list[Step]:
        lists = self.scope.of("List:")
        if not lists:
            return self.query()
        name = self.random.choice(lists)
        with self.inner():
            one = self._own(self.scope.kinds[name].removeprefix("List:"))
            self.looping += 1
            steps = self.block(depth + 1, self.random.randint(1, 3))
            self.looping -= 1
        return [{"for_each": name, "as": one, "do": steps}]

    # Lists

    def list_step(self) -> list[Step]:
        lists = self.scope.of("List:")
        if not lists:
            return self.query()
        plain = [name for name in lists if self.scope.kinds[name].removeprefix("List:") in SCALARS]
        name = self.random.choice(lists + plain * 2)
        kind = self.scope.kinds[name].removeprefix("List:")
        steps = [self.filter, self.find, self.order]
        if not kind.startswith(("Record:", "Static:")):
            steps += [self.append, self.remove]
        if kind in SCALARS:
            steps += [self.append, self.append, self.distinct]
        return self.random.choice(steps)(name, kind)

    def append(self, name: str, kind: str) -> list[Step]:
        step: Step = {"append": self.value(kind)}
        if self.random.random() < 0.2 and not self.looping:
            step["append"] = name
        step["to"] = name
        if self.random.random() < 0.5:
            step["at"] = self.random.choice(["0", f"{name}.Length", f"{name}.Length", "1"])
        return [step]

    def remove(self, name: str, kind: str) -> list[Step]:
        if self.random.random() < 0.3:
            return [{"clear": name}]
        at = self.random.choice(["0", f"{name}.Length - 1", "1", self.value("Integer")])
        steps: list[Step] = [{"remove": at, "from": name}]
        return steps if self.random.random() < 0.2 else [{"if": f"{name}.Length > 1", "then": steps}]

    def _about(self, kind: str) -> tuple[str, str]:
        item = self.new()
        return item, self.value("Boolean", {item: kind})

    def filter(self, name: str, kind: str) -> list[Step]:
        item, where = self._about(kind)
        made = self._own(self.scope.kinds[name])
        return [{"filter": name, "each": item, "where": where, "as": made}]

    def find(self, name: str, kind: str) -> list[Step]:
        item, where = self._about(kind)
        return [{"find": name, "each": item, "where": where, "as": self.fresh("Integer")}]

    def order(self, name: str, kind: str) -> list[Step]:
        item = self.new()
        by = [self._sort(self.value(self._sorted_kind(), {item: kind})) for _ in range(self.random.choice((1, 2)))]
        return [{"order": name, "each": item, "by": by}]

    def distinct(self, name: str, kind: str) -> list[Step]:
        return [{"distinct": name, "as": self._own(self.scope.kinds[name])}]


_COMPUTED: Mapping[str, Mapping[str, str]] = {
    "sum": {"Integer": "LongInteger", "Price": "Decimal"},
    "average": {"Integer": "Decimal", "LongInteger": "Decimal", "Price": "Decimal"},
    "least": {},
    "greatest": {},
}
"""What is computed of a kind, where that is another."""
_FITTING: Mapping[str, tuple[str, ...]] = {
    "Text": ('"Ann"', '"ab"', '"Zoe"'),
    "Integer": ("1", "2", "50"),
    "LongInteger": ("1", "3", "99"),
    "Decimal": ("1.5", "2", "99.125"),
    "Currency": ("1.5", "80", "Settings.Rate"),
    "Boolean": ("True", "False"),
    "Date": ("#2026-01-31#", "#2024-02-29#"),
    "Time": ("#10:30:00#", "#23:59:59#"),
    "DateTime": ("#2026-01-31 10:30:00#", "#2026-01-31#"),
    "Email": ('"ann@example.com"', '"b@c.de"'),
    "PhoneNumber": ('"+1 2"', '"0"'),
    "StatusId": ("Status.Open", "Status.Closed"),
    "Price": ("1.25", "7"),
    "Exact": ("1.25", "0.5"),
}
