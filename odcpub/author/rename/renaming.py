"""Another name for an element: it is found, each use is edited, and the model must say the same as before. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from odcpub.author.rename import edits, marks
from odcpub.author.rename.edits import Change, Edit
from odcpub.author.rename.expressions import Element
from odcpub.author.rename.files import Rewritten
from odcpub.author.rename.finding import check_name, find, short
from odcpub.author.rename.identities import by_identity
from odcpub.author.rename.model import Model
from odcpub.author.rename.reading import Definition, Reading, read_stage
from odcpub.errors import ModelError, Refused, Severity
from odcpub.files import text_of
from odcpub.model import yaml_text
from odcpub.model.elements import Asset
from odcpub.model.load import FileCache, load_found
from odcpub.model.source import text_at
from odcpub.model.verify import read_alone
from odcpub.tree.tree import STAGES, Found, Tree, digest_of

ALIAS = "write it out where the alias stands, then run the same command again"


@dataclass(frozen=True, slots=True)
class Renaming:
    """What a new name changes. ``element``: its path before; ``key``: its first name, empty where it has none or where
    that is its name again; ``files`` and ``changes``: by path."""

    element: Element
    new: str
    key: str
    files: Mapping[str, Rewritten]
    changes: Mapping[str, tuple[Change, ...]]


def rename(found: Found, old: str, new: str) -> Renaming:
    """The files of a model in which the element ``old`` is called ``new``. Raises ModelError where the model has
    problems before or afterwards, Missing, UsageError, Refused."""
    cache = FileCache()
    model = _model(found, cache, "the model")
    element, definition = find(model, old)
    check_name(model, element, definition, new)
    if element[-1] == new:
        return Renaming(element, new, "", {}, {})
    key = _written_key(definition) or (element[-1] if definition.has_key else "")
    readings = [*model.readings(element[-1]), *_stage_files(found, model, element, new)]
    edited = {one: made for one in readings if (made := _edits(one, element, new))}
    files = {one.path: _rewritten(_content(found, one.path), made) for one, made in edited.items()}
    after = _model(_with(found, files), cache, "the model with the new name")
    _check_same(model, after, element, new, {path for path in model.texts if path in files})
    changes = {one.path: edits.changes(one.lines, made) for one, made in edited.items()}
    return Renaming(element, new, "" if key == new else key, files, changes)


def _model(found: Found, cache: FileCache, what: str) -> Model:
    raw = load_found(found, cache)
    asset, problems = read_alone(raw)
    if asset is None or any(one.severity is Severity.ERROR for one in problems):
        raise ModelError(problems, what)
    return Model({path: text_of(_content(found, path)) for path, _ in found.tree.model()}, asset, raw)


def _content(found: Found, path: str) -> bytes:
    return found.contents[str(found.tree.entries[path])]


def _rewritten(content: bytes, changes: list[Edit]) -> Rewritten:
    """A byte order mark stays where it is."""
    text = text_of(content)
    mark = content[: len(content) - len(text.encode())]
    return Rewritten(content, mark + edits.applied(text, changes).encode())


def _with(found: Found, files: Mapping[str, Rewritten]) -> Found:
    digests = {path: digest_of(one.after) for path, one in files.items()}
    contents = {**found.contents, **{digests[path]: one.after for path, one in files.items()}}
    return Found(Tree({**found.tree.entries, **digests}, found.tree.above), found.where, contents)


def _written_key(definition: Definition) -> str:
    """The element's ``key``, empty where there is none."""
    mapping = marks.target(definition.entry.value)
    keys = marks.entries(mapping) if isinstance(mapping, marks.Mapping) and definition.has_key else ()
    written = next((marks.target(one.value) for one in keys if one.name.value == edits.KEY), None)
    return written.value if isinstance(written, marks.Scalar) else ""


def _edits(reading: Reading, element: Element, new: str) -> list[Edit]:
    """All edits of one file."""
    found = list(_mentions(reading, element, new))
    definition = reading.definitions.get(element)
    if definition is None or not definition.has_key:
        return found
    mapping = definition.entry.value
    others = reading.owners.get(mapping, set()) - {element}
    written = _written_key(definition)
    if not written and others:
        message = f"{short(min(others))} shares what stands here by an alias"
        raise Refused(f"{reading.place(mapping.start)}: {message}", ALIAS)
    if not written:
        found.append(edits.key_added(reading.lines, definition, element[-1]))
    elif written == new and not others and (removed := edits.key_removed(reading.lines, definition)):
        found.append(removed)
    return found


def _mentions(reading: Reading, element: Element, new: str) -> Iterator[Edit]:
    for scalar, uses in reading.visits.items():
        own = {use: [one for one in use if one.element == element] for use in uses}
        if not any(own.values()):
            continue
        if len(uses) > 1:
            what = f"an alias uses {scalar.value} of this line for something else, too"
            raise Refused(f"{reading.place(scalar.start)}: {what}", ALIAS)
        yield from edits.renamed(reading.text, scalar, next(iter(own.values())), new)


def _stage_files(found: Found, model: Model, element: Element, new: str) -> Iterator[Reading]:
    """The stages' files, where a setting gets another name: they have its values by name."""
    for name, entry in found.tree.stages().items() if element[0] == "settings" else ():
        path = f"{STAGES}/{name}"
        text = text_at(entry, path, found.contents.__getitem__)
        _, problems = yaml_text.parse(text, path)
        if problems:
            raise ModelError(problems, path)
        reading = read_stage(path, text, model.names)
        if (there := reading.definitions.get(("settings", new))) is not None:
            message = f"the stage has a value for {new} already"
            raise Refused(f"{reading.place(there.entry.key.start)}: {message}", "remove it, or choose another name")
        yield reading


def _check_same(before: Model, after: Model, element: Element, new: str, changed: set[str]) -> None:
    """Raises Refused where the model would not say the same as before: where its data would differ, or a name would
    mean something else in some text. ``changed``: the model's files that are edited."""
    paths = sorted(changed.union(before.paths(new)))
    outlines = _outlines(before, paths, (), ()), _outlines(after, paths, (*element[:-1], new), element)
    if by_identity(after.asset) != by_identity(_expected(before.asset, element, new)) or outlines[0] != outlines[1]:
        message = "with the new name the model would say something else than before; nothing was written"
        raise Refused(message, "choose a name that nothing has; or write out the aliases that the element is part of")


def _expected(before: Asset, element: Element, new: str) -> Asset:
    """What the model must say afterwards: all that it said, save the name of a screen, which is its identity."""
    if element[0] != "screens":
        return before
    screens = (replace(one, name=new) if one.name == element[1] else one for one in before.screens)
    return replace(before, screens=tuple(screens))


def _outlines(model: Model, paths: Iterable[str], now: Element, then: Element) -> list[tuple[str, list[Element]]]:
    """The texts that name elements, with blanks for the names, and what they name: in the order of the files. ``now``:
    the element that is called ``then``."""
    found = []
    for reading in map(model.reading, paths):
        for scalar in sorted(reading.visits, key=lambda one: one.start):
            for use in sorted(filter(None, reading.visits[scalar])):
                text, last = "", 0
                for one in sorted(use, key=lambda one: one.at):
                    text, last = f"{text}{scalar.value[last : one.at]}\0", one.to
                named = [
                    then + one.element[len(now) :] if one.element[: len(now)] == now else one.element for one in use
                ]
                found.append((text + scalar.value[last:], named))
    return found
