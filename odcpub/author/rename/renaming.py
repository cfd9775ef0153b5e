"""Another name for an element: it is found, each use is edited, and the model must say the same as before. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from odcpub.author.rename import edits, marks
from odcpub.author.rename.edits import Change, Edit, Lines
from odcpub.author.rename.files import Rewritten
from odcpub.author.rename.finding import Search, short
from odcpub.author.rename.identities import by_identity
from odcpub.author.rename.places import Element
from odcpub.author.rename.reading import Definition, Reading, read_stage
from odcpub.errors import ModelError, Place, Refused, Severity
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
    before = _verified(found, cache, "the model")
    paths = [path for path, _ in found.tree.model()]
    search = Search({path: text_of(_content(found, path)) for path in paths}, before)
    element, definition = search.find(old)
    search.check_name(element, definition, new)
    if element[-1] == new:
        return Renaming(element, new, "", {}, {})
    key = _written_key(definition) or (element[-1] if definition.has_key else "")
    made = {one.path: one for one in search.readings(element[-1])}
    made |= {one.path: one for one in _stage_files(found, element, new)}
    edited = {path: _edits(one, element, new) for path, one in made.items()}
    edited = {path: found_edits for path, found_edits in edited.items() if found_edits}
    files = {path: _rewritten(_content(found, path), edited[path]) for path in edited}
    _check(found, files, cache, _expected(before, element, new))
    changes = {path: edits.changes(Lines(made[path].text), edited[path]) for path in edited}
    return Renaming(element, new, "" if key == new else key, files, changes)


def _content(found: Found, path: str) -> bytes:
    return found.contents[str(found.tree.entries[path])]


def _rewritten(content: bytes, changes: list[Edit]) -> Rewritten:
    """A byte order mark stays where it is."""
    text = text_of(content)
    mark = content[: len(content) - len(text.encode())]
    return Rewritten(content, mark + edits.applied(text, changes).encode())


def _verified(found: Found, cache: FileCache, what: str) -> Asset:
    asset, problems = read_alone(load_found(found, cache))
    if asset is None or any(one.severity is Severity.ERROR for one in problems):
        raise ModelError(problems, what)
    return asset


def _written_key(definition: Definition) -> str:
    """The element's ``key``, empty where there is none."""
    mapping = marks.target(definition.entry.value)
    keys = marks.entries(mapping) if isinstance(mapping, marks.Mapping) and definition.has_key else ()
    written = next((marks.target(one.value) for one in keys if one.name.value == edits.KEY), None)
    return written.value if isinstance(written, marks.Scalar) else ""


def _edits(reading: Reading, element: Element, new: str) -> list[Edit]:
    """All edits of one file."""
    lines = Lines(reading.text)
    found = list(_mentions(reading, lines, element, new))
    definition = reading.definitions.get(element)
    if definition is None or not definition.has_key:
        return found
    mapping = definition.entry.value
    others = reading.owners.get(mapping, set()) - {element}
    written = _written_key(definition)
    if not written and others:
        message = f"{short(min(others))} shares what stands here by an alias"
        raise Refused(f"{_place(reading, lines, mapping.start)}: {message}", ALIAS)
    if not written:
        found.append(edits.key_added(lines, definition, element[-1]))
    elif written == new and not others and (removed := edits.key_removed(lines, definition)):
        found.append(removed)
    return found


def _mentions(reading: Reading, lines: Lines, element: Element, new: str) -> Iterator[Edit]:
    for scalar, uses in reading.visits.items():
        own = {use: [one for one in use if one.element == element] for use in uses}
        if not any(own.values()):
            continue
        if len(uses) > 1:
            what = f"an alias uses {scalar.value} of this line for something else, too"
            raise Refused(f"{_place(reading, lines, scalar.start)}: {what}", ALIAS)
        yield from edits.renamed(reading.text, scalar, next(iter(own.values())), new)


def _place(reading: Reading, lines: Lines, at: int) -> Place:
    return Place(reading.path, lines.number(at), at - lines.start(at) + 1)


def _stage_files(found: Found, element: Element, new: str) -> Iterator[Reading]:
    """The stages' files, where a setting gets another name: they have its values by name."""
    for name, entry in found.tree.stages().items() if element[0] == "settings" else ():
        path = f"{STAGES}/{name}"
        text = text_at(entry, path, found.contents.__getitem__)
        _, problems = yaml_text.parse(text, path)
        if problems:
            raise ModelError(problems, path)
        reading = read_stage(path, text)
        if (there := reading.definitions.get(("settings", new))) is not None:
            message = f"the stage has a value for {new} already"
            place = _place(reading, Lines(text), there.entry.key.start)
            raise Refused(f"{place}: {message}", "remove it, or choose another name")
        yield reading


def _expected(before: Asset, element: Element, new: str) -> Asset:
    """What the model must say afterwards: all that it said, save the name of a screen, which is its identity."""
    if element[0] != "screens":
        return before
    named = (replace(one, name=new) if one.name == element[1] else one for one in before.screens)
    return replace(before, screens=tuple(named))


def _check(found: Found, files: Mapping[str, Rewritten], cache: FileCache, expected: Asset) -> None:
    """Raises ModelError or Refused where the files would not say the same as before."""
    digests = {path: digest_of(one.after) for path, one in files.items()}
    contents = {**found.contents, **{digests[path]: one.after for path, one in files.items()}}
    tree = Tree({**found.tree.entries, **digests}, found.tree.above)
    after = _verified(Found(tree, found.where, contents), cache, "the model with the new name")
    if by_identity(after) != by_identity(expected):
        message = "with the new name the model would say something else than before; nothing was written"
        raise Refused(message, "look for aliases and merge keys that the element is part of, and write them out")
