"""The stages a revision passes, in order: the usual three, or those of the project file. No I/O.

``odcpub.yaml`` beside (or above) the model names others, the first being where publishing goes:

    stages:
      Development: {}
      Acceptance: {}                    # purpose NonProduction
      Live: { allow_bootstrap: true }   # purpose Production, since it is the last one

The first stage has the purpose Development. The last of several has Production, as has one of that name. ``purpose``
says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from odcpub.errors import Missing, Place, Problem
from odcpub.model.yaml_text import Mapping, Node, Scalar, parse
from odcpub.text import NAMELESS, listed, named, shown, suggest

LONGEST_LABEL = 40
_LABEL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_PROJECT_KEYS = ("stages",)
_STAGE_KEYS = ("purpose", "allow_bootstrap", "description")
_FIRST = "write `purpose: Development` for the first stage, or leave it out: odcpub publishes to it"


class Purpose(StrEnum):
    """ODC's kinds of stage."""

    DEVELOPMENT = "Development"
    NON_PRODUCTION = "NonProduction"
    PRODUCTION = "Production"


@dataclass(frozen=True, slots=True)
class Stage:
    """``label`` is its name as a DNS label; ``order`` counts from 1; ``allow_bootstrap``: may run images built on
    the bootstrap .NET runtime, which gets no security fixes."""

    name: str
    label: str
    purpose: Purpose
    order: int
    allow_bootstrap: bool = True


@dataclass(frozen=True, slots=True)
class Project:
    """What the project file says; with problems the stages are not to be used."""

    stages: tuple[Stage, ...]
    problems: tuple[Problem, ...] = ()


DEFAULT_STAGES = (
    Stage("Development", "development", Purpose.DEVELOPMENT, 1),
    Stage("QA", "qa", Purpose.NON_PRODUCTION, 2),
    Stage("Production", "production", Purpose.PRODUCTION, 3, allow_bootstrap=False),
)


def find(stages: Sequence[Stage], word: str) -> Stage:
    """The stage called so, by name or label in any case; a Missing that names those there are."""
    wanted = label_of(word)
    for stage in stages:
        if stage.label == wanted:
            return stage
    names = f"stages: {listed(stage.label for stage in stages)}"
    raise Missing(f"{named(word) or NAMELESS}: no such stage", suggest(word, (stage.label for stage in stages), names))


def label_of(name: str) -> str:
    """``Pre Production`` → ``pre-production``; empty for what no stage can be called."""
    return re.sub(r"[\s_]+", "-", name.strip().lower()) if name.isprintable() else ""


def parse_project(text: str, path: str = "odcpub.yaml") -> Project:
    """The stages of a project file's text; the usual ones where it names none. All problems at once."""
    root, found = parse(text, path)
    reading = _Reading(path, list(found))
    entries = reading.mapping(root, "", _PROJECT_KEYS) if root is not None else {}
    declared = entries.get("stages")
    stages = DEFAULT_STAGES if declared is None else tuple(reading.stages(declared))
    return Project(stages, tuple(reading.problems))


def _usual(label: str, place: int, count: int) -> Purpose:
    """The purpose of a stage that names none. ``place``: counted from 0. The last of several is where people work, and
    has the checks of Production, whatever it is called."""
    if place == 0:
        return Purpose.DEVELOPMENT
    return Purpose.PRODUCTION if label == "production" or place == count - 1 else Purpose.NON_PRODUCTION


class _Reading:
    """Reads the nodes and notes what is wrong."""

    def __init__(self, path: str, problems: list[Problem]) -> None:
        self.path, self.problems = path, problems

    def problem(self, node: Node, element: str, message: str, hint: str) -> None:
        """Notes what is wrong at a node."""
        place = Place(self.path, node.line, node.column)
        self.problems.append(Problem("ODC-D101", message, hint, place, element))

    def mapping(self, node: Node, element: str, known: Iterable[str] | None) -> dict[str, Node]:
        """The entries of a mapping whose keys must be ``known`` ones; None allows any."""
        if isinstance(node, Scalar) and node.value is None:
            return {}
        if not isinstance(node, Mapping):
            self.problem(node, element, "a mapping is expected here", "write `name: value` lines, or {} for none")
            return {}
        keys = None if known is None else tuple(known)
        for key, _ in node.entries.values():
            if keys is not None and key.text not in keys:
                self.problem(key, element, f"unknown key {shown(key.text)}", suggest(key.text, keys, listed(keys)))
        return {text: value for text, (_, value) in node.entries.items()}

    def stages(self, node: Node) -> list[Stage]:
        """The stages that the node names, in their order."""
        stages: list[Stage] = []
        entries = self.mapping(node, "stages", None)
        for name, value in entries.items():
            stage = self._stage(name, value, _usual(label_of(name), len(stages), len(entries)), len(stages) + 1)
            if any(other.label == stage.label for other in stages):
                self.problem(value, f"stages.{name}", "another stage has this name", "rename one of them")
            stages.append(stage)
        self._check(node, stages)
        return stages

    def _stage(self, name: str, node: Node, usual: Purpose, order: int) -> Stage:
        """``usual``: its purpose unless it says another."""
        element, label = f"stages.{name}", label_of(name)
        if not _LABEL.fullmatch(label) or len(label) > LONGEST_LABEL:
            hint = f"use up to {LONGEST_LABEL} letters, digits and dashes, a letter first"
            self.problem(node, element, f"'{shown(name)}' cannot be a stage's name", hint)
        entries = self.mapping(node, element, _STAGE_KEYS)
        purpose = self._purpose(entries.get("purpose"), element, usual)
        allowed = self._allowed(entries.get("allow_bootstrap"), element, purpose)
        return Stage(name, label, purpose, order, allowed)

    def _purpose(self, node: Node | None, element: str, usual: Purpose) -> Purpose:
        if node is None:
            return usual
        text = node.text if isinstance(node, Scalar) else ""
        try:
            return Purpose(text)
        except ValueError:
            self.problem(
                node, f"{element}.purpose", f"'{shown(text)}' is no purpose", f"write one of: {listed(Purpose)}"
            )
            return Purpose.NON_PRODUCTION

    def _allowed(self, node: Node | None, element: str, purpose: Purpose) -> bool:
        if node is None:
            return purpose is not Purpose.PRODUCTION
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        self.problem(node, f"{element}.allow_bootstrap", "it must be true or false", "write true or false")
        return False

    def _check(self, node: Node, stages: Sequence[Stage]) -> None:
        """Publishing goes to the first stage, and to no other."""
        if not stages:
            self.problem(node, "stages", "there is no stage", "name at least one, or leave `stages` out")
        elif stages[0].purpose is not Purpose.DEVELOPMENT:
            self.problem(node, "stages", "the first stage must have the purpose Development", _FIRST)
        if sum(stage.purpose is Purpose.DEVELOPMENT for stage in stages) > 1:
            self.problem(node, "stages", "only the first stage can have the purpose Development", "write NonProduction")
