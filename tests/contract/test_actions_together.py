"""Calls at the same time lose no update, whichever way a row takes from where it is read to where it is saved."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from textwrap import indent

import pytest

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler
from tests.actions.cases import asset_of
from tests.actions.published import Published, published

HEAD = """
app: Counters
key: 2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f15
entities:
  Counter: { attributes: { Name: { type: Text, length: 10 }, Value: { type: Integer, default: 0 } } }
server_actions:
"""
WAYS = {
    "Row": """
- { get: Counter, where: Counter.Name = Name, as: Found }
- set: { Found.Value: Found.Value + 1 }
- update: Found
""",
    "Optional": """
- { get: Counter, where: Counter.Name = Name, optional: true, as: Found }
- if: HasValue(Found)
  then:
    - set: { Found.Value: Found.Value + 1 }
    - update: Found
""",
    "Copy": """
- { get: Counter, where: Counter.Name = "Other", as: Copy }
- { get: Counter, where: Counter.Name = Name, as: Found }
- set: { Copy: Found, Copy.Value: Copy.Value + 1 }
- update: Copy
""",
    "Loop": """
- { query: Counter, where: Counter.Name = Name, as: Found }
- for_each: Found
  as: One
  do:
    - set: { One.Value: One.Value + 1 }
    - update: One
""",
    "Filter": """
- { query: Counter, as: Found }
- { filter: Found, each: One, where: One.Name = Name, as: Some }
- { order: Some, each: One, by: [One.Value] }
- for_each: Some
  as: Each
  do:
    - set: { Each.Value: Each.Value + 1 }
    - update: Each
""",
    "Element": """
- { get: Counter, where: Counter.Name = "Other", as: Chosen }
- { query: Counter, where: Counter.Name = Name, as: Found }
- { find: Found, each: One, where: True, as: At }
- set: { Chosen: 'Found[At]', Chosen.Value: Chosen.Value + 1 }
- update: Chosen
""",
    "Append": """
- { get: Counter, where: Counter.Name = Name, as: Found }
- { query: Counter, where: False, as: List }
- { append: Found, to: List }
- for_each: List
  as: One
  do:
    - set: { One.Value: One.Value + 1 }
    - update: One
""",
    "Condition": """
- { get: Counter, where: Counter.Name = "Other", as: Other }
- { get: Counter, where: Counter.Name = Name, as: Found }
- set: { Other: 'If(HasValue(Name), Found, Other)' }
- set: { Other.Value: Other.Value + 1 }
- update: Other
""",
    "Asked": """
- { get: Counter, where: Counter.Name = Name, for_update: true, as: Found }
- call: Save
  with: { Name: Name, Value: Found.Value + 1 }
""",
}
"""Steps that add 1 to the counter ``Name``."""
SAVE = """
  Save:
    inputs: { Name: { type: Text }, Value: { type: Integer } }
    do:
      - { get: Counter, where: Counter.Name = Name, as: Found }
      - set: { Found.Value: Value }
      - update: Found
"""
CALLS, AT_ONCE = 60, 6


def model() -> str:
    actions = (
        f"  Add{way}:\n    api: true\n    inputs: {{ Name: {{ type: Text }} }}\n    do:\n{indent(steps, '      ')}"
        for way, steps in WAYS.items()
    )
    return HEAD + "".join(actions) + SAVE


@pytest.fixture(scope="module")
def played(
    compiler: CSharpCompiler, database: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Published]:
    with published(asset_of(model()), compiler, database, tmp_path_factory.mktemp("counters")) as found:
        yield found


@pytest.mark.parametrize("way", WAYS)
def test_all_that_was_added_is_there(way: str, played: Published) -> None:
    played.fill({"Counter": [{"Name": "One"}, {"Name": "Other"}]})
    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(
            pool.map(lambda _: played.app.request("POST", f"/api/Add{way}", {"Name": "One"}).status, range(CALLS))
        )
    assert statuses == [200] * CALLS
    assert [row["Value"] for row in played.tables()["Counter"].values()] == [CALLS, 0]
