"""Operations and their messages: one at a time on an asset in a stage, and nothing said twice or lost."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from odcpub.errors import Severity
from odcpub.store.records import AssetRecord, DeploymentEnd, Failure, OperationKind, OperationRecord, Status
from odcpub.store.store import Store

from .conftest import ASSET, begin


def test_another_stage_another_asset_or_the_end_makes_room(store: Store) -> None:
    first = begin(store)
    assert begin(store, "qa")
    assert begin(store, asset=("k2", "Money"))
    assert not begin(store)
    store.journal.finish(first, Status.FINISHED)
    assert begin(store)


def test_of_many_at_once_one_is_begun(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(map(bool, pool.map(lambda _: begin(store), range(24)))) == 1
    assert len(store.journal.operations(status=Status.RUNNING)) == 1


def test_what_has_ended_stays_as_it_ended(store: Store) -> None:
    key = begin(store)
    store.journal.finish(key, Status.FAILED)
    ended = store.journal.operation(key)
    store.journal.finish(key, Status.FINISHED)
    assert store.journal.operation(key) == ended
    assert ended is not None
    assert (ended.status, bool(ended.finished_at)) == ("FinishedWithError", True)


def test_messages_go_on_after_the_last_one_seen(store: Store) -> None:
    key, other = begin(store), begin(store, "qa")
    for number in range(5):
        store.journal.say(key, "Verify", f"line {number}", Severity.WARNING, {"number": number})
        store.journal.say(other, "Data", "not mine")
    lines = store.journal.messages(key)
    assert [line.text for line in lines] == [f"line {number}" for number in range(5)]
    assert (lines[2].severity, lines[2].data, lines[2].step) == (Severity.WARNING, {"number": 2}, "Verify")
    assert store.journal.messages(key, after=lines[2].id) == lines[3:]
    assert store.journal.messages(key, after=lines[0].id, limit=2) == lines[1:3]


def test_an_operation_is_found_by_the_beginning_of_its_key_if_that_is_its_alone(store: Store) -> None:
    keys = [begin(store, f"stage{number}") for number in range(20)]
    found = store.journal.operation(keys[0])
    assert found is not None
    for typed in (keys[0], keys[0][:13], keys[0][:13].upper()):
        assert store.journal.find(typed) == found
    first = next(letter for letter in "0123456789abcdef" if sum(key.startswith(letter) for key in keys) > 1)
    assert store.journal.find(first) is None
    assert store.journal.find("") is None
    assert store.journal.find("%") is None, "what stands for anything in SQL stands for itself"
    assert store.journal.operation(keys[0][:13]) is None, "programs say the whole key"


def test_no_lookup_of_an_operation_reads_them_all(store: Store) -> None:
    key, asked = begin(store), list[tuple[str, object]]()

    def hear(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        asked.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", hear)
    assert store.journal.operation(key) == store.journal.find(key[:8])
    event.remove(store.engine, "before_cursor_execute", hear)
    on_postgresql = store.engine.dialect.name == "postgresql"
    with store.engine.connect() as connection:
        if on_postgresql:  # of a few rows it would read all
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, values in asked:
            explain = "EXPLAIN" if on_postgresql else "EXPLAIN QUERY PLAN"
            plan = "\n".join(row[-1] for row in connection.exec_driver_sql(f"{explain} {statement}", values))
            used = r"Index Cond: .*key" if on_postgresql else r"SEARCH operations USING INDEX"
            assert re.search(used, plan), plan


def test_operations_are_listed_latest_first_by_what_is_asked(store: Store) -> None:
    keys = [begin(store, f"stage{number}") for number in range(3)]
    store.journal.finish(keys[1], Status.FINISHED)
    assert {one.key for one in store.journal.operations(status=Status.RUNNING)} == {keys[0], keys[2]}
    assert len(store.journal.operations(limit=2)) == 2
    pages = [store.journal.operations(limit=1, offset=number) for number in range(3)]
    assert sorted(one.key for page in pages for one in page) == sorted(keys), "each once"
    assert store.journal.operations(asset="another") == ()
    assert store.journal.operations(kinds=(OperationKind.UNDEPLOY,)) == ()


def test_two_changes_of_one_operation_at_once_are_both_there(store: Store) -> None:
    key = begin(store)
    met = threading.Barrier(2, timeout=5)

    def add(word: str) -> None:
        def changed(record: Any) -> Any:
            with suppress(threading.BrokenBarrierError):
                met.wait(0.5)  # where both may read before either writes, both do
            return replace(record, state=f"{record.state}{word}")

        store.journal.change(key, changed)

    threads = [threading.Thread(target=add, args=(word,)) for word in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = store.journal.operation(key)
    assert found is not None
    assert sorted((found.state.count("one"), found.state.count("two"))) == [1, 1]


def test_what_is_recorded_while_an_operation_fails_is_kept(store: Store) -> None:
    key = begin(store)
    one = threading.Thread(
        target=store.journal.change, args=(key, lambda record: replace(record, state=f"{record.state}one"))
    )

    def ended(record: Any) -> Any:
        if not one.ident:
            one.start()
            one.join(0.5)  # where it need not wait for this transaction, it has come in between
        return replace(record, state=f"{record.state}two")

    store.journal.fail(key, Failure("Data", "no", {}, 3), ended)
    one.join()
    found = store.journal.operation(key)
    assert found is not None
    assert (found.status, found.state.count("one"), found.state.count("two")) == (Status.FAILED, 1, 1)
    assert [line.text for line in store.journal.messages(key)] == ["no"]


def test_a_reader_never_passes_over_a_message_that_is_committed_later(store: Store) -> None:
    key, first = begin(store), threading.Event()

    def slowly(_connection: object) -> None:
        if not first.is_set():
            first.set()
            time.sleep(0.5)

    event.listen(store.engine, "commit", slowly)
    threads = [threading.Thread(target=store.journal.say, args=(key, "Verify", text)) for text in ("one", "two")]
    threads[0].start()
    first.wait(5)
    threads[1].start()
    seen = list[str]()
    after, end = 0, time.monotonic() + 5
    while len(seen) < 2 and time.monotonic() < end:
        for line in store.journal.messages(key, after):
            after = line.id
            seen.append(line.text)
        time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert seen == ["one", "two"]


def test_whether_it_was_said_is_asked_of_the_messages_up_to_one(store: Store) -> None:
    key = begin(store)
    store.journal.say(key, "Deploy", '"serves": true', data={"hint": '"serves": true', "serves": False})
    store.journal.say(key, "Deploy", "", data={"event": "ended", "serves": True})
    first, second = (line.id for line in store.journal.messages(key))
    assert [store.journal.has_said(key, until, "serves") for until in (first, second)] == [False, True]


def test_a_text_that_postgresql_cannot_hold_is_told_another_way(store: Store) -> None:
    key = begin(store)
    store.journal.say(key, "Verify", "a NUL: \0, half a character: \udcff", data={"file": "\0"})
    (line,) = store.journal.messages(key)
    assert (line.text, line.data) == ("a NUL: \\0, half a character: \\udcff", {"file": "\0"})


def test_a_change_of_before_does_not_take_back_that_it_serves(store: Store) -> None:
    """As where somebody cancels at the moment at which the version begins to serve."""
    key = begin(store)
    serves = threading.Thread(target=store.journal.serve, args=(key, lambda record: record, "http://a"))

    def cancelled(record: OperationRecord) -> OperationRecord:
        if serves.ident is None:
            serves.start()
        serves.join(1)  # PostgreSQL has it wait for this change
        return replace(record, state='{"version":1,"cancelled_by":"bea"}')

    store.journal.change(key, cancelled)
    serves.join()
    found = store.journal.operation(key)
    assert found is not None
    assert (found.serving, "bea" in found.state) == (1, True)


@pytest.mark.parametrize("ends", ["serves", "fails"])
@pytest.mark.parametrize("table", ["operations", "deployments"])
def test_an_operation_and_its_deployment_say_the_same_whatever_ends_the_server(
    store: Store, ends: str, table: str
) -> None:
    """As a kill at that statement, which takes back the whole transaction."""
    store.assets.register(AssetRecord(ASSET[0], ASSET[1], "app", "helpdesk", "/models", ""))
    key = begin(store)
    store.stages.begin_deployment(ASSET[0], "development", 1, "c", key)
    before = store.journal.operation(key), store.stages.deployments(ASSET[0])

    def end() -> None:
        if ends == "serves":
            store.journal.serve(key, lambda record: replace(record, state="served"), "http://a")
        else:
            failure = Failure("Deploy", "no", {}, 3)
            end = DeploymentEnd(Status.FAILED)
            store.journal.fail(key, failure, lambda record: replace(record, state="failed"), end)

    def killed(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if re.match(rf"UPDATE (odcpub\.)?{table} ", statement):
            raise KeyboardInterrupt

    event.listen(store.engine, "after_cursor_execute", killed)
    with pytest.raises(KeyboardInterrupt):
        end()
    event.remove(store.engine, "after_cursor_execute", killed)
    assert (store.journal.operation(key), store.stages.deployments(ASSET[0])) == before
    assert store.journal.messages(key) == ()
    end()
    operation, (deployment,) = store.journal.operation(key), store.stages.deployments(ASSET[0])
    assert operation is not None
    found = operation.status, operation.serving, operation.state, deployment.status, deployment.address
    if ends == "serves":
        assert found == ("Running", 1, "served", "Finished", "http://a")
    else:
        assert found == ("FinishedWithError", 0, "failed", "FinishedWithError", "")
