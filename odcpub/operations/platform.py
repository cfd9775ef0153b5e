"""What operations work with: the records, the engines, and what the process remembers. Does I/O through them."""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from odcpub.api_types.problems import ErrorData, problem_data
from odcpub.compiler.reuse import Reuse
from odcpub.data.enumerations import Enumerations, enumerations
from odcpub.data.migration import MigrationPlan
from odcpub.data.plan import plan_migration
from odcpub.data.schema import Schema
from odcpub.data.target import MadeTables, target_schema
from odcpub.deployment.workload import Workload
from odcpub.engines.factory import Engines
from odcpub.errors import EngineError, Missing, OdcpubError, Problem
from odcpub.home import Home
from odcpub.model.digest import from_data, model_bytes
from odcpub.model.elements import Asset, Library, VerifiedAsset
from odcpub.model.load import FileCache, RawModel
from odcpub.model.verify import verify
from odcpub.operations.core.ledger import Ledger
from odcpub.store.records import AssetRecord, RevisionRecord
from odcpub.store.store import Store
from odcpub.text import NAMELESS, listed, named, suggest
from odcpub.tree.tree import Tree, parse

T = TypeVar("T")
Judged = tuple[VerifiedAsset, tuple[Problem, ...]]
"""A verified model and its warnings."""
Recent = list[tuple[tuple[object, ...], T]]
"""What was made a moment ago, and the very objects that it was made of."""


class Caches:
    """What the process remembers so as not to do it again: models by their blob's digest, what compiles left, and
    what it has ``started`` and is not ready yet, by operation and unit."""

    LIMIT, RECENT = 64, 8
    TAKEN_SECONDS = 3600.0
    """How long the files that a client has sent need not be looked at again; far less than unused contents stay."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._guard = threading.Lock()
        """Held where a dictionary or a list is changed; several threads use them."""
        self._taken: dict[str, float] = {}
        self._models: dict[str, VerifiedAsset] = {}
        self._reuse: dict[str, Reuse] = {}
        self.started: dict[tuple[str, int], Workload] = {}
        self._trees: dict[str, Tree] = {}
        self._contents: Recent[bytes] = []
        self._plans: Recent[MigrationPlan] = []
        self._schemas: list[tuple[Asset, Enumerations, Schema]] = []
        self._tables: dict[str, MadeTables] = {}
        self._verified: dict[str, tuple[RawModel, Mapping[str, Library], Judged]] = {}

    def verified(self, asset: str, raw: RawModel, libraries: Mapping[str, Library]) -> Judged:
        """``verify``, done once while neither the asset's files nor the libraries change: the very same asset then,
        so that what was made of it is known, too; after a change, the very same entities where they are as before."""
        known = self._verified.get(asset)
        if known is None or known[0] != raw or known[1] != libraries:
            before = known[2][0] if known else None
            known = self._verified[asset] = (raw, libraries, verify(raw, libraries, before))
        return known[2]

    def tree(self, digest: str) -> Tree:
        """The tree of files of that digest; raises BadTree where the blob is none."""
        known = self._trees.get(digest) or parse(self._store.blobs.get(digest).decode(errors="replace"))
        self._latest(self._trees, digest, known)
        return known

    def taken(self, source: str) -> None:
        """The files of this source are all there, and count as used now."""
        self._latest(self._taken, source, time.monotonic())

    def was_taken(self, source: str) -> bool:
        """Whether they were lately."""
        return time.monotonic() - self._taken.get(source, -math.inf) < self.TAKEN_SECONDS

    def _latest(self, known: dict[str, T], key: str, value: T) -> None:
        """Keeps the value as the latest; the earliest give way."""
        with self._guard:
            known.pop(key, None)
            known[key] = value
            while len(known) > self.LIMIT:
                del known[next(iter(known))]

    def keep(self, asset: VerifiedAsset) -> str:
        """Stores the model; its blob's digest."""
        digest = self._store.blobs.put(self._content(asset))
        self._latest(self._models, digest, asset)
        return digest

    def digest(self, asset: Asset) -> str:
        """``sha256:…`` of the model's content, made once for one asset."""
        return f"sha256:{hashlib.sha256(self._content(asset)).hexdigest()}"

    def schema(self, asset: VerifiedAsset, libraries: Mapping[str, Library]) -> Schema:
        """``target_schema``, made once for one asset with the same records in its libraries."""
        limits = enumerations(libraries)
        for one, known, schema in tuple(self._schemas):
            if one is asset and known == limits:
                return schema
        tables = self._tables.setdefault(asset.key, MadeTables())
        made = target_schema(asset, libraries, tables)
        with self._guard:
            self._schemas.append((asset, limits, made))
            del self._schemas[: -self.RECENT]
        return made

    def plan(
        self, live: Schema | None, target: Schema, asset: Asset, previous: Asset | None, runs: Asset | None
    ) -> MigrationPlan:
        """``plan_migration``, made once for the very same schemas and models."""
        make = partial(plan_migration, live, target, asset=asset, previous=previous, runs=runs)
        return self._recent(self._plans, (live, target, asset, previous, runs), make)

    def _content(self, asset: Asset) -> bytes:
        return self._recent(self._contents, (asset,), partial(model_bytes, asset))

    def _recent(self, known: Recent[T], of: tuple[object, ...], make: Callable[[], T]) -> T:
        for objects, value in tuple(known):
            if all(one is other for one, other in zip(objects, of, strict=True)):
                return value
        made = make()
        with self._guard:
            known.append((of, made))
            del known[: -self.RECENT]
        return made

    def model(self, digest: str) -> VerifiedAsset:
        """The model of that blob; an EngineError where it is lost."""
        known = self._models.get(digest)
        if known is None:
            known = from_data(json.loads(self._store.blobs.get(digest)))
            self._latest(self._models, digest, known)
        return known

    def reuse(self, asset: str) -> Reuse:
        """What the asset's last compile left for its next one."""
        return self._reuse.setdefault(asset, Reuse())


