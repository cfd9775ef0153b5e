"""Server actions: from their mappings to parts, judged by themselves. No I/O."""

from __future__ import annotations

from odcpub.model import elements as el
from odcpub.model.attributes import attribute, reference
from odcpub.model.expressions.tokens import WORDS
from odcpub.model.fields import Fields, fields, name_ok, path_of
from odcpub.model.logic.read import StepReading
from odcpub.model.logic.steps import MAX_INPUTS, MAX_TIMEOUT, TIMEOUT
from odcpub.model.problems import Code
from odcpub.model.raw import ActionPart, Reference
from odcpub.model.reading import Reading
from odcpub.model.yaml_text import Mapping, Node, Scalar

_SECTIONS = {"inputs": "input", "outputs": "output", "locals": "local"}
_TAKEN = {"settings": "the settings", "error": "what was refused, in on_error"}
_Variables = tuple[tuple[el.Attribute, ...], tuple[Reference, ...]]


def server_action(reading: Reading, name: Scalar, node: Node, element: str) -> ActionPart:
    """A server action; what is wrong with it goes to ``reading``."""
    before = len(reading.problems)
    found = fields(reading, "server_action", node, name, element)
    variables = {key: _variables(reading, found, element, key) for key in _SECTIONS}
    _check_names(reading, found, element)
    steps = StepReading(reading, element)
    made = el.ServerAction(
        name=name.text,
        key=found.get("key", name.text),
        inputs=variables["inputs"][0],
        outputs=variables["outputs"][0],
        locals=variables["locals"][0],
        steps=steps.steps(found.values["do"], "do") if "do" in found.values else (),
        handlers=steps.handlers(found.values["on_error"]) if "on_error" in found.values else (),
        api=found.get("api", False),
        timeout=_timeout(reading, found, element),
        description=found.get("description", ""),
        place=reading.place(name),
    )
    references = {key: its for key, (_, its) in variables.items()}
    return ActionPart(made, **references, sound=len(reading.problems) == before)


def _variables(reading: Reading, found: Fields, element: str, key: str) -> _Variables:
    mapping: Mapping | None = found.get(key)
    if mapping is None:
        return (), ()
    variables: list[el.Attribute] = []
    references: list[Reference] = []
    for name, node in mapping.entries.values():
        path = path_of(f"{element}.{key}", name)
        name_ok(reading, name, path)
        made, its_fields = attribute(reading, name, node, path, _SECTIONS[key])
        if made.type.target:
            references.append(reference(reading, len(variables), its_fields))
        variables.append(made)
    if key == "inputs" and len(variables) > MAX_INPUTS:
        message = f"{len(variables)} inputs, and {MAX_INPUTS} are the most"
        reading.problem(Code.LOGIC_LIMIT, found.nodes[key], element, message, "put some of them into a structure")
    return tuple(variables), tuple(references)


def _check_names(reading: Reading, found: Fields, element: str) -> None:
    """Inputs, outputs and locals share one space of names, in which some are taken."""
    known: dict[str, Scalar] = {}
    for key in _SECTIONS:
        mapping: Mapping | None = found.get(key)
        for name, _ in mapping.entries.values() if mapping else ():
            word = name.text.casefold()
            path = path_of(f"{element}.{key}", name)
            first = known.setdefault(word, name)
            if first is not name:
                message = f"the variable {name.text} occurs twice: first at {reading.place(first)}"
                hint = "rename one of them: names that differ in case alone are the same"
                reading.problem(Code.DUPLICATE_NAME, name, path, message, hint)
            elif what := reserved(name.text):
                message = f"a variable cannot be called {name.text}: it means {what}"
                reading.problem(Code.RESERVED_NAME, name, path, message, "rename it")


def reserved(name: str) -> str:
    """What a name means that no variable can have, empty for one that it can."""
    word = name.casefold()
    return "a word of expressions" if word in WORDS else _TAKEN.get(word, "")


def _timeout(reading: Reading, found: Fields, element: str) -> int:
    timeout: int = found.get("timeout", TIMEOUT)
    if not 1 <= timeout <= MAX_TIMEOUT:
        message = f"timeout goes from 1 to {MAX_TIMEOUT} seconds, and is {timeout}"
        hint = "leave it out for 10 seconds"
        reading.problem(Code.BAD_LIMIT, found.nodes["timeout"], element, message, hint)
        return MAX_TIMEOUT
    return timeout
