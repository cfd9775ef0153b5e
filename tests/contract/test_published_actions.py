"""Endpoints of server actions as published apps have them: inputs, outputs, refusals, faults, limits."""

from __future__ import annotations

import re
from typing import Any

import pytest

from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler
from tests.contract.actions_app import ACTIONS, actions_app, call, names, new_name, opened
from tests.contract.published_app import App
from tests.contract.test_published_openapi import references

pytestmark = pytest.mark.database
EMPTY = {
    "Text": None, "Whole": None, "Long": None, "Exact": None, "Truth": None, "Day": None, "Clock": None, "Moment": None,
    "Bytes": None, "Account": None, "Numbers": [], "Place": None, "Places": [],
}  # fmt: skip


@pytest.fixture(scope="module")
def prepared(compiler: CSharpCompiler, database: Postgres, tmp_path_factory: pytest.TempPathFactory) -> App:
    return actions_app(compiler, database, tmp_path_factory.mktemp("accounts"))


def test_an_action_answers_its_outputs(app: App) -> None:
    account = opened(app)
    answer = call(app, "Add", AccountId=account, Amount="12.50")
    assert (answer.status, answer.json) == (200, {"Balance": "12.5"})
    assert answer.headers["Content-Type"] == "application/json"
    assert app.request("GET", f"/api/Account/{account}").json["Balance"] == "12.5"
    assert call(app, "Close", AccountId=account).json == {}
    assert app.request("GET", f"/api/Account/{account}").status == 404


def test_every_type_goes_in_and_out(app: App) -> None:
    given = {
        "Text": "say \"hi\"", "Whole": -7, "Long": "9223372036854775807", "Exact": "1.5", "Truth": False,
        "Day": "2026-01-31", "Clock": "23:59:59.999999", "Moment": "2026-01-31T10:30:15.25Z", "Bytes": "aGVsbG8=",
        "Account": 5, "Numbers": [3, None, 1], "Place": {"Street": "Main", "Number": None},
        "Places": [{"Street": None, "Number": 2}, None],
    }  # fmt: skip
    assert call(app, "Echo", **given).json == given
    assert call(app, "Echo").json == EMPTY
    assert call(app, "Echo", **dict.fromkeys(EMPTY)).json == EMPTY
    assert call(app, "Echo", Place={}).json == EMPTY | {"Place": {"Street": None, "Number": 1}}
    large = "x" * 100_000
    assert call(app, "Echo", Text=large, Bytes="aGVs" * 10_000).json["Text"] == large


def test_what_inputs_refuse_is_told_at_once(app: App) -> None:
    answer = call(
        app, "Echo", Texte="a", Whole="x", Exact="1.005", Day="31.1.2026", Numbers=[1, 10, "x"], Truth="yes",
        Place={"Street": "Main Street 1", "Nmber": 1}, Places={}, Account="a",
    )  # fmt: skip
    assert answer.status == 422
    assert answer.json["code"] == "Refused"
    assert answer.json["errors"] == {
        "Texte": ["Echo has no input Texte. Did you mean Text?"],
        "Whole": ["Whole must be a whole number."],
        "Exact": ["Exact can have 2 decimals at most."],
        "Truth": ["Truth must be true or false."],
        "Day": ["Day must be a date, such as 2026-01-31."],
        "Account": ["Account must be an identifier."],
        "Numbers": ["Element 1: Numbers must be at most 9.", "Element 2: Numbers must be a whole number."],
        "Place": [
            "Place has no attribute Nmber. Did you mean Number?",
            "Street can have 10 characters at most; this has 13.",
        ],
        "Places": ["Places must be a list."],
    }
    answer = call(app, "Add", Amount=-1001)
    assert answer.json["errors"] == {
        "AccountId": ["Choose an accountId."],
        "Amount": ["Amount must be at least -1000."],
    }


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"[]", 400, "The body must be a JSON object."),
        (b'{"Text": [', 400, "The body is not valid JSON (line 1)."),
        (b'{"Place": {"Number": 1, "Number": 2}}', 400, "Number is given twice."),
        (b'{"Numbers": [' + b"1," * 100_000 + b"1]}", 400, "The body has more than 100000 values."),
        (b'{"Numbers": ' + b"[" * 100_000, 400, "The body is not valid JSON (line 1)."),
    ],
)
def test_bodies_that_are_no_inputs(app: App, body: bytes, status: int, says: str) -> None:
    answer = app.request("POST", "/api/Echo", body)
    assert (answer.status, answer.json["detail"]) == (status, says)


