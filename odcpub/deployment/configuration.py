"""A stage's configuration: the model's defaults, then the stage's file, then what was set by command. No I/O.

A stage's file, ``stages/qa.yaml`` beside the model, holds settings and never secrets:

    settings:
      HourlyRate: 95
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from odcpub.errors import Place, Problem, UsageError
from odcpub.model import yaml_text
from odcpub.model.characters import forbidden, is_blank
from odcpub.model.elements import Asset, Setting
from odcpub.model.literals import as_text, canonical, from_text, to_write
from odcpub.text import NAMELESS, listed, shown, suggest

_NOT_YET = ("timers", "consumed_rest")
_KEYS = ("settings",)
NOWHERE = ("APP", "STAGE")
"""App and stage in commands, where nobody knows which."""


@dataclass(frozen=True, slots=True)
class FileValue:
    """One value of a stage's file: what YAML made of it, hidden from ``repr`` since it may be a misplaced secret."""

    name: str
    value: object = field(repr=False)
    place: Place


@dataclass(frozen=True, slots=True)
class StageFile:
    """A stage's file: its values, and what is wrong with its form."""

    values: tuple[FileValue, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a deployment gets: settings and secrets as names and canonical texts, sorted by name."""

    settings: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Resolved(Configuration):
    """A configuration as it would be. ``missing``: mandatory names without a value. Where there are problems, or
    something is missing, it is deployed nowhere."""

    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


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
            hint = "set them by command, which asks for the value: odcpub config set APP NAME --stage STAGE"
            problems.append(
                _problem("ODC-D204", "secrets are not allowed in files", hint, _place(path, key), "secrets")
            )
        elif key.text in _NOT_YET:
            problems.append(_problem("ODC-D205", f"{key.text}: not supported yet", "remove it", _place(path, key)))
        else:
            hint = suggest(key.text, (*_KEYS, *_NOT_YET), f"known: {listed(_KEYS)}")
            problems.append(_problem("ODC-D201", f"unknown key {shown(key.text)}", hint, _place(path, key)))
    return StageFile(tuple(value for value in values if value.name), tuple(problems))


class SetValues(Protocol):
    """What was set by command: texts as people typed them, by the setting's identity; ``lost``: the identities of
    secrets that nobody can read any more."""

    @property
    def settings(self) -> Mapping[str, str]: ...

    @property
    def secrets(self) -> Mapping[str, str]: ...

    @property
    def lost(self) -> Collection[str]: ...


def resolve(
    asset: Asset,
    file_values: Iterable[FileValue],
    given: SetValues,
    newest: Iterable[Setting] = (),
    where: tuple[str, str] = NOWHERE,
) -> Resolved:
    """The configuration that one stage gets; nothing of it is invented.

    ``newest``: the settings of the newest revision, whose names the file has; ``where``: the app and the stage as
    commands name them. What was set for a setting that this revision does not have is passed over: another revision
    may have it. A setting of the file that the newest does not have either is a problem.

    A value counts for the kind of setting that it was set for. One that was set as a secret would be in the open in a
    revision where the setting is none, and one that stood in the open is no secret: the other kind alone is a problem.
    """
    known = {setting.name: setting for setting in asset.settings}
    problems: list[Problem] = []
    texts = {
        each.name: as_text(each.default) for each in asset.settings if each.default is not None and not each.secret
    }
    in_file = _file_texts(asset, newest, file_values, where, problems)
    texts |= in_file | _command_texts(asset, given, in_file, where, problems)
    return Resolved(
        settings=tuple(sorted((name, text) for name, text in texts.items() if not known[name].secret)),
        secrets=tuple(sorted((name, text) for name, text in texts.items() if known[name].secret)),
        missing=tuple(each.name for each in asset.settings if each.mandatory and each.name not in texts),
        problems=tuple(problems),
    )


def _command_texts(
    asset: Asset, given: SetValues, in_file: Collection[str], where: tuple[str, str], problems: list[Problem]
) -> dict[str, str]:
    """What was set by command, by the names of this revision."""
    texts: dict[str, str] = {}
    for setting in asset.settings:
        own = given.secrets if setting.secret else given.settings
        others = {*given.settings} if setting.secret else {*given.secrets, *given.lost}
        if setting.identity in own:
            found = _from_command(setting, own[setting.identity], where, problems)
            texts |= {} if found is None else {setting.name: found}
        elif setting.secret and setting.identity in given.lost:
            continue  # told by who knows the key
        elif setting.identity in others and setting.name not in in_file:
            problems.append(_other_kind(setting, where))
    return texts


def check_value(asset: Asset, name: str, text: str) -> tuple[Setting, str]:
    """The setting meant and the canonical form of a typed value; a UsageError says what is wrong with it."""
    found = next((each for each in asset.settings if each.name == name), None)
    if found is None:
        names = [each.name for each in asset.settings]
        hint = suggest(name, names, f"settings: {listed(names)}" if names else f"{asset.name} has no settings")
        raise UsageError(f"{shown(name) or NAMELESS}: {asset.name} has no such setting", hint)
    return found, fitting([found], text)


def fitting(settings: Sequence[Setting], text: str) -> str:
    """The canonical form of a typed value by the first of the settings that takes it: one setting, as several
    revisions have it. A UsageError of the first where none does."""
    refusals: list[UsageError] = []
    for one in settings:
        try:
            return as_text(from_text(text, one.type))
        except ValueError as error:
            reason = _of_secret(text) if one.secret else str(error)
            hint = _to_write(one, "=")
            refusals.append(UsageError(f"{one.name}: not a valid {one.type.basic.value}: {reason}", hint))
    raise refusals[0]


def _file_texts(
    asset: Asset,
    newest: Iterable[Setting],
    values: Iterable[FileValue],
    where: tuple[str, str],
    problems: list[Problem],
) -> dict[str, str]:
    """What the file gives, by the names that this revision has for what the file calls by the newest one's. What the
    newest alone has, or has as another kind of setting, is not meant for this one."""
    own = {setting.identity: setting for setting in asset.settings}
    known = {each.name: each for each in newest} or {each.name: each for each in asset.settings}
    texts: dict[str, str] = {}
    for value in values:
        meant = known.get(value.name)
        setting = own.get(meant.identity) if meant else None
        if meant is None:
            hint = suggest(value.name, known, f"settings: {listed(known)}" if known else "the app has no settings")
            element = f"settings.{value.name}"
            problems.append(_problem("ODC-D202", "the app has no such setting", hint, value.place, element))
        elif setting and setting.secret == meant.secret:
            text = _from_file(setting, value, where, problems)
            texts |= {} if text is None else {setting.name: text}
    return texts


def _from_file(setting: Setting, value: FileValue, where: tuple[str, str], problems: list[Problem]) -> str | None:
    element = f"settings.{value.name}"
    if setting.secret:
        hint = f"remove it from the file, have a new secret issued, and set that: {_set(setting, where)}"
        problems.append(_problem("ODC-D204", "secrets are not allowed in files", hint, value.place, element))
    elif value.value is not None:
        try:
            return as_text(canonical(value.value, setting.type))
        except ValueError as error:
            message = f"not a valid {setting.type.basic.value}: {error}"
            problems.append(_problem("ODC-D203", message, _to_write(setting, ": "), value.place, element))
    return None


def _from_command(setting: Setting, text: str, where: tuple[str, str], problems: list[Problem]) -> str | None:
    """A value set earlier can be wrong for this revision, whose setting may have another type."""
    try:
        return as_text(from_text(text, setting.type))
    except ValueError as error:
        reason = _of_secret(text) if setting.secret else str(error)
        message = f"not a valid {setting.type.basic.value}: {reason}"
        problems.append(_problem("ODC-D203", message, _anew(setting, where), None, f"settings.{setting.name}"))
        return None


def _of_secret(text: str) -> str:
    """Why a secret's value is refused: by what no secret is made of, and by nothing that one might be."""
    if sign := forbidden(text):
        return f"a text cannot hold the character {sign}"
    return "an empty text is no value" if is_blank(text) else "the value is not allowed"


def _other_kind(setting: Setting, where: tuple[str, str]) -> Problem:
    """The value that the stage has was set for another kind of setting."""
    if setting.secret:
        message = "it is a secret now, and its value in this stage was stored in plain text"
        hint = f"have a new secret issued, and set that: {_set(setting, where)}"
    else:
        message = "its value in this stage was set as a secret, and would be in the open now"
        forget = f"odcpub config unset {where[0]} {setting.name} --stage {where[1]}"
        hint = f"{_anew(setting, where)}; or forget it: {forget}"
    return _problem("ODC-D206", message, hint, None, f"settings.{setting.name}")


def _anew(setting: Setting, where: tuple[str, str]) -> str:
    return f"set it again: {_set(setting, where)}"


def _set(setting: Setting, where: tuple[str, str]) -> str:
    app, stage = where
    return f"odcpub config set {app} {setting.name}{'' if setting.secret else '=…'} --stage {stage}"


def _entries(
    node: yaml_text.Node | None, path: str, element: str, problems: list[Problem]
) -> list[tuple[yaml_text.Scalar, yaml_text.Node]]:
    if isinstance(node, yaml_text.Mapping):
        return list(node.entries.values())
    if node is not None and not (isinstance(node, yaml_text.Scalar) and node.value is None):
        hint = "write `settings:` and below it `Name: value` lines"
        problems.append(_problem("ODC-D201", "a mapping is expected here", hint, _place(path, node), element))
    return []


def _value(key: yaml_text.Scalar, node: yaml_text.Node, path: str, problems: list[Problem]) -> FileValue:
    if isinstance(node, yaml_text.Scalar):
        return FileValue(key.text, node.value, _place(path, key))
    hint = "write one value, in quotes if it is a text"
    problems.append(_problem("ODC-D201", "a single value is expected here", hint, _place(path, node), key.text))
    return FileValue("", None, _place(path, key))


def _place(path: str, node: yaml_text.Node) -> Place:
    return Place(path, node.line, node.column)


def _problem(code: str, message: str, hint: str, place: Place | None, element: str = "") -> Problem:
    return Problem(code, message, hint, place, element)


def _to_write(setting: Setting, sign: str) -> str:
    """The hint of a value that does not fit. ``sign``: what is between name and value there."""
    what, example = to_write(setting.type)
    if setting.secret:
        return f"give {what} (the value is not shown because it is a secret)"
    return f"write {what}, such as {setting.name}{sign}{example}"
