"""C# compile: a fresh compiler process beside the warm compile server, the same app in the same run.

``python -m bench.csharp [entities]``
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from bench.report import Table, show
from odcpub.compiler.drafts import Assembly, Source
from odcpub.engines.csharp.cached import CachedCompiler
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.csharp.toolchain import find_toolchain
from odcpub.home import find_home

ROUNDS = 10


def app(entities: int, edit: int) -> list[Assembly]:
    """Units of twenty plain classes and an executable over them; ``edit`` changes one unit's text."""
    classes = [
        f"public sealed class E{number} {{ public long Id {{ get; set; }} "
        + " ".join(f"public string? A{attribute} {{ get; set; }}" for attribute in range(12))
        + " }"
        for number in range(entities)
    ]
    units = [
        Assembly(f"Unit{start}", (Source("unit.cs", "\n".join(classes[start : start + 20])),))
        for start in range(0, entities, 20)
    ]
    first = Source("edit.cs", f"public static class Edit {{ public const int Number = {edit}; }}")
    units[0] = Assembly("Unit0", (*units[0].sources, first))
    main = Source(
        "app.cs",
        "using Microsoft.AspNetCore.Builder; using Microsoft.AspNetCore.Http; using Npgsql;"
        "var app = WebApplication.CreateSlimBuilder(args).Build(); using var source = NpgsqlDataSource.Create(args[0]);"
        'app.MapGet("/", (RequestDelegate)(context => context.Response.WriteAsync($"{Edit.Number}"))); app.Run();',
    )
    return [*units, Assembly("app", (main,), tuple(unit.name for unit in units), executable=True)]


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def memory(pid: int) -> float:
    """Resident megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def measure(entities: int) -> dict[str, float]:
    cache = find_home().make().cache
    start = time.perf_counter()
    parts = find_toolchain("auto", cache, lambda line: print(line, file=sys.stderr))
    found = {"toolchain found or set up, s": time.perf_counter() - start}

    def fresh() -> None:
        compiler = RoslynCompiler(lambda: parts)
        compiler.compile(app(entities, 0), {})
        compiler.close()

    found["fresh process, ms"] = median(milliseconds(fresh) for _ in range(3))
    warm = RoslynCompiler(lambda: parts)
    pid = warm.start()
    found["first request of a started server, ms"] = milliseconds(lambda: warm.compile(app(entities, 0), {}))
    edits = iter(range(1, 10 * ROUNDS))
    found["warm, all, ms"] = median(
        milliseconds(lambda: warm.compile(app(entities, next(edits)), {})) for _ in range(ROUNDS)
    )
    with tempfile.TemporaryDirectory() as folder:
        cached = CachedCompiler(warm, Path(folder))
        cached.compile(app(entities, 0), {})
        one = [milliseconds(lambda: cached.compile(app(entities, next(edits)), {})) for _ in range(ROUNDS)]
        found["warm and cached, one unit edited, ms"] = median(one)
        same = app(entities, 0)
        found["nothing changed, ms"] = median(milliseconds(lambda: cached.compile(same, {})) for _ in range(ROUNDS))
    found["memory after work, MB"] = memory(pid)
    time.sleep(7)
    found["memory when idle, MB"] = memory(pid)
    warm.close()
    found["fresh / warm"] = found["fresh process, ms"] / found["warm, all, ms"]
    return found


def run() -> Iterator[Table]:
    yield table(20)


def table(entities: int) -> Table:
    rows = [(name, f"{value:.2f}") for name, value in measure(entities).items()]
    return Table(f"C# compile of {entities} entities", ("work", "figure"), rows)


if __name__ == "__main__":
    print(show(table(int(sys.argv[1]) if len(sys.argv) > 1 else 20)))
