"""Calls of server actions: what the app is sent, and what its answers mean."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from odcpub.deployment.stages import Purpose, Stage
from odcpub.engines.published import Reply
from odcpub.errors import EngineError, Missing, OdcpubError, Refused, TemporaryEngineError, UsageError
from odcpub.model.elements import Attribute, Basic, DataType, ServerAction
from odcpub.operations import calling
from odcpub.operations.calling import Called, call

ADDRESS = "http://127.0.0.1:8100"


def an_input(name: str, basic: Basic, many: bool = False) -> Attribute:
    return Attribute(name, name, DataType(basic, many=many))


INPUTS = (
    an_input("Hours", Basic.DECIMAL), an_input("Urgent", Basic.BOOLEAN), an_input("Tags", Basic.TEXT, many=True),
    an_input("Place", Basic.STRUCTURE), an_input("Flags", Basic.BOOLEAN, many=True),
)  # fmt: skip
MODEL = SimpleNamespace(server_actions=(ServerAction("CloseTicket", "CloseTicket", INPUTS, timeout=20),))


class World:
    """An app that runs, and what it answers."""

    def __init__(self) -> None:
        self.reply = Reply(200, {"Fee": "120"})
        self.there: Any = SimpleNamespace(address=ADDRESS)
        self.model: Any = MODEL
        self.sent: list[tuple[str, str, Any, float]] = []
        runner = SimpleNamespace(running=lambda *_: self.there)
        self.platform: Any = SimpleNamespace(engines=lambda: SimpleNamespace(runner=runner))

    def post(self, address: str, path: str, content: object, seconds: float) -> Reply:
        self.sent.append((address, path, content, seconds))
        return self.reply

    def call(self, **values: str) -> Any:
        return call(self.platform, Called("helpdesk", "CloseTicket", values=values, inputs={"Hours": 1, "Note": "a"}))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    stage = Stage("Development", "development", Purpose.NON_PRODUCTION, 1)
    asset = SimpleNamespace(name="Helpdesk", label="helpdesk", key="k")
    monkeypatch.setattr(calling.requests, "app", lambda *_: asset)
    monkeypatch.setattr(calling, "asset_stages", lambda *_: [stage])
    monkeypatch.setattr(calling, "running", lambda *_: made.model)
    monkeypatch.setattr(calling, "post", made.post)
    return made


def test_texts_are_read_by_the_types_of_the_inputs(world: World) -> None:
    answer = world.call(Urgent="True", Tags='["a"]', Place="{}", Hours="1.5", Huors="2", Flags="")
    assert answer == {
        "asset": "Helpdesk", "stage": "Development", "action": "CloseTicket", "outputs": {"Fee": "120"},
        "refusal": None,
    }  # fmt: skip
    given = {
        "Hours": "1.5", "Note": "a", "Urgent": True, "Tags": ["a"], "Place": {}, "Huors": "2", "Flags": None
    }  # fmt: skip
    assert world.sent == [(ADDRESS, "/api/CloseTicket", given, 35)]
    world.call(Urgent="maybe")
    assert world.sent[-1][2]["Urgent"] == "maybe", "the app tells it"


def test_numbers_in_json_keep_all_their_digits(world: World) -> None:
    world.call(Tags="[12345678901234567.12]", Place='{"Part": 1.00000000000000000001}')
    given = world.sent[0][2]
    assert (given["Tags"], given["Place"]) == (["12345678901234567.12"], {"Part": "1.00000000000000000001"})


@pytest.mark.parametrize("value", [1.5, [1, 2.5], {"Amount": {"Value": 0.1}}])
def test_a_number_that_json_may_have_rounded_is_refused(value: object, world: World) -> None:
    with pytest.raises(UsageError, match="Hours: a number with decimals loses digits on its way"):
        call(world.platform, Called("helpdesk", "CloseTicket", inputs={"Hours": value}))
    assert world.sent == []


def test_a_list_that_is_not_json_is_told_with_an_example(world: World) -> None:
    with pytest.raises(UsageError, match="Tags: is not JSON") as told:
        world.call(Tags="a, b")
    assert told.value.hint == "write it so: Tags='[1, 2]'"
    assert not world.sent


def test_a_refusal_is_an_answer(world: World) -> None:
    world.reply = Reply(422, {"code": "Wrong", "detail": "No", "errors": {"Hours": ["No"]}})
    assert world.call()["refusal"] == {"code": "Wrong", "message": "No", "errors": {"Hours": ["No"]}}
    world.reply = Reply(422, {"detail": "No"})
    assert world.call()["refusal"] == {"code": "", "message": "No", "errors": {}}


@pytest.mark.parametrize(
    ("reply", "kind", "message", "hint"),
    [
        (Reply(404, {"detail": "There is no"}), Refused, "has no endpoint", "give the action api: true, and publish"),
        (Reply(413, {"detail": "Too large."}), UsageError, "Too large.", "odcpub call --help"),
        (Reply(503, {"detail": "Away."}), TemporaryEngineError, "Away.", "run the same command again"),
        (Reply(504, {"detail": "Unsure."}), EngineError, "Unsure.", "odcpub status"),
        (
            Reply(500, {"detail": "A mistake.", "trace": "12ab"}), EngineError, "A mistake.",
            "look for 12ab in the app's log: docs/operations.md says where it is",
        ),
    ],
)  # fmt: skip
def test_what_is_no_answer_of_the_action_is_told(
    reply: Reply, kind: type[OdcpubError], message: str, hint: str, world: World
) -> None:
    world.reply = reply
    with pytest.raises(kind) as told:
        world.call()
    assert (told.value.message, told.value.hint) == (f"Helpdesk (Development): CloseTicket: {message}", hint)


def test_an_action_that_is_not_there_suggests_another(world: World) -> None:
    with pytest.raises(Missing, match="has no server action CloseTickt") as told:
        call(world.platform, Called("helpdesk", "CloseTickt"))
    assert told.value.hint == "did you mean CloseTicket?"
    with pytest.raises(Missing) as told:
        call(world.platform, Called("helpdesk", "Pay"))
    assert told.value.hint == "it has CloseTicket"


@pytest.mark.parametrize(
    ("model", "there"), [(None, None), (MODEL, None), (MODEL, SimpleNamespace(address=""))]
)  # fmt: skip
def test_an_app_that_does_not_run_there_is_told(model: object, there: object, world: World) -> None:
    world.model, world.there = model, there
    with pytest.raises(Refused, match=r"Helpdesk \(Development\): the app does not run there"):
        world.call()
