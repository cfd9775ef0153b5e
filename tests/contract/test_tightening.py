"""Tightening that stops half way: the chain is what was executed, and the next plan leads to the right end."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from odcpub.data.migration import MigrationPlan
from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.script import plan_parts
from odcpub.engines.database import chain_folder, migrate
from odcpub.engines.database.chain import scripts, write_scripts
from odcpub.engines.database.chain_folder import ScriptFolder
from odcpub.errors import EngineError, Refused, TemporaryEngineError
from odcpub.model.elements import Asset, Basic, Entity, Index, Kind
from tests.databases import QA, Stage, few_on_the_server, upgrade_head
from tests.helpdesk_asset import attribute as field

SCHEMA = "tightening"


def app(*entities: Entity) -> Asset:
    return Asset(Kind.APP, "A", "k", entities=entities)


NAME = field("Name", Basic.TEXT, length=50)
OTHER = Entity("Other", "Other", (field("N", Basic.INTEGER),))
BEFORE = app(Entity("Thing", "Thing", (NAME, field("N", Basic.INTEGER))), OTHER)
AFTER = app(
    Entity(
        "Thing", "Thing",
        (field("Name", Basic.TEXT, length=20, mandatory=True), field("N", Basic.INTEGER, mandatory=True),
         field("New", Basic.TEXT, length=9, min_length=2)),
        (Index("I", "I", ("Name",), True), Index("ByN", "ByN", ("N",))),
    ),
    Entity("Other", "Other", (field("N", Basic.INTEGER, mandatory=True),)),
)  # fmt: skip


def expanded(stage: Stage) -> MigrationPlan:
    stage.publish(BEFORE)
    stage.insert({"thing": [{"id": n, "name": str(n), "n": n} for n in range(1, 9)], "other": [{"id": 1, "n": 1}]})
    plan = stage.plan(AFTER)
    stage.number += 1
    write_scripts(plan, stage.chain, stage.number)
    stage.engine.apply(stage.place, plan, EXPAND, stage.chain, print)
    return plan


def arrives(stage: Stage, model: Asset, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stage.rows()
    stage.publish(model)
    again = stage.plan(model)
    assert (again.steps, again.checks, again.refusals) == ((), (), ())
    assert stage.rows() == before
    upgrade_head(stage, "tightening_head", monkeypatch)


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "blank": ("thing", {"name": " ", "n": 1}, "UPDATE thing SET name = 'ok' WHERE id = 90"),
    "empty": ("thing", {"name": "a"}, "UPDATE thing SET n = 9 WHERE id = 90"),
    "long": ("thing", {"name": "x" * 21, "n": 1}, "UPDATE thing SET name = 'y' WHERE id = 90"),
    "twice": ("thing", {"name": "1", "n": 1}, "UPDATE thing SET name = 'z' WHERE id = 90"),
    "other": ("other", {}, "UPDATE other SET n = 2 WHERE id = 90"),
}


@pytest.mark.parametrize("target", [AFTER, BEFORE], ids=["again", "back"])
@pytest.mark.parametrize("case", few_on_the_server(sorted(BAD), "blank", "twice"))
def test_a_row_written_meanwhile_refuses_one_statement(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, case: str, target: Asset
) -> None:
    plan = expanded(stage)
    table, row, corrects = BAD[case]
    with monkeypatch.context() as patch:
        patch.setattr(migrate._Phase, "_check_rows", lambda self: None)
        stage.insert({table: [{"id": 90, **row}]})
        with pytest.raises(Refused):
            stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
    upgrade_head(stage, "tightening_head", monkeypatch)
    with stage.connect() as connection:
        query = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
        assert connection.execute(query).fetchall() == []
        connection.execute(corrects.encode())
    arrives(stage, target, monkeypatch)


def test_a_lock_that_is_not_free_in_time_stops_at_one_statement(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = expanded(stage)
    target = migrate.Target(stage.engine.server(), stage.place, patience=0.5)
    with stage.connect() as holder:
        holder.execute("BEGIN; UPDATE thing SET n = n")
        with pytest.raises(TemporaryEngineError):
            migrate.apply(target, plan, TIGHTEN, stage.chain, print)
        holder.execute("ROLLBACK")
    assert any(script.phase == TIGHTEN for script in scripts(stage.chain)), "what concerns the other table is done"
    upgrade_head(stage, "tightening_head", monkeypatch)
    stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
    upgrade_head(stage, "tightening_head", monkeypatch)
    arrives(stage, AFTER, monkeypatch)


class Killed(BaseException):
    """What no clean-up sees, as with ``kill -9``."""


@pytest.mark.parametrize("target", ["resumed", AFTER, BEFORE], ids=["resumed", "again", "back"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_kill_at_any_statement(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, after: bool, target: Asset | str
) -> None:
    """``after``: the statement had its effect, and its server ended before it knew."""
    plan = expanded(stage)
    count = len(plan_parts(plan).tighten)
    assert count > 7
    execute = migrate._Phase._part

    def dying(self: Any, *done: Any, **last: Any) -> None:
        if after:
            execute(self, *done, **last)
        raise Killed

    for _ in range(3 if target == "resumed" else 1):
        for _ in range(2 if after else 1):
            with monkeypatch.context() as patch:
                patch.setattr(migrate._Phase, "_part", dying)
                with pytest.raises(Killed):
                    stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
    if target == "resumed":
        stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
        upgrade_head(stage, "tightening_head", monkeypatch)
        assert [part for script in scripts(stage.chain) for part in script.parts] == [0, 0, *range(1, count + 1)]
        return
    arrives(stage, target, monkeypatch)  # type: ignore[arg-type]


@pytest.mark.parametrize("target", [AFTER, BEFORE], ids=["again", "back"])
@pytest.mark.parametrize("at", few_on_the_server(range(11), 5))
def test_a_kill_while_the_chain_catches_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, at: int, target: Asset
) -> None:
    """The migration was killed in the middle of a script, and so was the one after it, which cuts that script in two
    where the database is."""
    plan = expanded(stage)
    execute, put, remove, left = migrate._Phase._part, chain_folder._put, ScriptFolder.remove, [3]

    def dying(self: Any, *done: Any, **last: Any) -> None:
        execute(self, *done, **last)
        left[0] -= 1
        if not left[0]:
            raise Killed

    def counted(act: Any) -> Any:
        def acting(*arguments: Any) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            act(*arguments)

        return acting

    with monkeypatch.context() as patch:
        patch.setattr(migrate._Phase, "_part", dying)
        with pytest.raises(Killed):
            stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
        patch.setattr(chain_folder, "_put", counted(put))
        patch.setattr(ScriptFolder, "remove", counted(remove))
        left[0] = at
        with pytest.raises(Killed):
            stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
    arrives(stage, target, monkeypatch)


def test_a_database_put_back_from_a_copy_goes_on_from_there(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What happened after the copy was made is not in its chain, though it stays to be read."""
    stage.publish(BEFORE)
    with stage.connect("") as connection:
        remembered = connection.execute("SELECT * FROM tightening.odcpub_alembic").fetchall()
    stage.publish(app(Entity("Thing", "Thing", (NAME, field("N", Basic.INTEGER), field("X", Basic.DATE))), OTHER))
    with stage.connect() as connection:
        connection.execute("ALTER TABLE thing DROP COLUMN x")
        connection.execute("UPDATE odcpub_alembic SET version_num = %s", remembered[0])
    arrives(stage, AFTER, monkeypatch)
    assert [script.number for script in scripts(stage.chain)][:2] == [1, 3]
    assert len(list(stage.folder.glob("versions-after-0001_*/0002_expand_*.py"))) == 1


