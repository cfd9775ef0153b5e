"""A random app: a model, actions that go with it, rows, calls. No I/O."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.actions.random_models import Model, model
from tests.actions.random_steps import Signature, Writer
from tests.actions.random_texts import Texts


@dataclass(frozen=True)
class RandomApp:
    """``actions``: their YAML, as data, by name."""

    model: Model
    actions: Mapping[str, Any]

    def text(self) -> str:
        return written(self.model.yaml() | {"server_actions": self.actions})


def seeded(number: int) -> Random:
    return Random(number)  # noqa: S311


def random_app(random: Random, texts: Texts, count: int) -> RandomApp:
    made = model(random)
    actions: dict[str, Any] = {}
    known: list[Signature] = []
    for number in range(count):
        name = f"Do{number}"
        actions[name], signature = Writer(random, made, texts, known[-8:]).action(name)
        known.append(signature)
    return RandomApp(made, actions)


def written(data: Any) -> str:
    """YAML of mappings, lists and scalars."""
    return "\n".join(_lines(data, 0)) + "\n"


def _lines(data: Any, deep: int) -> Iterator[str]:
    pad = "  " * deep
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _entry(f"{pad}{key}:", value, deep + 1)
    else:
        for value in data:
            if isinstance(value, Mapping) and value:
                first, *rest = _lines(value, deep + 1)
                yield f"{pad}- {first.lstrip()}"
                yield from rest
            else:
                yield from _entry(f"{pad}-", value, deep + 1)


def _entry(head: str, value: Any, deep: int) -> Iterator[str]:
    if isinstance(value, Mapping | list) and value:
        yield head
        yield from _lines(value, deep)
    elif value == "end" and head.endswith("-"):
        yield f"{head} end"
    else:
        yield f"{head} {json.dumps(value, ensure_ascii=False)}"
