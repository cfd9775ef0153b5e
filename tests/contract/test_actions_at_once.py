"""Server actions at the same time, on the real PostgreSQL: no update is lost, and what is killed leaves nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler
from tests.contract.actions_app import actions_app, call, names, new_name, opened
from tests.contract.desk import sent, setting_of
from tests.contract.published_app import App
from tests.waiting import wait_for

pytestmark = pytest.mark.database
ASLEEP = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"
OPEN = "select count(*) from pg_stat_activity where state like 'idle in transaction%'"


@pytest.fixture(scope="module")
def prepared(compiler: CSharpCompiler, database: Postgres, tmp_path_factory: pytest.TempPathFactory) -> App:
    return actions_app(compiler, database, tmp_path_factory.mktemp("accounts"))


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as made:
        yield made


def balance(app: App, account: int) -> str:
    return str(app.request("GET", f"/api/Account/{account}").json["Balance"])


def asked(database: Postgres, question: str) -> int:
    with database.server().connect() as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_calls_that_add_to_one_row_are_all_counted(app: App, pool: ThreadPoolExecutor) -> None:
    account = opened(app)
    done = list(pool.map(lambda _: call(app, "Add", AccountId=account, Amount="0.01").status, range(200)))
    assert done == [200] * 200
    assert balance(app, account) == "2"


def test_calls_that_wait_for_one_another_all_succeed(app: App, pool: ThreadPoolExecutor) -> None:
    """The database ends one of two that lock the same rows in different orders; it runs again."""
    one, other = opened(app), opened(app)
    pairs = [{"From": one, "To": other}, {"From": other, "To": one}] * 2
    done = list(pool.map(lambda pair: call(app, "Transfer", Pause=300, **pair), pairs))
    assert [answer.status for answer in done] == [200] * 4, [answer.body for answer in done]
    assert (balance(app, one), balance(app, other)) == ("0", "0")


def test_an_app_that_is_killed_in_a_call_leaves_nothing(app: App, database: Postgres) -> None:
    other, name = App(app.folder, app.environment).start(), new_name()
    assert other.process is not None
    with sent(other, "POST", "/api/Pause", {"Name": name, "Seconds": 60}):
        wait_for(lambda: asked(database, ASLEEP) == 1)
        other.process.kill()
        other.process.wait(60)
    end_sleep(database)
    assert name not in names(app)
    assert call(app, "Open", Name=name).status == 200


def end_sleep(database: Postgres) -> None:
    """A statement that runs goes on when its client is gone; the transaction ends with it."""
    with database.server().connect() as connection:
        connection.execute(b"select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'")
    wait_for(lambda: asked(database, ASLEEP) == 0)


def test_a_client_that_goes_away_ends_its_call(app: App, database: Postgres) -> None:
    name = new_name()
    with sent(app, "POST", "/api/Pause", {"Name": name, "Seconds": 60}):
        wait_for(lambda: asked(database, ASLEEP) == 1)
    wait_for(lambda: asked(database, ASLEEP) == 0)
    assert call(app, "Open", Name=name).status == 200
    assert asked(database, OPEN) == 0


def test_a_session_that_ends_in_a_call_leaves_nothing(app: App, database: Postgres) -> None:
    name = new_name()
    with sent(app, "POST", "/api/Pause", {"Name": name, "Seconds": 60}) as connection:
        wait_for(lambda: asked(database, ASLEEP) == 1)
        with database.server().connect() as admin:
            admin.execute(b"select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'")
        assert connection.getresponse().status == 503
    assert name not in names(app)
    assert call(app, "Open", Name=name).status == 200


def test_an_app_that_is_told_to_end_ends_its_calls_in_order(app: App) -> None:
    other, name = App(app.folder, app.environment).start(), new_name()
    assert other.process is not None
    with sent(other, "POST", "/api/Pause", {"Name": name, "Seconds": 1}) as connection:
        os.kill(other.process.pid, signal.SIGTERM)
        assert connection.getresponse().status == 200
    assert other.process.wait(60) == 0
    assert name in names(app)


def test_a_statement_that_was_prepared_too_early_runs_its_call_again(app: App, database: Postgres) -> None:
    """The database refuses it in the middle of the transaction, after a row was made."""
    for _ in range(5):
        assert call(app, "Raw", Name=new_name()).status == 200
    with database.server().connect(setting_of(app, "Database"), schema=setting_of(app, "Search Path")) as connection:
        connection.execute(b'alter table "account" alter "name" type text')
    before = len(names(app))
    answer = call(app, "Raw", Name=new_name())
    assert (answer.status, len(names(app))) == (200, before + 1), answer.body


def test_no_call_leaves_a_transaction_open(app: App, database: Postgres) -> None:
    for action in ("Open", "OpenAndRaise", "OpenTwo"):
        call(app, action, Name=new_name(), **{"Other": "x" * 21} if action == "OpenTwo" else {})
    assert asked(database, OPEN) == 0
