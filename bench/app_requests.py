"""A published app's requests beside a hand-written app's, in turns: same runtime, same database, same answers.

``python -m bench.app_requests [rows] [seconds]``. Both apps, the load client and the rows are this benchmark's own; the
hand-written app is ``bench/requests/peer.cs``. Does I/O.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.report import Table, median, show
from bench.requests import model
from bench.surroundings import cpu
from odcpub.compiler.drafts import Assembly, Source
from odcpub.compiler.runtime import runtime_config
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.csharp.toolchain import find_toolchain
from odcpub.engines.database.embedded import EmbeddedPostgres
from odcpub.engines.ports import Place
from odcpub.home import find_home
from odcpub.model.elements import Asset
from tests.contract.published_app import App, environment, lay_out, migrate

ROWS, SECONDS, ROUNDS, CONNECTIONS = 100_000, 1.0, 9, 32
PLACE = Place("odc_bench", "bench")
CODE = Path(__file__).parent / "requests"


@dataclass(frozen=True, slots=True)
class Asked:
    """Requests a second, and the milliseconds within which 99 % were answered."""

    rate: float
    slow: float


@dataclass(frozen=True, slots=True)
class Slice:
    """What one app did in some seconds: requests a second, CPU milliseconds a request of app and database."""

    rate: float
    cpu: float


class Client:
    """The load client's process; ``folder`` keeps the requests."""

    def __init__(self, folder: Path, program: Path, env: Mapping[str, str]) -> None:
        self._folder = folder
        self._process = subprocess.Popen([program], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def keep(self, name: str, requests: list[bytes]) -> Path:
        path = self._folder / f"{name.replace(' ', '-')}.requests"
        path.write_bytes(b"".join(len(one).to_bytes(4, "big") + one for one in requests))
        return path

    def ask(self, port: int, seconds: float, requests: Path) -> Asked:
        """As many requests as are answered; none may fail."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{port} {CONNECTIONS} {seconds} {requests}\n")
        self._process.stdin.flush()
        done, failed, took, slow = self._process.stdout.readline().split()
        assert failed == "0", f"{failed} of {done} requests failed: {requests.stem}"
        return Asked(int(done) / float(took), float(slow))

    def close(self) -> None:
        self._process.communicate("")


def program(compiler: RoslynCompiler, name: str, folder: Path) -> Path:
    """A program of ``bench/requests`` as it is started; what it needs lies beside it."""
    toolchain = compiler.toolchain()
    source = Source(f"{name}.cs", (CODE / f"{name}.cs").read_text())
    image = compiler.compile([Assembly("app", (source,), executable=True)], {})["app"]
    folder.mkdir()
    (folder / "app.dll").write_bytes(image)
    (folder / "app.runtimeconfig.json").write_bytes(runtime_config(toolchain.runtime_version))
    for library in toolchain.libraries:
        shutil.copy(library, folder)
    return Path(shutil.copy(toolchain.launcher, folder / "app"))


@contextmanager
def apps(asset: Asset, by_hand: str, fill: str) -> Iterator[tuple[App, App, Client, EmbeddedPostgres]]:
    """Ours, the peer's of that name, the client and the database, filled by SQL."""
    parts = find_toolchain("auto", find_home().make().cache, lambda line: print(line, file=sys.stderr))
    with tempfile.TemporaryDirectory() as name, ExitStack() as ending:
        folder = Path(name)
        compiler = ending.enter_context(closing(RoslynCompiler(lambda: parts)))
        database = EmbeddedPostgres(folder / "data", folder)
        ending.callback(database.close, stop=True)
        login = database.prepare(PLACE, "a-password")
        env = environment(compiler, login, migrate(database, PLACE, asset, folder / "chain"))
        ours = App(lay_out(compiler, asset, {}, folder / "ours"), env)
        peer = App(program(compiler, by_hand, folder / "peer").parent, env)
        client = Client(folder, program(compiler, "client", folder / "client"), env)
        ending.callback(client.close)
        compiler.close()
        with closing(database.server().connect(PLACE.database, schema=PLACE.schema)) as owner:
            owner.execute(fill.encode())
            owner.execute("vacuum (analyze)")
            owner.execute("checkpoint")
        for app in (ours, peer):
            app.start()
            ending.callback(end, app)
        yield ours, peer, client, database


def end(app: App) -> None:
    assert app.process is not None
    app.process.send_signal(signal.SIGTERM)
    app.process.communicate(timeout=60)


def same(ours: App, peer: App, requests: list[bytes]) -> None:
    """Both must answer the same bytes."""
    for raw in requests[:20]:
        head, _, body = raw.partition(b"\r\n\r\n")
        method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
        found = [app.request(method, path, body or None) for app in (ours, peer)]
        if method == "POST":
            first, second = (json.loads(one.body) | {"Id": 0} for one in found)
            assert first == second, (first, second)
        else:
            assert found[0].body == found[1].body, (path, found[0].body[:600], found[1].body[:600])


def postmaster(database: EmbeddedPostgres) -> int:
    with closing(database.server().connect()) as connection:
        ((pid,),) = connection.execute("select pg_backend_pid()").fetchall()
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def spent(app: App, server: int) -> float:
    """CPU seconds of an app and of the database's processes so far."""
    assert app.process is not None
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return cpu(app.process.pid) + sum(cpu(int(pid)) for pid in children)


def measure(rows: int, seconds: float) -> dict[str, tuple[list[Slice], list[Slice]]]:
    """What is asked → slices of ours, slices of the peer's, taken in turns."""
    found: dict[str, tuple[list[Slice], list[Slice]]] = {}
    with apps(model.APP, "peer", model.fill(rows)) as (ours, peer, client, database):
        server = postmaster(database)
        for name, requests in model.asked(rows).items():
            path = client.keep(name, requests)
            if "floor" not in name:
                same(ours, peer, requests)
            found[name] = ([], [])
            for number in range(-1, ROUNDS):
                turns = list(zip((ours, peer), found[name], strict=True))
                for app, slices in turns if number % 2 else reversed(turns):
                    before = spent(app, server)
                    rate = client.ask(app.port, seconds, path).rate
                    used = (spent(app, server) - before) / (rate * seconds)
                    if number >= 0:  # the one before warms both up
                        slices.append(Slice(rate, used * 1000))
    return found


def table(rows: int, seconds: float) -> Table:
    lines = []
    for name, (ours, peer) in measure(rows, seconds).items():
        pairs = list(zip(ours, peer, strict=True))
        rates = [f"{median(one.rate for one in slices):,.0f}" for slices in (ours, peer)]
        costs = [f"{median(one.cpu for one in slices):.3f}" for slices in (ours, peer)]
        ratio = median(one.rate / other.rate for one, other in pairs)
        work = median(other.cpu / max(one.cpu, 1e-9) for one, other in pairs)
        lines.append((name, *rates, f"{ratio:.2f}", *costs, f"{work:.2f}"))
    columns = ("requests a second", "published", "by hand", "ratio", "CPU ms", "by hand", "ratio of work")
    return Table(f"Requests of a published app beside a hand-written one, {rows:,} rows", columns, lines)


def run() -> Iterator[Table]:
    yield table(ROWS, SECONDS)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    print(show(table(int(arguments[0]) if arguments else ROWS, float(arguments[1]) if len(arguments) > 1 else SECONDS)))
