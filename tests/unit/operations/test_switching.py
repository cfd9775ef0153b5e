"""Who chooses another database is told whether it can be used, and whose rows stay in the one before; one that nobody
reaches is refused where apps would go there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from odcpub.data.schema import Schema, Table
from odcpub.engines.ports import Condition
from odcpub.engines.settings import EngineSettings
from odcpub.errors import EngineError, TemporaryEngineError
from odcpub.operations.switching import consequences, foresee

from .conftest import Installed

NOBODY = EngineSettings(database="postgresql://ada@127.0.0.1:1/postgres")


SHOP_ROWS = Schema((Table("product", ()),))


def silent(_places: object) -> Condition:
    raise TemporaryEngineError("PostgreSQL at 127.0.0.1:1: can't be reached", "is it running?")


def answers(installed: Installed, schema: Schema | None) -> list[EngineSettings]:
    """A present database with this schema, and another one that answers; the settings that it is asked with."""
    asked: list[EngineSettings] = []
    engines: Any = installed.engines
    other = SimpleNamespace(database=SimpleNamespace(condition=lambda _places: Condition("PostgreSQL 18")))
    engines.others = lambda settings: asked.append(settings) or other
    engines.condition = lambda _places: Condition("PostgreSQL 18")
    engines.app_path = lambda _apps: Condition("")
    engines.observe = lambda _place: schema
    return asked


def test_a_server_that_does_not_answer_is_not_chosen_while_apps_are_deployed(installed: Installed) -> None:
    answers(installed, SHOP_ROWS)
    nobody: Any = SimpleNamespace(database=SimpleNamespace(condition=silent))
    installed.engines.others = lambda _: nobody  # type: ignore[attr-defined]
    assert foresee(installed.platform, EngineSettings(), NOBODY) == (), "nothing is deployed"
    installed.deployed(installed.revision())
    with pytest.raises(EngineError, match=r"nothing was changed: PostgreSQL at 127\.0\.0\.1:1: can't be reac") as told:
        foresee(installed.platform, EngineSettings(), NOBODY)
    assert told.value.exit_code == 3
    assert told.value.message.endswith("these apps are deployed: Shop in development")
    assert told.value.hint.startswith("is it running?; ")
    assert str(installed.platform.home.data / "engines.json") in told.value.hint
    assert foresee(installed.platform, None, NOBODY) == (), "the present settings can't be read"


def test_a_server_that_does_not_answer_is_told_where_nothing_is_deployed(installed: Installed) -> None:
    installed.engines.settings, installed.engines.condition = NOBODY, silent  # type: ignore[attr-defined]
    found = consequences(installed.platform, EngineSettings(), NOBODY, ())
    assert found == ["PostgreSQL at 127.0.0.1:1: can't be reached; is it running?"]


def test_rows_that_stay_behind_are_told_where_there_are_any(installed: Installed) -> None:
    asked = answers(installed, SHOP_ROWS)
    installed.deployed(installed.revision())
    left = foresee(installed.platform, EngineSettings(), NOBODY)
    assert asked == [NOBODY]
    assert consequences(installed.platform, EngineSettings(), NOBODY, left) == [
        "Shop in development: its rows stay in the previous database (embedded). Its next publish or promotion "
        "makes its schema in the new database, without these rows"
    ]
    for schema in (None, Schema()):
        answers(installed, schema)
        assert foresee(installed.platform, NOBODY, EngineSettings()) == (), "no row was ever there"


def test_a_database_that_cannot_be_asked_is_said_to_hold_nothing(installed: Installed) -> None:
    asked = answers(installed, SHOP_ROWS)
    installed.engines.observe = silent  # type: ignore[assignment]
    installed.deployed(installed.revision())
    assert foresee(installed.platform, NOBODY, EngineSettings()) == ()
    assert asked == [], "the embedded one is there when it is needed"


def test_whoever_names_a_pooler_is_told_how_far_apps_come(installed: Installed) -> None:
    pooled = EngineSettings(database_address="10.0.0.6:6432", database_pooling="session")
    stopped = Condition("apps can't connect: the pooler at 10.0.0.6:6432 can't be reached", ("does it run?",), True)
    installed.engines.settings = pooled
    installed.engines.condition = lambda _places: Condition("PostgreSQL 18")  # type: ignore[attr-defined]
    installed.engines.app_path = lambda _apps: stopped  # type: ignore[attr-defined]
    found = consequences(installed.platform, EngineSettings(), pooled, ())
    assert found == ["database: apps can't connect: the pooler at 10.0.0.6:6432 can't be reached; does it run?"]


def test_nothing_follows_from_what_leaves_the_database_as_it_is(installed: Installed) -> None:
    installed.deployed(installed.revision())
    assert consequences(installed.platform, NOBODY, NOBODY, ()) == []
    assert consequences(installed.platform, EngineSettings(), EngineSettings(csharp="sdk"), ()) == []


def test_apps_that_stay_on_another_cluster_are_named(installed: Installed) -> None:
    there = EngineSettings(
        runner="kubernetes", registry="r:1", database_address="db", kubeconfig="/c", context="kind-a", cluster="1"
    )
    installed.deployed(installed.revision())
    told = "Shop in development: if it runs on the previous cluster (context kind-a), it keeps running there; "
    for other in (
        EngineSettings(database_address="db"),
        there.model_copy(update={"context": "kind-b", "cluster": "2"}),
        there.model_copy(update={"cluster": "2"}),
    ):
        (line,) = consequences(installed.platform, there, other, ())
        assert line.startswith(told)
    first, line = consequences(
        installed.platform, there, there.model_copy(update={"context": "kind-b", "cluster": ""}), ()
    )
    assert "which cluster context kind-b leads to is not known yet" in first
    assert line.startswith(told)
    same = there.model_copy(update={"context": "kind-a-as-admin"})
    assert consequences(installed.platform, there, same, ()) == []
    assert consequences(installed.platform, there, there.model_copy(update={"csharp": "sdk"}), ()) == []
