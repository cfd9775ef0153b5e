"""The Data tool's look at a database where nothing changed, beside Alembic's own comparison in the same run; and what
a change of every entity costs, beside its bare statements in one transaction.

``python -m bench.data_plan [entities ...]``
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from bench.report import Table, show, times
from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.plan import plan_migration
from odcpub.data.target import MadeTables, target_schema
from odcpub.engines.database.chain import write_scripts
from odcpub.engines.database.chain_folder import ScriptFolder
from odcpub.engines.database.embedded import EmbeddedPostgres
from odcpub.engines.ports import Place
from odcpub.model.elements import Asset, Attribute, Basic, DataType, Entity, Kind

TYPES = (Basic.TEXT, Basic.INTEGER, Basic.CURRENCY, Basic.BOOLEAN, Basic.DATE_TIME)
PEER = "Alembic compare_metadata"


def model(entities: int) -> Asset:
    """Entities of twelve attributes, one of them a reference."""
    made = []
    for number in range(entities):
        attributes = [Attribute(f"A{n}", f"A{n}", DataType(TYPES[n % len(TYPES)])) for n in range(11)]
        target = f"Entity{number // 2}"
        attributes.append(Attribute("Ref", "Ref", DataType(Basic.IDENTIFIER, target=target, target_key=target)))
        made.append(Entity(f"Entity{number}", f"Entity{number}", tuple(attributes)))
    return Asset(Kind.APP, "Bench", "k", entities=tuple(made))


def grown(asset: Asset, number: int) -> Asset:
    """With one more attribute of the first entity; the others are the very same, as in a server after an edit."""
    first = asset.entities[0]
    more = Attribute(f"More{number}", f"More{number}", DataType(Basic.TEXT, length=10))
    edited = replace(first, attributes=(*first.attributes, more))
    return replace(asset, entities=(edited, *asset.entities[1:]))


def seconds(
    work: Callable[[], object], rounds: int = 3, before: Callable[[], object] = lambda: None
) -> tuple[float, float]:
    """The best of some rounds: wall seconds and this process's CPU seconds; ``before`` each, and not counted."""
    best = (float("inf"), float("inf"))
    for _ in range(rounds):
        before()
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        best = min(best, (time.perf_counter() - wall, time.process_time() - cpu))
    return best


def peer(engine: EmbeddedPostgres, place: Place) -> tuple[float, float]:
    """Alembic's compare_metadata against the metadata that reflects the same schema: nothing to find either."""
    import sqlalchemy as sa
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    factory = sa.create_engine(
        "postgresql+psycopg://", poolclass=sa.NullPool,
        creator=lambda: engine.server().connect(place.database, autocommit=False, schema=place.schema),
    )  # fmt: skip
    with factory.connect() as connection:
        metadata = sa.MetaData()
        metadata.reflect(connection)
        context = MigrationContext.configure(connection)
        return seconds(lambda: compare_metadata(context, metadata), rounds=1)


def measure(engine: EmbeddedPostgres, folder: Path, entities: int) -> dict[str, tuple[float, float]]:
    """A plan's whole look, as a server that runs makes it: the database, the target, what differs."""
    place = Place("odc_bench", f"bench_{entities}")
    asset, made, edits = model(entities), MadeTables(), count()
    engine.prepare(place, "a-password")
    chain = ScriptFolder(folder)
    first = plan_migration(engine.observe(place), target_schema(asset, made=made), asset=asset)
    write_scripts(first, chain, 1)
    created = seconds(lambda: engine.apply(place, first, EXPAND, chain, print), rounds=1)

    def look(wanted: Asset) -> int:
        live, target = engine.observe(place), target_schema(wanted, made=made)
        return len(plan_migration(live, target, asset=wanted, previous=asset, runs=asset).steps)

    def transaction() -> None:
        """Somebody has written something, so that the catalog is looked through."""
        with engine.server().connect(place.database) as connection:
            connection.execute("SELECT pg_current_xact_id()")

    assert (look(asset), look(grown(asset, next(edits)))) == (0, 1)
    return {
        "nothing changed, nobody has written": seconds(lambda: look(asset)),
        "nothing changed": seconds(lambda: look(asset), before=transaction),
        "one attribute": seconds(lambda: look(grown(asset, next(edits))), before=transaction),
        PEER: peer(engine, place),
        "created": created,
    }


