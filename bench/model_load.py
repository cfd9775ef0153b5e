"""Loading and verifying 1,000 entities × 12 attributes in 100 files: CPU seconds, beside a bare parse of the text.

Run: python bench/model_load.py [entities]. The floor is PyYAML's C parser giving its events, in this very process.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

TYPES = (
    "{ type: Text, length: 100, mandatory: true }",
    "{ type: Email }",
    "{ type: Integer, minimum: 0, maximum: 100 }",
    "{ type: Currency, default: 1.5 }",
    "{ type: Date Time, default: =CurrDateTime() }",
    "{ type: Boolean, default: false }",
)


def entity(number: int) -> str:
    lines = [f"  Entity{number}:", "    display: Attr0", "    attributes:"]
    lines += [f"      Attr{at}: {TYPES[at % len(TYPES)]}" for at in range(11)]
    last = f"{{ type: Entity{number - 1} Identifier, on_delete: Delete }}" if number else TYPES[0]
    return "\n".join([*lines, f"      Attr11: {last}", ""])


def write(folder: Path, entities: int) -> None:
    (folder / "app.yaml").write_text("app: Bench\nkey: 2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10\n")
    for start in range(0, entities, 10):
        numbers = range(start, min(start + 10, entities))
        (folder / f"entities{start:05}.yaml").write_text("entities:\n" + "".join(map(entity, numbers)))
    past = time.time() - 10
    for path in folder.iterdir():
        os.utime(path, (past, past))


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


def main() -> None:
    entities = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, entities)
        imports = cpu(lambda: __import__("odcpub.model.verify"))
        from odcpub.model.digest import model_digest
        from odcpub.model.load import FileCache, load
        from odcpub.model.verify import verify

        bare = cpu(lambda: floor(folder))
        time.sleep(0.1)
        cache = FileCache()
        cold = cpu(lambda: verify(load(folder, cache), {}))
        unchanged = cpu(lambda: verify(load(folder, cache), {}))
        with (folder / "entities00000.yaml").open("a") as file:
            file.write("  Another: { attributes: { Name: { type: Text } } }\n")
        changed = cpu(lambda: verify(load(folder, cache), {}))
        asset, _ = verify(load(folder, cache), {})
        digest = cpu(lambda: model_digest(asset))
    print(f"{entities:,} entities × 12 attributes in files of ten, CPU seconds (× the bare C parse)")
    for what, seconds in (
        ("imports", imports),
        ("floor: bare C parse", bare),
        ("load and verify, cold", cold),
        ("again, nothing changed", unchanged),
        ("again, one file changed", changed),
        ("digest", digest),
    ):
        print(f"{what:26} {seconds:7.3f}  {seconds / bare:6.1f} ×")


if __name__ == "__main__":
    main()
