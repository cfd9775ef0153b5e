"""A stage's configuration: the model's defaults, then the stage's file, then what was set by command. No I/O.

A stage's file, ``stages/qa.yaml`` beside the model, holds settings and never secrets:

    settings:
      HourlyRate: 95
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from odcpub.deployment.workload import Workload
from odcpub.errors import Place, Problem, UsageError
from odcpub.model import yaml_text
from odcpub.model.elements import Asset, Setting
from odcpub.model.literals import as_text, canonical, from_text
from odcpub.model.problems import NAMELESS, listed, shown, suggest

_NOT_YET = ("timers", "consumed_rest")
_KEYS = ("settings",)


@dataclass(frozen=True, slots=True)
class FileValue:
    """One value of a stage's file: what YAML made of it, hidden from ``repr`` since it may be a misplaced secret."""

    name: str
    value: object = field(repr=False)
    place: Place


@dataclass(frozen=True, slots=True)
class StageFile:
    values: tuple[FileValue, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """Names and canonical texts, sorted by name; ``missing``: mandatory ones without a value. With problems, not to
    be used."""

    settings: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def platform_environment(workload: Workload) -> dict[str, str]:
    """What every runner sets for every app, unless its settings say otherwise."""
    return {
        "ODCPUB_APP": workload.app,
        "ODCPUB_STAGE": workload.stage,
        "ODCPUB_REVISION": str(workload.revision),
        "ODCPUB_SCHEMA": workload.schema,
    }


def parse_stage_file(text: str, path: str) -> StageFile:
    """The values a stage's file gives, and what is wrong with its form; all problems at once."""
    root, found = yaml_text.parse(text, path)
    problems = list(found)
    values: list[FileValue] = []
    for key, node in _entries(root, path, "", problems):
        if key.text == "settings":
            values.extend(
                _value(each, value, path, problems) for each, value in _entries(node, path, "settings", problems)
            )
        elif key.text == "secrets":
            hint = "Set them by command: odcpub config set <app> NAME --stage <stage> (the value is asked for)."
            problems.append(_problem("ODC-D204", "secrets never stand in files", hint, _place(path, key), "secrets"))
        elif key.text in _NOT_YET:
            problems.append(_problem("ODC-D205", f"{key.text}: not supported yet", "Remove it.", _place(path, key)))
        else:
            hint = suggest(key.text, (*_KEYS, *_NOT_YET), f"known: {listed(_KEYS)}")
            problems.append(_problem("ODC-D201", f"unknown key {shown(key.text)}", hint, _place(path, key)))
    return StageFile(tuple(value for value in values if value.name), tuple(problems))


def resolve(
    asset: Asset, file_values: Iterable[FileValue], set_values: Mapping[str, str], secrets: Mapping[str, str]
) -> Resolved:
    """The configuration that one stage gets; nothing of it is invented.

    ``set_values`` and ``secrets`` are texts as people typed them. What was set for a setting that this revision does
    not have (any more) is passed over: another revision may have it. A file's unknown setting is a problem.
    """
    known = {setting.name: setting for setting in asset.settings}
    problems: list[Problem] = []
    texts = {
        each.name: as_text(each.default) for each in asset.settings if each.default is not None and not each.secret
    }
    for value in file_values:
        text = _from_file(known, value, problems)
        if text is not None:
            texts[value.name] = text
    for name, text in sorted({**set_values, **secrets}.items()):
        if name in known and (found := _from_command(known[name], text, problems)) is not None:
            texts[name] = found
    return Resolved(
        settings=tuple(sorted((name, text) for name, text in texts.items() if not known[name].secret)),
        secrets=tuple(sorted((name, text) for name, text in texts.items() if known[name].secret)),
        missing=tuple(each.name for each in asset.settings if each.mandatory and each.name not in texts),
        problems=tuple(problems),
    )


def check_value(asset: Asset, name: str, text: str) -> tuple[Setting, str]:
    """The setting meant and the canonical form of a typed value; a UsageError says what is wrong with it."""
    found = next((each for each in asset.settings if each.name == name), None)
    if found is None:
        names = [each.name for each in asset.settings]
        hint = suggest(name, names, f"settings: {listed(names)}" if names else f"{asset.name} has no settings")
        raise UsageError(f"{shown(name) or NAMELESS}: {asset.name} has no such setting", hint)
    try:
        return found, as_text(from_text(text, found.type))
    except ValueError as error:
        reason = "the value is not allowed" if found.secret else str(error)
        raise UsageError(f"{name}: not a valid {found.type.basic.value}: {reason}", _example(found)) from None


def _from_file(known: Mapping[str, Setting], value: FileValue, problems: list[Problem]) -> str | None:
    setting = known.get(value.name)
    element = f"settings.{value.name}"
    if setting is None:
        hint = suggest(value.name, known, f"settings: {listed(known)}" if known else "The app has no settings.")
        problems.append(_problem("ODC-D202", "the app has no such setting", hint, value.place, element))
    elif setting.secret:
        command = f"odcpub config set <app> {value.name} --stage <stage>"
        hint = f"Remove it from the file, let a new secret be issued, and set that: {command}"
        message = "a secret never stands in a file: whoever reads the file would know it"
        problems.append(_problem("ODC-D204", message, hint, value.place, element))
    elif value.value is not None:
        try:
            return as_text(canonical(value.value, setting.type))
        except ValueError as error:
            message = f"not a valid {setting.type.basic.value}: {error}"
            problems.append(_problem("ODC-D203", message, _example(setting), value.place, element))
    return None


def _from_command(setting: Setting, text: str, problems: list[Problem]) -> str | None:
    """A value set earlier can be wrong for this revision, whose setting may have another type."""
    try:
        return as_text(from_text(text, setting.type))
    except ValueError as error:
        reason = "the value set for it is not allowed" if setting.secret else str(error)
        message = f"not a valid {setting.type.basic.value}: {reason}"
        hint = f"Set it anew: odcpub config set <app> {setting.name}{'' if setting.secret else '=…'} --stage <stage>"
        problems.append(_problem("ODC-D203", message, hint, None, f"settings.{setting.name}"))
        return None


def _entries(
    node: yaml_text.Node | None, path: str, element: str, problems: list[Problem]
) -> list[tuple[yaml_text.Scalar, yaml_text.Node]]:
    if isinstance(node, yaml_text.Mapping):
        return list(node.entries.values())
    if node is not None and not (isinstance(node, yaml_text.Scalar) and node.value is None):
        hint = "Write `settings:` and below it `Name: value` lines."
        problems.append(_problem("ODC-D201", "a mapping is expected here", hint, _place(path, node), element))
    return []


def _value(key: yaml_text.Scalar, node: yaml_text.Node, path: str, problems: list[Problem]) -> FileValue:
    if isinstance(node, yaml_text.Scalar):
        return FileValue(key.text, node.value, _place(path, key))
    hint = "Write one value, in quotes if it is a text."
    problems.append(_problem("ODC-D201", "a single value is expected here", hint, _place(path, node), key.text))
    return FileValue("", None, _place(path, key))


def _place(path: str, node: yaml_text.Node) -> Place:
    return Place(path, node.line, node.column)


def _problem(code: str, message: str, hint: str, place: Place | None, element: str = "") -> Problem:
    return Problem(code, message, hint, place, element)


def _example(setting: Setting) -> str:
    return f"{setting.name} is of type {setting.type.basic.value}" + (
        f": {setting.description}" if setting.description else "."
    )
