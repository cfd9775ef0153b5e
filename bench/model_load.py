"""Loading and verifying 1,000 entities × 12 attributes in 100 files: CPU seconds, beside a bare parse of the text.

``python -m bench.model_load [entities]``. The floor is PyYAML's C parser giving its events, in this very process.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import models
from bench.report import Table, seconds, show, times


def cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def floor(folder: Path) -> None:
    import yaml
    from yaml.cyaml import CParser

    for path in sorted(folder.iterdir()):
        parser = CParser(path.read_text())
        while not isinstance(parser.get_event(), yaml.StreamEndEvent):
            pass


def run() -> Iterator[Table]:
    yield measure(1_000)


def measure(entities: int) -> Table:
    with tempfile.TemporaryDirectory() as name:
        folder = models.write(Path(name), entities)
        imports = cpu(lambda: __import__("odcpub.model.verify"))
        from odcpub.model.digest import model_bytes
        from odcpub.model.load import FileCache, RawModel, load
        from odcpub.model.verify import verify
        from odcpub.tree.folder import read_folder

        bare = cpu(lambda: floor(folder))
        time.sleep(0.1)
        cache = FileCache()

        def read() -> RawModel:
            found = read_folder(folder)
            return load(found.tree, found.contents.__getitem__, found.where, cache)

        cold = cpu(lambda: verify(read(), {}))
        unchanged = cpu(lambda: verify(read(), {}))
        models.add_attribute(folder, 1)
        changed = cpu(lambda: verify(read(), {}))
        asset, _ = verify(read(), {})
        digest = cpu(lambda: model_bytes(asset))
    figures = {
        "imports": imports,
        "floor: bare C parse of the text": bare,
        "load and verify, cold": cold,
        "again, nothing changed": unchanged,
        "again, one file changed": changed,
        "digest": digest,
    }
    rows = [(what, seconds(took), times(took, bare)) for what, took in figures.items()]
    return Table(f"{entities:,} entities × 12 attributes in files of ten", ("work", "CPU seconds", "× floor"), rows)


if __name__ == "__main__":
    print(show(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)))
