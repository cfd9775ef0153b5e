"""The JSON Schema of steps, made from their table: editors complete a step's keys once its kind is written. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from odcpub.model.logic.steps import CASE, END, HANDLER, MAX_STEPS, STEPS, ClauseRule, Form

JsonSchema = dict[str, object]
"""A schema as JSON has it: keyword → value."""

_EXPRESSION: JsonSchema = {"type": ["string", "number", "boolean"]}
_PAIRS: JsonSchema = {"type": "object", "additionalProperties": _EXPRESSION}
_LIST: JsonSchema = {"$ref": "#/$defs/steps"}
_REFERENCE: JsonSchema = {"type": "string"}


def steps_schema(name: JsonSchema) -> dict[str, JsonSchema]:
    """Definitions: ``steps``, ``handlers``, and one for each kind of step. ``name``: the schema of a name."""
    steps = [{"const": END}, *({"$ref": f"#/$defs/{_called(kind)}"} for kind in STEPS if kind != END)]
    definitions: dict[str, JsonSchema] = {
        "steps": {"type": "array", "maxItems": MAX_STEPS, "items": {"anyOf": steps}},
        "handlers": {"type": "array", "items": _mapping(HANDLER.values(), name)},
    }
    for kind, rule in STEPS.items():
        if kind != END:
            definitions[_called(kind)] = {"description": rule.about, **_mapping(rule.clauses, name)}
    return definitions


def _called(kind: str) -> str:
    return f"step_{kind}"


def _mapping(rules: Iterable[ClauseRule], name: JsonSchema) -> JsonSchema:
    every = tuple(rules)
    return {
        "type": "object",
        "properties": {rule.name: {**_shape(rule.form, name), "description": rule.about} for rule in every},
        "required": [rule.name for rule in every if rule.required],
        "additionalProperties": False,
    }


def _shape(form: Form, name: JsonSchema) -> JsonSchema:
    if form is Form.CASES:
        return {"type": "array", "minItems": 1, "items": _mapping(CASE.values(), name)}
    if form is Form.INTO:
        return {"anyOf": [name, {"type": "object", "additionalProperties": name}]}
    if form is Form.PAIRS:
        return {**_PAIRS, "propertyNames": name}
    return _SHAPES.get(form, name)


_SHAPES: Mapping[Form, JsonSchema] = {
    Form.EXPRESSION: _EXPRESSION,
    Form.ELEMENT: _REFERENCE,
    Form.TARGET: _REFERENCE,
    Form.ASSIGNMENTS: {**_PAIRS, "minProperties": 1},
    Form.SORT: {"type": "array", "items": _EXPRESSION},
    Form.FLAG: {"type": "boolean"},
    Form.STEPS: _LIST,
}
"""The forms that are not just a name."""
