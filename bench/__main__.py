"""``python -m bench [name ...]``: runs every benchmark, or those named, and prints a table each. Does I/O.

What a benchmark needs and this machine lacks is said in its place; that is no failure.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module

from bench.report import LeftOut, show
from bench.surroundings import machine

BENCHMARKS = {
    "commands": "what every command costs",
    "model_load": "1,000 entities loaded and verified",
    "logic_load": "1,000 server actions read, checked and printed",
    "watching": "an edit → the answer of verify --watch; an element renamed",
    "compiling": "20 entities compiled, before C#",
    "csharp": "C# compile, fresh, warm and cached",
    "data_plan": "the Data tool's look at a database",
    "publish": "edit one attribute → the new version answers, on this machine",
    "pages": "a first page of a published app in Chromium",
    "app_requests": "a published app's requests beside a hand-written app's",
    "actions": "a server action of ten steps beside the same written by hand",
    "image": "one file changed → image pushed (Docker engine, registry)",
    "kubernetes": "edit → new version ready in Kubernetes",
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"error: {unknown[0]}: no such benchmark\nhint: there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    print(f"{machine()}\n")
    for name in names or BENCHMARKS:
        print(f"{name}: {BENCHMARKS[name]} …", file=sys.stderr, flush=True)
        start = time.monotonic()
        try:
            for table in import_module(f"bench.{name}").run():
                print(show(table), flush=True)
        except LeftOut as reason:
            print(f"**{BENCHMARKS[name]}**: left out: {reason}\n", flush=True)
        print(f"{name}: took {time.monotonic() - start:.0f} s; {machine()}", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
