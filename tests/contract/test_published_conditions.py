"""Conditions of a request that are lists, and which refusal comes first."""

from __future__ import annotations

import pytest

from tests.contract.desk import customer
from tests.contract.published_app import App

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    "tags",
    ['"x", {}', '{}, "x"', '"x",{},"y"', "  {}  ", '"a, b", {}', "*", '"*", {}'],
)
def test_any_of_several_versions_may_be_changed(desk: App, tags: str) -> None:
    path = f"/api/Customer/{customer(desk)['Id']}"
    tag = desk.request("GET", path).headers["ETag"]
    assert desk.request("PATCH", path, {"Name": "New"}, {"If-Match": tags.format(tag)}).status == 200


@pytest.mark.parametrize("tags", ['"x"', '"x", "y"', "W/{}", '"x", W/{}', '"*"', "x"])
def test_no_other_version_may(desk: App, tags: str) -> None:
    path = f"/api/Customer/{customer(desk)['Id']}"
    tag = desk.request("GET", path).headers["ETag"]
    assert desk.request("PATCH", path, {"Name": "New"}, {"If-Match": tags.format(tag)}).status == 412
    assert desk.request("DELETE", path, headers={"If-Match": tags.format(tag)}).status == 412


@pytest.mark.parametrize("body", [{"Name": ""}, {"Score": 1000}, {"Nothing": 1}, {"Ticket": 1}])
def test_a_row_that_is_not_there_is_told_before_its_values(desk: App, body: dict[str, object]) -> None:
    answer = desk.request("PATCH", "/api/Customer/999999", body)
    assert (answer.status, answer.json["detail"]) == (404, "There is no such customer. It may have been deleted.")


@pytest.mark.parametrize("sort", [",,,", "Name,", ",Name", "-", "--Name"])
def test_a_sort_names_attributes(desk: App, sort: str) -> None:
    answer = desk.request("GET", f"/api/Customer?sort={sort}")
    assert (answer.status, list(answer.json["errors"])) == (400, ["sort"])


@pytest.mark.parametrize("sort", ["", "Name", "-Name,Id"])
def test_a_sort_may_be_empty(desk: App, sort: str) -> None:
    assert desk.request("GET", f"/api/Customer?sort={sort}").status == 200
