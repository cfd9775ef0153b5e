"""Elements of random models with random actions get other names: the old name brings back the file as it was. A few
of the apps are tried each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from odcpub.author.rename.renaming import rename
from odcpub.errors import OdcpubError
from tests.actions.random_app import random_app, seeded
from tests.actions.random_texts import Texts
from tests.unit.author.rename.test_any_models import files

EACH_TIME, APPS, ACTIONS, ELEMENTS = 2, 60, 3, 8
"""Apps that are tried each time, and in all; actions of an app; elements that get other names."""
SECTIONS = ("settings", "static_entities", "structures", "entities", "server_actions")
INNER = ("attributes", "indexes", "inputs", "outputs", "locals")


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts(1, 25)


def elements(found: Mapping[str, Any], sections: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for section in sections:
        inner = found.get(section)
        for name, element in inner.items() if isinstance(inner, dict) else ():
            yield section, name
            yield from ((section, name, *one) for one in elements(element, INNER))


@pytest.mark.parametrize(
    "number", [pytest.param(one, marks=[pytest.mark.long] if one >= EACH_TIME else []) for one in range(APPS)]
)
def test_names_in_random_actions(number: int, texts: Texts) -> None:
    random = seeded(number)
    app = random_app(random, texts, ACTIONS)
    text = app.text().encode()
    every = list(elements(app.model.yaml() | {"server_actions": app.actions}, SECTIONS))
    done = 0
    for *owner, name in random.sample(every, ELEMENTS):
        new = random.choice(("Renamed", f"{name}X", random.choice(every)[-1], "Found"))
        if new.casefold() in ("null", "true", "false"):  # stand in quotes, and whoever renames back keeps them
            continue
        try:
            made = rename(files({"app.yaml": text}), ".".join((*owner, name)), new)
        except OdcpubError as error:
            problems = [one.message for one in getattr(error, "problems", ())]
            assert any("cannot be called" in one for one in (error.message, *problems)), (name, new, error, problems)
            continue
        if made.files:
            after = files({"app.yaml": made.files["app.yaml"].after})
            assert rename(after, ".".join((*owner, new)), name).files["app.yaml"].after == text
            done += 1
    assert done > ELEMENTS // 2
