"""Checks the steps that set, decide, repeat, call and end. No I/O."""

from __future__ import annotations

from dataclasses import replace

from odcpub.model.elements import Clause
from odcpub.model.expressions import tree as expressions
from odcpub.model.logic import tree
from odcpub.model.logic.checking import Clauses
from odcpub.model.logic.lists import Lists, element
from odcpub.model.logic.rows import Rows
from odcpub.model.logic.surroundings import Signature
from odcpub.model.logic.variables import UNKNOWN
from odcpub.model.problems import Code
from odcpub.text import listed, shown, suggest


class Flow(Rows, Lists):
    """The part of the checker that knows what happens when."""

    def set(self, clauses: Clauses) -> tree.Set | None:
        found = []
        members = clauses.members("set")
        for member in members:
            target = self.target(member, member.key)
            value = self.expression(member, None if target is None or target.type == UNKNOWN else target.type)
            if target and value:
                found.append(tree.Assignment(target, value))
        return tree.Set(tuple(found), clauses.place) if len(found) == len(members) else None

    def decide(self, clauses: Clauses) -> tree.If | None:
        condition = self.expression(clauses.main, expressions.BOOLEAN)
        then = self.inner(clauses.get("then"))
        otherwise = self.inner(clauses.get("else"))
        if condition is None:
            return None
        return tree.If((tree.Case(condition, then, clauses.place),), otherwise, clauses.place)

    def switch(self, clauses: Clauses) -> tree.If | None:
        found = []
        entries = clauses.members("switch")
        for entry in entries:
            case = Clauses("switch", entry.members, entry.place)
            condition = self.expression(case.get("when"), expressions.BOOLEAN)
            steps = self.inner(case.get("do"))
            if condition:
                found.append(tree.Case(condition, steps, entry.place))
        otherwise = self.inner(clauses.get("otherwise"))
        return tree.If(tuple(found), otherwise, clauses.place) if found and len(found) == len(entries) else None

    def inner(self, clause: Clause | None) -> tuple[tree.Step, ...]:
        """The steps of a block within; what they make is not known behind it."""
        if clause is None:
            return ()
        with self.variables.block():
            return self.steps(clause.steps)

    def for_each(self, clauses: Clauses) -> tree.ForEach | None:
        values = self.list_of(clauses.main)
        with self.variables.block():
            variable = self.variable(clauses.get("as"), element(values.type) if values else UNKNOWN)
            do = clauses.get("do")
            steps = self.steps(do.steps) if do else ()
        return tree.ForEach(values, variable, steps, clauses.place) if values and variable else None

    def call(self, clauses: Clauses) -> tree.Call | None:
        clause = clauses.main
        called = self.around.actions.get(clause.text) if clause else None
        if clause and called is None:
            self.complete = False
            self._no_action(clause)
        before = len(self.problems)
        arguments = self._arguments(clauses, called) if called else ()
        into = self._into(clauses, called)
        if called is None or into is None or len(self.problems) > before:
            return None
        return tree.Call(called.library, called.name, arguments, into, clauses.place)

    def _no_action(self, clause: Clause) -> None:
        library = clause.text.rpartition(".")[0]
        if library and library not in self.around.facts.uses:
            hint = suggest(
                library, self.around.facts.uses, f'add the library to the model: uses: {{ {library}: "^1.0" }}'
            )
        else:
            known = list(self.around.actions)
            hint = suggest(clause.text, known, f"use one of {listed(known)}")
        if library not in self.around.absent:
            self.error(Code.UNKNOWN_TARGET, clause.place, f"there is no action {shown(clause.text)}", hint)

    def _arguments(self, clauses: Clauses, called: Signature) -> tuple[tree.Given, ...]:
        known = {one.name: one for one in called.inputs}
        members = clauses.members("with")
        given = self.given(members, known, f"{called.name} has no input", "use one of its inputs")
        there = {member.key for member in members}
        needed = [one.name for one in called.inputs if one.mandatory and one.default is None]
        if lacking := [name for name in needed if name not in there]:
            message = f"{called.name} needs {listed(lacking)}, which {'is' if len(lacking) == 1 else 'are'} mandatory"
            self.error(Code.MISSING_KEY, clauses.place, message, f"give it a value: with: {{ {lacking[0]}: … }}")
        return given

    def _into(self, clauses: Clauses, called: Signature | None) -> tuple[tree.Into, ...] | None:
        """Which variables get outputs; None where that is wrong."""
        clause = clauses.get("into")
        if clause is None:
            return ()
        members = clause.members
        if clause.text:
            if called and len(called.outputs) != 1:
                self._outputs(clause, called)
                called = None
            members = (replace(clause, key=called.outputs[0].name if called else ""),)
        return self._each_into(members, called)

    def _outputs(self, clause: Clause, called: Signature) -> None:
        names = [one.name for one in called.outputs]
        message, hint = f"{called.name} has no outputs", "remove into"
        if names:
            message = f"{called.name} has {len(names)} outputs, and into names one variable"
            hint = f"say which output goes where: into: {{ {names[0]}: {clause.text} }}"
        self.error(Code.BAD_CALL, clause.place, message, hint)

    def _each_into(self, members: tuple[Clause, ...], called: Signature | None) -> tuple[tree.Into, ...] | None:
        types = {one.name: one.type for one in called.outputs} if called else {}
        found: dict[str, tree.Into] = {}
        for member in members:
            if called and member.key not in types:
                hint = suggest(member.key, types, f"use one of its outputs: {listed(types) or 'there are none'}")
                self.error(Code.BAD_CALL, member.key_place, f"{called.name} has no output {shown(member.key)}", hint)
            variable = self.variable(member, types.get(member.key, UNKNOWN))
            if member.text in found:
                message = f"{member.text} gets two outputs"
                self.error(Code.BAD_CALL, member.place, message, "use another variable for one of them")
            elif variable:
                found[member.text] = tree.Into(member.key, variable)
        return tuple(found.values()) if called and len(found) == len(members) else None

    def refuse(self, clauses: Clauses) -> tree.Raise | None:
        message = self.expression(clauses.main, expressions.TEXT)
        place = clauses.main.place if clauses.main else clauses.place
        for secret in expressions.secrets(message) if message else ():
            hint = "leave it out: users see the message"
            self.error(Code.EXPRESSION, place, f"raise: {secret} is a secret", hint)
        at = clauses.text("at")
        names = [one.name for one in self.action.inputs]
        if at and at not in names:
            hint = suggest(at, names, f"use one of {listed(names)}" if names else "remove at")
            place = (clauses.get("at") or clauses.main or Clause("")).place
            self.error(Code.BAD_VARIABLE, place, f"there is no input {shown(at)}", hint)
            return None
        return tree.Raise(message, clauses.text("code"), at, clauses.place) if message else None

    def end(self, clauses: Clauses) -> tree.End:
        return tree.End(clauses.place)

    def unknown(self, clauses: Clauses) -> None:
        """A step of no kind, told where it was read: what it would have made is known, and of no type."""
        self.variable(clauses.get("as"), UNKNOWN)
        self._into(clauses, None)
        for key in ("then", "else", "otherwise", "do"):
            self.inner(clauses.get(key))