def test_a_script_whose_move_a_power_cut_undid_is_still_executed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.publish(BEFORE)
    stage.publish(AFTER)
    before = [script.revision for script in scripts(stage.chain)]
    for script in scripts(stage.chain)[-3:]:
        (stage.folder / "versions" / script.name).rename(stage.folder / "pending" / script.name)
    arrives(stage, BEFORE, monkeypatch)
    assert [script.revision for script in scripts(stage.chain)][: len(before)] == before


def test_a_script_whose_move_a_power_cut_undid_is_followed_by_the_rest_of_its_plan(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = expanded(stage)
    expand = scripts(stage.chain)[-1]
    (stage.folder / "versions" / expand.name).rename(stage.folder / "pending" / expand.name)
    stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
    upgrade_head(stage, "tightening_head", monkeypatch)


def test_a_chain_with_a_gap_is_refused_until_the_script_is_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.publish(BEFORE)
    stage.publish(AFTER)
    before, gone = stage.fingerprint(), stage.folder / "versions" / scripts(stage.chain)[-2].name
    kept = gone.rename(stage.folder / "kept")
    with pytest.raises(Refused, match=rf"is at revision 0002_\w+, but .* lacks {gone.name}"):
        stage.publish(BEFORE)
    assert stage.fingerprint() == before
    kept.rename(gone)
    arrives(stage, BEFORE, monkeypatch)


def test_a_chain_that_is_lost_begins_anew_once_the_database_says_so(stage: Stage) -> None:
    stage.publish(BEFORE)
    shutil.rmtree(stage.folder)
    with pytest.raises(Refused, match="is at revision") as caught:
        stage.publish(AFTER)
    words = caught.value.hint[caught.value.hint.index("TRUNCATE") :]
    with stage.connect("") as connection:
        connection.execute(words[: words.index(";")].encode())
    stage.publish(AFTER)
    assert {script.number for script in scripts(stage.chain)} == {3}
    assert stage.plan(AFTER).steps == ()


def test_each_server_has_its_own_chain_again_when_a_stage_comes_back_to_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is one per stage and app, whichever server the stage is on."""
    stage.publish(BEFORE)
    other = Stage(stage.engine, stage.folder, stage.schema, QA)
    for number, (server, model) in enumerate([(other, BEFORE), (stage, AFTER), (other, AFTER), (stage, BEFORE)], 1):
        server.number = number
        server.publish(model)
        upgrade_head(server, "tightening_head", monkeypatch)
        own = {1, 3, 5} if server is stage else {2, 4}
        assert {script.number for script in scripts(stage.chain)} == {one for one in own if one <= number + 1}


def test_a_script_that_was_removed_is_missed_and_not_passed_over(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = expanded(stage)
    before = stage.fingerprint()
    sorted((stage.folder / "pending").glob("*.py"))[-1].unlink()
    with pytest.raises(EngineError, match="a script of this migration is missing"):
        stage.engine.apply(stage.place, plan, TIGHTEN, stage.chain, print)
    assert stage.fingerprint() == before
    arrives(stage, AFTER, monkeypatch)