def test_only_post_and_only_from_the_own_site(app: App) -> None:
    answer = app.request("GET", "/api/Echo")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert answer.json["detail"] == "Echo is an action: it is called by POST."
    assert app.request("POST", "/api/Echo", {}, {"Sec-Fetch-Site": "cross-site"}).status == 403
    assert app.request("POST", "/api/Echo", b"{}", {"Content-Type": "text/plain"}).status == 415


def test_unknown_names_suggest_entities_and_actions(app: App) -> None:
    assert app.request("POST", "/api/Acount", {}).json["detail"].endswith("Acount. Did you mean Account?")
    answer = app.request("POST", "/api/Opn", {})
    assert (answer.status, answer.json["detail"]) == (404, "There is no entity or action Opn. Did you mean Open?")
    assert app.request("POST", "/api/Hidden", {}).status == 404
    assert app.request("POST", "/api/Echo/1", {}).status == 404


def test_a_refusal_undoes_everything_and_has_its_code(app: App) -> None:
    name = new_name()
    answer = call(app, "OpenAndRaise", Name=name, At="Name")
    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = {"code": "Wrong", "detail": f"Not {name}", "errors": {"Name": [f"Not {name}"]}, "title": "Refused"}
    assert told.items() <= answer.json.items()
    assert "errors" not in call(app, "OpenAndRaise", Name=name).json
    assert name not in names(app)


def test_rules_of_attributes_refuse(app: App) -> None:
    account = opened(app)
    missing = call(app, "Open")
    assert missing.json["code"] == "Refused"
    assert missing.json["errors"] == {"Name": ["Enter a name."]}
    low = call(app, "Add", AccountId=account, Amount=-51)
    assert (low.json["code"], low.json["detail"]) == ("Refused", "Balance must be at least -50.")
    assert "errors" not in low.json, "no input is called Balance"
    assert app.request("GET", f"/api/Account/{account}").json["Balance"] == "0"
    gone = call(app, "Add", AccountId=account + 1_000_000, Amount=1)
    told = "There is no such account. It may have been deleted."
    assert (gone.status, gone.json["code"], gone.json["detail"]) == (422, "NotFound", told)
    assert call(app, "Close", AccountId=account + 1_000_000).json["code"] == "NotFound"


def test_inputs_of_inner_calls_are_checked(app: App) -> None:
    answer = call(app, "AddTooMuch", AccountId=opened(app))
    assert (answer.json["code"], answer.json["detail"]) == ("Refused", "Amount must be at least -1000.")
    assert "errors" not in answer.json, "it has no input Amount"


def test_a_row_that_others_refer_to_is_protected(app: App) -> None:
    account = opened(app)
    app.request("POST", "/api/Person", {"Name": "Ann", "Account": account})
    answer = call(app, "Close", AccountId=account)
    assert answer.json["code"] == "Protected"
    assert answer.json["detail"].startswith("This account can't be deleted: 1 person record refers to it.")


def test_what_is_handled_is_undone_and_what_was_before_stays(app: App) -> None:
    first, taken = new_name(), new_name()
    call(app, "Open", Name=taken)
    answer = call(app, "OpenTwo", Name=first, Other=taken)
    assert answer.json == {"Told": "Refused: There is already an account with this name."}
    assert {f"{first}!"} == {name for name in names(app) if name.startswith(first)}
    assert call(app, "OpenTwo", Name=new_name(), Other=new_name()).json == {"Told": None}


def test_a_calculation_in_the_database_overflows(app: App) -> None:
    assert call(app, "Multiply", By=2).json == {"Result": -1}
    assert "Factor" not in names(app), "its handler has undone it"
    assert call(app, "Multiply", By=1).json == {"Result": 2147483647}


def test_settings_are_those_of_the_stage(app: App) -> None:
    assert call(app, "Rate").json == {"Rate": "80", "Note": None}
    other = App(app.folder, app.environment).start(ODC_SETTING_HourlyRate="95.5", ODC_SETTING_Note="for\nall")
    try:
        assert call(other, "Rate").json == {"Rate": "95.5", "Note": "for\nall"}
    finally:
        other.stop()