def table(sizes: Sequence[int]) -> Table:
    with tempfile.TemporaryDirectory() as folder:
        engine = EmbeddedPostgres(Path(folder) / "data", Path(folder) / "run")
        try:
            found = [measure(engine, Path(folder) / f"chain{size}", size) for size in sizes]
        finally:
            engine.close(stop=True)
    names = dict.fromkeys(name for figures in found for name in figures)
    rows = [(name, *(_shown(figures.get(name)) for figures in found)) for name in names]
    rows += [
        (f"{PEER} / {name}", *(times(figures[PEER][0], figures[name][0]) for figures in found))
        for name in ("nothing changed, nobody has written", "nothing changed", "one attribute")
    ]
    columns = ("seconds, wall / CPU", *(f"{size:,} entities" for size in sizes))
    return Table("The Data tool beside Alembic's comparison", columns, rows)


def _shown(pair: tuple[float, float] | None) -> str:
    return f"{pair[0]:.3f} / {pair[1]:.3f}" if pair else ""


def changing(entities: int, change: str = "") -> Asset:
    """Entities, each changed: ``widened`` with an attribute added that has a limit, or ``shortened`` with another one
    made mandatory."""
    lengths = {"": 50, "widened": 80, "shortened": 20}
    made = []
    for number in range(entities):
        attributes = [
            Attribute("Code", "Code", DataType(Basic.TEXT, length=lengths[change])),
            Attribute("Name", "Name", DataType(Basic.TEXT, length=30), mandatory=change == "shortened"),
            *(Attribute(f"A{n}", f"A{n}", DataType(TYPES[n])) for n in range(4)),
        ]
        if change == "widened":
            attributes.append(Attribute("More", "More", DataType(Basic.TEXT, length=10), min_length=2))
        made.append(Entity(f"Entity{number}", f"Entity{number}", tuple(attributes)))
    return Asset(Kind.APP, "Bench", "k", entities=tuple(made))


def migrated(engine: EmbeddedPostgres, place: Place, folder: Path, before: Asset | None, asset: Asset) -> None:
    """All that a publish does to a database: look, plan, check rows, write scripts, both phases."""
    plan = plan_migration(engine.observe(place), target_schema(asset), asset=asset, previous=before, runs=before)
    assert not plan.refusals
    assert not engine.inspect(place, plan.checks)
    chain = ScriptFolder(folder)
    write_scripts(plan, chain, 1 if before is None else 2)
    for phase in (EXPAND, TIGHTEN):
        engine.apply(place, plan, phase, chain, print)


def floor(engine: EmbeddedPostgres, place: Place, statements: Sequence[str]) -> None:
    """The same statements without the tool around them."""
    with engine.server().connect(place.database, autocommit=False, schema=place.schema) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def statements(folder: Path) -> list[str]:
    """What the second migration's scripts execute, by their SQL; each statement ends with a line."""
    text = "".join(path.read_text() for path in sorted((folder / "versions").glob("0002_*.sql")))
    every = [one.strip() for one in text.split(";\n")]
    return [one for one in every if one and not one.startswith(("BEGIN", "COMMIT", "SET "))]


def changed(engine: EmbeddedPostgres, folder: Path, entities: int, change: str) -> tuple[float, float, int]:
    """Wall seconds of the tool and of the floor, and how many statements both execute."""
    before, after = changing(entities), changing(entities, change)
    tool, bare = (Place("odc_bench", f"{change}_{entities}{kind}") for kind in ("", "_bare"))
    for place in (tool, bare):
        engine.prepare(place, "a-password")
        migrated(engine, place, folder / place.schema, None, before)
    own = folder / tool.schema
    took = seconds(lambda: migrated(engine, tool, own, before, after), rounds=1)[0]
    done = statements(own)
    return took, seconds(lambda: floor(engine, bare, done), rounds=1)[0], len(done)


def changes(sizes: Sequence[int]) -> Table:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        engine = EmbeddedPostgres(Path(folder) / "data", Path(folder) / "run")
        try:
            for change, words in (("widened", "widened, one added"), ("shortened", "shortened, one mandatory")):
                for size in sizes:
                    took, bare, count = changed(engine, Path(folder), size, change)
                    figures = f"{took:.2f} s", f"{bare:.2f} s", times(took, bare)
                    rows.append((f"{size:,} entities, one attribute each {words}", f"{count:,}", *figures))
        finally:
            engine.close(stop=True)
    columns = ("change", "statements", "publish's data steps", "floor: one transaction", "× the floor")
    return Table("Every entity changed, on empty tables", columns, rows)


def run() -> Iterator[Table]:
    yield table((100, 2_000))
    yield changes((100, 400, 1_000))


if __name__ == "__main__":
    given = [int(size) for size in sys.argv[1:]]
    print(show(table(given or (100, 2_000))), show(changes(given or (100, 400, 1_000))), sep="\n")
