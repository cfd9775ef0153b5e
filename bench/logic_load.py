"""Reading, checking and printing 1,000 server actions of ten steps in 100 files: CPU seconds, beside a bare parse.

``python -m bench.logic_load [actions]``. The floor is PyYAML's C parser giving its events, in this very process.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench import models
from bench.model_load import cpu, floor
from bench.report import Table, median, seconds, show, times

if TYPE_CHECKING:
    from odcpub.model.elements import VerifiedAsset

ENTITIES = 20
ACTION = """\
  Close{n}:
    description: Closes a row and computes its fee
    inputs:
      RowId: {{ type: Entity{e} Identifier, mandatory: true }}
      Hours: {{ type: Decimal, mandatory: true, minimum: 0 }}
    outputs:
      Fee: {{ type: Currency }}
    do:
      - get: Entity{e}
        where: Entity{e}.Id = RowId
        as: Found
      - if: Found.Attr2 > 10 and not Found.Attr5
        then:
          - raise: '"This one is closed: " + Found.Attr0'
            code: AlreadyClosed
      - set: {{ Fee: 'Round(Hours * 80.5, 2)' }}
      - set: {{ Found.Attr0: '"Closed"', Found.Attr2: Found.Attr2 + 1, Found.Attr3: Fee, Found.Attr5: True }}
      - update: Found
      - query: Entity{e}
        where: Entity{e}.Attr2 > 5 and Entity{e}.Attr0 <> Found.Attr0
        sort: [Entity{e}.Attr2 desc, Entity{e}.Id]
        maximum: 50
        as: Others
      - for_each: Others
        as: One
        do:
          - set: {{ One.Attr3: One.Attr3 + Fee, One.Attr6: Found.Attr0 }}
          - update: One
"""
EDITED = "actions00000.yaml"


def write(folder: Path, actions: int) -> Path:
    """A model of twenty entities and so many actions, in files of ten."""
    models.write(folder, ENTITIES)
    for start in range(0, actions, 10):
        texts = (ACTION.format(n=number, e=number % ENTITIES) for number in range(start, min(start + 10, actions)))
        (folder / f"actions{start:05}.yaml").write_text("server_actions:\n" + "".join(texts))
    return folder


def run() -> Iterator[Table]:
    yield measure(1_000)


def measure(actions: int) -> Table:
    with tempfile.TemporaryDirectory() as name:
        figures = _figures(write(Path(name), actions))
    bare = next(iter(figures.values()))
    rows = [(what, seconds(took), times(took, bare)) for what, took in figures.items()]
    return Table(f"{actions:,} actions of ten steps in files of ten", ("work", "CPU seconds", "× floor"), rows)


def _figures(folder: Path) -> dict[str, float]:
    from odcpub.model.digest import model_bytes

    figures = {"floor: bare C parse of the text": cpu(lambda: floor(folder))}
    time.sleep(0.1)
    work = _Work(folder)
    figures["read and verify, cold"] = cpu(work.check)
    figures["print, cold"] = cpu(work.print)
    figures["read and verify again, nothing changed"] = cpu(work.check)
    edited = folder / EDITED
    first, _, rest = edited.read_text().partition("80.5")
    changes: dict[str, Callable[[int], object]] = {
        "one action changed": lambda number: edited.write_text(f"{first}8{number}.25{rest}"),
        "an attribute added": lambda number: models.add_attribute(folder, number),
    }
    for what, change in changes.items():
        found = []
        for number in range(5):
            change(number)
            found.append((cpu(work.check), cpu(work.print)))
        figures[f"read and verify again, {what}"] = median(check for check, _ in found)
        figures[f"print again, {what}"] = median(printing for _, printing in found)
    figures["digest"] = cpu(lambda: model_bytes(work.asset) if work.asset else None)
    return figures


class _Work:
    """A model and what is remembered of it."""

    def __init__(self, folder: Path) -> None:
        from odcpub.compiler.reuse import Reuse
        from odcpub.model.load import FileCache

        self.folder = folder
        self.cache = FileCache()
        self.reuse = Reuse()
        self.asset: VerifiedAsset | None = None

    def check(self) -> None:
        from odcpub.model.load import load
        from odcpub.model.verify import verify
        from odcpub.tree.folder import read_folder

        found = read_folder(self.folder)
        raw = load(found.tree, found.contents.__getitem__, found.where, self.cache)
        self.asset, _ = verify(raw, {}, self.asset)

    def print(self) -> None:
        from odcpub.compiler.compile import compile_app

        if self.asset:
            compile_app(self.asset, {}, self.reuse)


if __name__ == "__main__":
    print(show(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)))