def test_calls_end_100_deep(app: App) -> None:
    assert call(app, "Deep", Levels=100).status == 200
    answer = call(app, "Deep", Levels=101)
    assert (answer.status, answer.json["detail"]) == (500, "The app made a mistake; it is in its log.")


def test_a_fault_has_a_trace_and_the_log_tells_where(app: App) -> None:
    """Of a process of its own: its whole log is read when it has ended."""
    name = new_name()
    other = App(app.folder, app.environment).start()
    answer = call(other, "Fault", Name=name)
    log = other.stop()
    assert answer.status == 500
    assert re.fullmatch("[0-9a-f]{16}", answer.json["trace"])
    (line,) = (line for line in log.splitlines() if answer.json["trace"] in line)
    assert "POST /api/Fault" in line
    assert "in Fault at app.yaml:41: NotSupportedException: not foreseen\\u000aat all" in line
    assert name not in log
    assert name not in names(app)


@pytest.mark.parametrize("action", ["SlowQuery", "SlowLoop"])
def test_an_action_ends_with_its_time(app: App, action: str) -> None:
    name = new_name()
    answer = call(app, action, Name=name)
    assert answer.status == 503
    assert answer.json["detail"] == f"{action} hasn't ended within 1 second, and was undone. Try again in a moment."
    assert "Retry-After" in answer.headers
    assert name not in names(app)
    assert call(app, "Open", Name=name).status == 200, "nothing holds the name"


def test_rows_beyond_the_memory_are_refused(app: App) -> None:
    assert call(app, "Many", Rows=20_000, Length=100).json == {"Count": 20_000}
    answer = call(app, "Many", Rows=1_000_000_000, Length=1000)
    assert answer.status == 413
    assert "which is all that this app's memory allows. It was undone." in answer.json["detail"]
    assert call(app, "Many", Rows=20_000, Length=100).json == {"Count": 20_000}


@pytest.fixture(scope="module")
def document(app: App) -> Any:
    return app.request("GET", "/_odc/openapi.json").json


def test_the_openapi_document_has_every_endpoint_and_no_other_action(document: Any) -> None:
    components, paths = document["components"], document["paths"]
    known = {f"#/components/{kind}/{name}" for kind in components for name in components[kind]}
    assert set(references(document)) <= known
    assert {f"/api/{name}" for name in ACTIONS} <= paths.keys()
    assert "/api/Hidden" not in paths
    assert paths["/api/Add"].keys() == {"post"}
    post = paths["/api/Add"]["post"]
    assert post["operationId"] == "CallAdd"
    assert {"200", "400", "403", "413", "415", "422", "503", "504", "507"} <= post["responses"].keys()
    assert {"code", "trace"} <= components["schemas"]["Problem"]["properties"].keys()


def test_the_openapi_document_types_inputs_and_outputs(document: Any) -> None:
    schemas = document["components"]["schemas"]
    given = schemas["Add.Inputs"]
    assert (given["required"], given["additionalProperties"]) == (["AccountId"], False)
    assert given["properties"]["Amount"]["anyOf"][1]["minimum"] == -1000
    answered = schemas["Add.Outputs"]
    assert (answered["required"], answered["properties"]["Balance"]["type"]) == (["Balance"], ["string", "null"])
    inputs, outputs = schemas["Echo.Inputs"]["properties"], schemas["Echo.Outputs"]["properties"]
    assert (inputs["Numbers"]["type"], inputs["Numbers"]["items"]["maximum"]) == (["array", "null"], 9)
    assert (outputs["Numbers"]["type"], outputs["Numbers"]["items"]["type"]) == ("array", ["integer", "null"])
    place = schemas["Place.Structure.Input"]
    assert (place["properties"]["Number"]["default"], place["additionalProperties"]) == (1, False)
    assert inputs["Place"]["anyOf"][0] == {"$ref": "#/components/schemas/Place.Structure.Input"}
    assert outputs["Places"]["items"]["anyOf"][0] == {"$ref": "#/components/schemas/Place.Structure"}
    assert schemas["Place.Structure"]["required"] == ["Street", "Number"]
    assert outputs["Bytes"]["contentEncoding"] == "base64"