@dataclass(frozen=True, slots=True)
class Platform:
    """One installation. ``engines`` gives the engines of the present settings; who holds ``beginning`` keeps
    operations from beginning; ``ending`` is set when the server ends, so that no step goes on waiting."""

    home: Home
    store: Store
    engines: Callable[[], Engines]
    caches: Caches
    files: FileCache
    beginning: threading.Lock = field(default_factory=threading.Lock)
    ending: threading.Event = field(default_factory=threading.Event)

    @property
    def ledger(self) -> Ledger:
        """What operations are recorded as."""
        return Ledger(self.store.journal)

    def asset(self, name_or_key: str) -> AssetRecord:
        """The asset meant, or a Missing that names those there are."""
        found = self.store.assets.find(name_or_key)
        if found is None:
            names = [asset.name for asset in self.store.assets.all()]
            first = f"published so far: {listed(names)}" if names else "publish it first: odcpub publish PATH"
            raise Missing(f"{named(name_or_key) or NAMELESS}: no such asset", suggest(name_or_key, names, first))
        return found

    def model_of(self, name: str, revision: RevisionRecord) -> VerifiedAsset:
        """A revision's model; an error that says whose it is, where it is lost. ``name``: the asset's, as told."""
        try:
            return self.caches.model(revision.model)
        except EngineError as error:
            if self.store.blobs.has(revision.model):
                raise
            hint = f"publish that model again as it was (revision {revision.number}), then do this again"
            raise type(error)(f"{name}: the stored model of revision {revision.number} is missing", hint) from None


def error_data(error: OdcpubError) -> ErrorData:
    """An error as JSON: hint, exit code, details and problems."""
    problems = [problem_data(one) for one in getattr(error, "problems", ())]
    return {
        "hint": error.hint,
        "exit_code": error.exit_code,
        "details": list(getattr(error, "details", ())),
        "problems": problems,
    }
