"""The JSON Schema of model files, made from the language's tables: what editors complete and check by. No I/O."""

from __future__ import annotations

from odcpub.model.data_types import MAX_DIGITS, MAX_LENGTH
from odcpub.model.language import (
    ASSET_KINDS,
    DELETE_RULES,
    DESCRIPTION_LENGTH,
    KEPT,
    KEYS,
    MAX_BUTTONS,
    MAX_LISTED,
    MAX_PARTS,
    MAX_SORT,
    NAME_LENGTH,
    NAME_PATTERN,
    PLAIN_TYPES,
    SETTING_TYPES,
    TITLES,
    Key,
    Shape,
)
from odcpub.model.logic.schema import JsonSchema, steps_schema
from odcpub.model.logic.steps import MAX_INPUTS, MAX_TIMEOUT

_NAME: JsonSchema = {"type": "string", "pattern": f"^{NAME_PATTERN}$", "maxLength": NAME_LENGTH}
_EXPRESSION: JsonSchema = {"type": ["string", "number", "boolean"]}


def _named(details: JsonSchema) -> JsonSchema:
    """A name, or a mapping of one name to its details."""
    pair = {
        "type": "object",
        "propertyNames": _NAME,
        "additionalProperties": details,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {"anyOf": [_NAME, pair]}


_SHAPES: dict[Shape, JsonSchema] = {
    Shape.NAME: _NAME,
    Shape.NAMES: {"type": "array", "items": _NAME, "uniqueItems": True},
    Shape.TEXT: {"type": "string", "maxLength": DESCRIPTION_LENGTH},
    Shape.BOOLEAN: {"type": "boolean"},
    Shape.INTEGER: {"type": "integer"},
    Shape.NUMBER: {"type": "number"},
    Shape.UUID: {"type": "string", "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"},
    Shape.COLOUR: {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"},
    Shape.LITERAL: {"type": ["string", "number", "boolean"]},
    Shape.PATTERN: {"type": "string", "format": "regex"},
    Shape.DELETE_RULE: {"enum": list(DELETE_RULES)},
    Shape.RANGE: {"type": "string"},
    Shape.STEPS: {"$ref": "#/$defs/steps"},
    Shape.HANDLERS: {"$ref": "#/$defs/handlers"},
    Shape.EXPRESSION: _EXPRESSION,
    Shape.FORMULAS: {"type": ["object", "null"], "propertyNames": _NAME, "additionalProperties": _EXPRESSION},
    Shape.SORT: {"type": "array", "items": _EXPRESSION, "maxItems": MAX_SORT},
    Shape.COLUMNS: {"type": "array", "items": _named(_EXPRESSION), "uniqueItems": True},
    Shape.BUTTONS: {"type": "array", "items": _named({"$ref": "#/$defs/button"}), "maxItems": MAX_BUTTONS},
    Shape.PARTS: {"type": "array", "items": {"$ref": "#/$defs/part"}, "maxItems": MAX_PARTS},
}
_ANY: JsonSchema = {
    "anyOf": [
        {"enum": [f"{basic.value}{many}" for basic in PLAIN_TYPES for many in ("", " List")]},
        {"type": "string", "pattern": rf"^({NAME_PATTERN}\.)?{NAME_PATTERN}( Identifier)?( List)?$"},
    ]
}
_TYPES: dict[str, JsonSchema] = {
    "setting": {"enum": [basic.value for basic in SETTING_TYPES]},
    **dict.fromkeys(("attribute", "input", "output", "local"), _ANY),
}
_BOUNDS: dict[tuple[str, str], dict[str, int]] = {
    ("part", "maximum"): {"minimum": 1, "maximum": MAX_LISTED},
}
_BOUNDS_ANYWHERE: dict[str, dict[str, int]] = {
    "length": {"minimum": 1, "maximum": MAX_LENGTH},
    "min_length": {"minimum": 1, "maximum": MAX_LENGTH},
    "digits": {"minimum": 1, "maximum": MAX_DIGITS},
    "decimals": {"minimum": 0, "maximum": MAX_DIGITS},
    "timeout": {"minimum": 1, "maximum": MAX_TIMEOUT},
}
_EITHER = {
    "screen": ("list", "detail", "dashboard"),
    "part": ("count", "sum", "average", "least", "greatest", "list"),
}
_MAY_BE_EMPTY = frozenset({"record", "entity", "static_entity", "button"})
"""Elements of which the name alone will do."""


def json_schema() -> JsonSchema:
    """JSON Schema 2020-12 of one model file. A model is several files, so nothing is required at the top."""
    definitions = {kind: _element(kind) for kind in KEYS if kind != "asset"}
    definitions["use"] = {**_SHAPES[Shape.RANGE], "description": "The versions accepted, such as ^1.0."}
    definitions |= steps_schema(_NAME)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of an odcpub model",
        **_element("asset"),
        "not": {"anyOf": [{"required": [first, second]} for first, second in _pairs(ASSET_KINDS)]},
        "$defs": dict(sorted(definitions.items())),
    }


def _pairs(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(first, second) for at, first in enumerate(words) for second in words[at + 1 :]]


def _element(kind: str) -> JsonSchema:
    properties = {key.name: _property(kind, key) for key in KEYS[kind]}
    properties |= {word: {"not": {}, "description": "Not supported yet."} for word in KEPT.get(kind, ())}
    schema: JsonSchema = {
        "type": ["object", "null"] if kind in _MAY_BE_EMPTY else "object",
        "description": TITLES[kind][0].upper() + TITLES[kind][1:],
        "properties": properties,
        "additionalProperties": False,
    }
    required = [key.name for key in KEYS[kind] if key.required]
    if required and kind != "asset":
        schema["required"] = required
    if kind in _EITHER:
        schema["oneOf"] = [{"required": [word]} for word in _EITHER[kind]]
    return schema


def _property(kind: str, key: Key) -> JsonSchema:
    if key.shape is Shape.ELEMENTS:
        shape: JsonSchema = {
            "type": ["object", "null"],
            "propertyNames": _NAME,
            "additionalProperties": {"$ref": f"#/$defs/{key.of}"},
        }
        if key.name == "inputs":
            shape["maxProperties"] = MAX_INPUTS
    elif key.shape is Shape.TYPE:
        shape = _TYPES[kind]
    else:
        shape = {**_SHAPES[key.shape], **_BOUNDS_ANYWHERE.get(key.name, {}), **_BOUNDS.get((kind, key.name), {})}
    return {**shape, "description": key.about}
