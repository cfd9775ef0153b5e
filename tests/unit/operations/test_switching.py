"""Who chooses another database is told whether it can be used, and whose rows stay in the one before."""

from __future__ import annotations

from odcpub.engines.ports import Condition
from odcpub.engines.settings import EngineSettings
from odcpub.errors import TemporaryEngineError
from odcpub.operations.switching import consequences

from .conftest import Installed

NOBODY = EngineSettings(database="postgresql://ada@127.0.0.1:1/postgres")


def test_a_server_that_does_not_answer_and_the_apps_that_go_there_are_named(installed: Installed) -> None:
    def silent(_places: object) -> None:
        raise TemporaryEngineError("PostgreSQL at 127.0.0.1:1: can't be reached", "is it running?")

    installed.engines.settings, installed.engines.condition = NOBODY, silent  # type: ignore[attr-defined]
    installed.deployed(installed.revision())
    found = consequences(installed.platform, EngineSettings(), NOBODY)
    assert found == [
        "PostgreSQL at 127.0.0.1:1: can't be reached; is it running?",
        "Shop in development: its rows are in the database of before (embedded), and stay there; it is brought to this "
        "one by its next publish or promotion",
    ]


def test_whoever_names_a_pooler_is_told_how_far_apps_come(installed: Installed) -> None:
    pooled = EngineSettings(database_address="10.0.0.6:6432", database_pooling="session")
    stopped = Condition("apps can't connect: the pooler at 10.0.0.6:6432 can't be reached", ("does it run?",), True)
    installed.engines.settings = pooled
    installed.engines.condition = lambda _places: Condition("PostgreSQL 18")  # type: ignore[attr-defined]
    installed.engines.way = lambda _apps: stopped  # type: ignore[attr-defined]
    found = consequences(installed.platform, EngineSettings(), pooled)
    assert found == ["database: apps can't connect: the pooler at 10.0.0.6:6432 can't be reached; does it run?"]


def test_nothing_follows_from_what_leaves_the_database_as_it_is(installed: Installed) -> None:
    installed.deployed(installed.revision())
    assert consequences(installed.platform, NOBODY, NOBODY) == []
    assert consequences(installed.platform, EngineSettings(), EngineSettings(csharp="sdk")) == []


def test_apps_that_stay_on_another_cluster_are_named(installed: Installed) -> None:
    there = EngineSettings(
        runner="kubernetes", registry="r:1", database_address="db", kubeconfig="/c", context="kind-a", cluster="1"
    )
    installed.deployed(installed.revision())
    told = "Shop in development: what was deployed to the cluster of before (context kind-a) goes on there; "
    for other in (
        EngineSettings(database_address="db"),
        there.model_copy(update={"context": "kind-b", "cluster": "2"}),
        there.model_copy(update={"cluster": "2"}),
    ):
        (line,) = consequences(installed.platform, there, other)
        assert line.startswith(told)
    first, line = consequences(installed.platform, there, there.model_copy(update={"context": "kind-b", "cluster": ""}))
    assert "which cluster context kind-b leads to is not known yet" in first
    assert line.startswith(told)
    same = there.model_copy(update={"context": "kind-a-as-admin"})
    assert consequences(installed.platform, there, same) == []
    assert consequences(installed.platform, there, there.model_copy(update={"csharp": "sdk"})) == []
