"""Server actions with PgBouncer between app and server, in transaction mode: what is told of them otherwise, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler
from tests.contract.actions_app import actions_app
from tests.contract.published_app import App
from tests.contract.test_actions_at_once import (  # noqa: F401 - collected here, with this module's fixtures
    pool,
    test_a_client_that_goes_away_ends_its_call,
    test_calls_that_add_to_one_row_are_all_counted,
    test_calls_that_wait_for_one_another_all_succeed,
    test_no_call_leaves_a_transaction_open,
)
from tests.contract.test_published_actions import (  # noqa: F401 - collected here, with this module's fixtures
    test_a_calculation_in_the_database_overflows,
    test_a_refusal_undoes_everything_and_has_its_code,
    test_an_action_answers_its_outputs,
    test_an_action_ends_with_its_time,
    test_rules_of_attributes_refuse,
    test_what_is_handled_is_undone_and_what_was_before_stays,
)
from tests.pooler import SERVER_CONNECTIONS, Pooler, introduce, pooler

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def bouncer(database: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pooler]:
    password, folder = introduce(database.server(), "development"), tmp_path_factory.mktemp("pgbouncer") / "it"
    size = str(SERVER_CONNECTIONS)
    with pooler(database.server(), password, folder, "transaction", default_pool_size=size) as running:
        yield running


@pytest.fixture(scope="module")
def prepared(
    compiler: CSharpCompiler, database: Postgres, bouncer: Pooler, tmp_path_factory: pytest.TempPathFactory
) -> App:
    return actions_app(
        compiler, database, tmp_path_factory.mktemp("accounts"),
        lambda login: replace(login, port=bouncer.port, pooling="transaction", connections=20),
    )  # fmt: skip
