"""The model that every benchmark measures: entities of twelve attributes in files of ten. I/O: writes files."""

from __future__ import annotations

import os
import time
from pathlib import Path

TYPES = (
    "{ type: Text, length: 100, mandatory: true }",
    "{ type: Email }",
    "{ type: Integer, minimum: 0, maximum: 100 }",
    "{ type: Currency, default: 1.5 }",
    "{ type: Date Time, default: =CurrDateTime() }",
    "{ type: Boolean, default: false }",
)
EDITED = "entities00000.yaml"


def entity(number: int) -> str:
    """Twelve attributes; the last refers to the entity before."""
    lines = [f"  Entity{number}:", "    display: Attr0", "    attributes:"]
    lines += [f"      Attr{at}: {TYPES[at % len(TYPES)]}" for at in range(11)]
    last = f"{{ type: Entity{number - 1} Identifier, on_delete: Delete }}" if number else TYPES[0]
    return "\n".join([*lines, f"      Attr11: {last}", ""])


def write(folder: Path, entities: int) -> Path:
    """The whole model, as if written a while ago; its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app.yaml").write_text("app: Bench\nkey: 2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10\n")
    for start in range(0, entities, 10):
        numbers = range(start, min(start + 10, entities))
        (folder / f"entities{start:05}.yaml").write_text("entities:\n" + "".join(map(entity, numbers)))
    past = time.time() - 10
    for path in folder.iterdir():
        os.utime(path, (past, past))
    return folder


def add_attribute(folder: Path, number: int) -> None:
    """One more attribute for the first entity."""
    path = folder / EDITED
    text = path.read_text()
    path.write_text(text.replace("    attributes:\n", f"    attributes:\n      Added{number}: {{ type: Text }}\n", 1))
