"""A made folder's list of its files, by which it is known to be whole. Does I/O."""

from __future__ import annotations

import json
from pathlib import Path

CONTENTS = "contents.json"


def write_contents(folder: Path) -> None:
    """The last thing that is written into a folder."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    sizes = {str(path.relative_to(folder)): path.stat().st_size for path in files}
    (folder / CONTENTS).write_text(json.dumps(sizes, indent=1))


def is_whole(folder: Path) -> bool:
    """Whether every file is there in its size; sizes, since reading 100 MB at each start would be felt."""
    try:
        sizes = json.loads((folder / CONTENTS).read_bytes())
        return all((folder / path).stat().st_size == size for path, size in sizes.items())
    except (OSError, ValueError):
        return False
