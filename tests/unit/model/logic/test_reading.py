"""Actions as they are read: their variables, names, limits, and what only their own file shows."""

import pytest

from odcpub.model.elements import Basic, DataType
from odcpub.model.logic.steps import MAX_INPUTS, MAX_NESTING, MAX_STEPS
from tests.unit.model.models import HEAD, examined, problems

APP = (
    HEAD
    + "entities: { Ticket: { attributes: { Name: { type: Text } } } }\n"
    + "structures: { Place: { attributes: { X: { type: Text } } } }\n"
)
ACT = APP + "server_actions:\n  Act:\n    "


def action(*lines: str) -> str:
    return ACT + "\n    ".join(lines) + "\n"


def inputs(text: str, steps: str = "do: [end]") -> str:
    return action(f"inputs: {{ {text} }}", steps)


# (what, text of a.yaml, (code, line, column, element), a piece of message or hint)
CASES = [
    ("no do", action("description: x"), ("M102", 6, 3, "server_actions.Act"), "'do'"),
    ("nothing", ACT, ("M102", 6, 3, "server_actions.Act"), "'do'"),
    ("misspelt key", action("input: {}", "do: []"), ("M101", 7, 5, "server_actions.Act"), "did you mean inputs?"),
    ("a list", APP + "server_actions: [Act]\n", ("M103", 5, 17, ""), "mapping of names"),
    ("no name", APP + "server_actions: { 5: { do: [] } }\n", ("M201", 5, 19, "server_actions.5"), "letter"),
    ("key of another shape", action("key: 5", "do: []"), ("M103", 7, 10, "server_actions.Act"), "quotes"),
    ("api a text", action("api: yes", "do: []"), ("M103", 7, 10, "server_actions.Act"), "true or false"),
    ("no time", action("timeout: 0", "do: []"), ("M304", 7, 14, "server_actions.Act"), "1 to 60"),
    ("too much time", action("timeout: 61", "do: []"), ("M304", 7, 14, "server_actions.Act"), "1 to 60"),
    ("time as a text", action("timeout: 10s", "do: []"), ("M103", 7, 14, "server_actions.Act"), "whole number"),
    ("input without type", inputs("A: {}"), ("M102", 7, 15, "server_actions.Act.inputs.A"), "'type'"),
    ("input as a word", inputs("A: Text"), ("M103", 7, 18, "server_actions.Act.inputs.A"), "{ type: Text }"),
    ("input's type", inputs("A: { type: Txt }"), ("M301", 7, 26, "server_actions.Act.inputs.A"), "did you mean Text"),
    (
        "input of rows",
        inputs("A: { type: Ticket }"),
        ("M301", 7, 26, "server_actions.Act.inputs.A"),
        "did you mean Ticket Identifier?",
    ),
    (
        "input of many rows",
        inputs("A: { type: Ticket List }"),
        ("M301", 7, 26, "server_actions.Act.inputs.A"),
        "did you mean Ticket Identifier List?",
    ),
    (
        "a list of lists",
        inputs("A: { type: Text List List }"),
        ("M302", 7, 26, "server_actions.Act.inputs.A"),
        "no lists of lists",
    ),
    (
        "a list's default",
        inputs("A: { type: Text List, default: x }"),
        ("M306", 7, 46, "server_actions.Act.inputs.A"),
        "it begins empty",
    ),
    (
        "a list's length",
        inputs("A: { type: Text List, length: 5 }"),
        ("M303", 7, 45, "server_actions.Act.inputs.A"),
        "length is not for Text List",
    ),
    (
        "a structure's length",
        inputs("A: { type: Place, length: 5 }"),
        ("M303", 7, 41, "server_actions.Act.inputs.A"),
        "length is not for the structure Place",
    ),
    (
        "a key of attributes",
        inputs("A: { type: Text, key: B }"),
        ("M101", 7, 32, "server_actions.Act.inputs.A"),
        "an input has no key 'key'",
    ),
    (
        "a limit of an output",
        action("outputs: { A: { type: Text, length: 5 } }", "do: [set: { A: '\"x\"' }]"),
        ("M101", 7, 33, "server_actions.Act.outputs.A"),
        "an output has no key 'length'",
    ),
    (
        "a mandatory local",
        action("locals: { A: { type: Text, mandatory: true } }", "do: [end]"),
        ("M101", 7, 32, "server_actions.Act.locals.A"),
        "a local variable has no key 'mandatory'",
    ),
    (
        "a default that names another",
        inputs("A: { type: Integer, default: =B + 1 }"),
        ("M307", 7, 45, "server_actions.Act.inputs.A"),
        "there is no B",
    ),
    (
        "a default of another type",
        inputs("A: { type: Integer, default: x }"),
        ("M306", 7, 44, "server_actions.Act.inputs.A"),
        "whole number",
    ),
    (
        "an input called like an entity",
        inputs("Ticket: { type: Text }"),
        ("M202", 7, 15, "server_actions.Act"),
        "that is an entity",
    ),
    (
        "an input called like a structure",
        inputs("place: { type: Text }"),
        ("M202", 7, 15, "server_actions.Act"),
        "that is a structure",
    ),
    (
        "an input called Error",
        inputs("Error: { type: Text }"),
        ("M202", 7, 15, "server_actions.Act.inputs.Error"),
        "on_error",
    ),
    (
        "an input called like a word",
        inputs("not: { type: Text }"),
        ("M202", 7, 15, "server_actions.Act.inputs.not"),
        "a word of expressions",
    ),
    (
        "two variables of one name",
        action("inputs: { A: { type: Text } }", "outputs: { a: { type: Text } }", "do: [set: { a: A }]"),
        ("M203", 8, 16, "server_actions.Act.outputs.a"),
        "first at a.yaml:7:15",
    ),
    ("steps of a mapping", action("do: { end: }"), ("M103", 7, 9, "server_actions.Act"), "a list of steps"),
    (
        "steps of a mapping with a dash",
        action("do:", "- end: true"),
        ("M701", 8, 7, "server_actions.Act"),
        "write - end",
    ),
    ("on_error a mapping", action("do: []", "on_error: { do: [] }"), ("M103", 8, 15, "server_actions.Act"), "list"),
    (
        "on_error of steps",
        action("do: []", "on_error: [end]"),
        ("M103", 8, 16, "server_actions.Act"),
        "a list of mappings",
    ),
    ("on_error without do", action("do: []", "on_error: [{}]"), ("M102", 8, 16, "server_actions.Act"), "'do'"),
    (
        "on_error with a step",
        action("do: []", "on_error: [{ do: [], raise: x }]"),
        ("M101", 8, 26, "server_actions.Act"),
        "put steps under do",
    ),
    (
        "a code that nothing raises",
        action("do: [{ raise: '\"x\"', code: Closed }]", "on_error: [{ code: Cloesd, do: [] }]"),
        ("M711", 8, 24, "server_actions.Act"),
        "did you mean Closed?",
    ),
    (
        "the same refusals again",
        action("do: []", "on_error: [{ do: [] }, { code: Index, do: [] }]"),
        ("M711", 8, 28, "server_actions.Act"),
        "never reached",
    ),
    ("an input that nothing uses", inputs("A: { type: Text }"), ("M712", 7, 15, "server_actions.Act"), "the input A"),
    (
        "a local that is only set",
        action("locals: { A: { type: Text } }", "do: [set: { A: '\"x\"' }]"),
        ("M712", 7, 15, "server_actions.Act"),
        "the local A is set, and nothing uses it",
    ),
    (
        "an output that nothing sets",
        action("outputs: { A: { type: Text } }", "do: []"),
        ("M713", 7, 16, "server_actions.Act"),
        "nothing sets the output A",
    ),
    (
        "an action called like an entity",
        APP + "server_actions: { ticket: { do: [] } }\n",
        ("M203", 5, 19, "server_actions.ticket"),
        "differ in case alone",
    ),
    (
        "two actions of one name",
        APP + "server_actions: { A: { do: [] }, a: { do: [] } }\n",
        ("M203", 5, 34, "server_actions.a"),
        "differ in case alone",
    ),
    (
        "two actions of one first name",
        APP + "server_actions: { A: { do: [] }, B: { key: A, do: [] } }\n",
        ("M204", 5, 34, "server_actions.B"),
        "both the element first called A",
    ),
    (
        "an attribute that is a list",
        HEAD + "entities: { A: { attributes: { X: { type: Text List } } } }\n",
        ("M302", 3, 43, "entities.A.attributes.X"),
        "an entity cannot hold a list",
    ),
    (
        "a setting that is a list",
        HEAD + "settings: { X: { type: Text List } }\n",
        ("M302", 3, 24, "settings.X"),
        "Text List",
    ),
]


@pytest.mark.parametrize(("text", "where", "says"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_wrong_action_has_exactly_this_problem(text: str, where: tuple[str, int, int, str], says: str) -> None:
    found = problems(text)
    assert [(one.code, one.place and (one.place.line, one.place.column), one.element) for one in found] == [
        (f"ODC-{where[0]}", where[1:3], where[3])
    ]
    assert says in found[0].message or says in found[0].hint


def test_limits_of_an_action_hold_and_are_told_once() -> None:
    many = ", ".join(f"I{n}: {{ type: Integer }}" for n in range(MAX_INPUTS + 1))
    used = " + ".join(f"I{n}" for n in range(MAX_INPUTS + 1))
    text = action(f"inputs: {{ {many} }}", "outputs: { A: { type: Integer } }", f"do: [set: {{ A: {used} }}]")
    assert [one.message for one in problems(text)] == ["16 inputs, and 15 are the most"]
    steps = action("outputs: { A: { type: Integer } }", "do:", *["- set: { A: 1 }"] * (MAX_STEPS + 5))
    assert [one.message for one in problems(steps)] == ["the action has more than 1,000 steps"]
    assert problems(action("outputs: { A: { type: Integer } }", "do:", *["- set: { A: 1 }"] * MAX_STEPS)) == ()


def test_a_step_has_a_thousand_members_at_most() -> None:
    cases = ", ".join(["{ when: True, do: [] }"] * 1_001)
    (problem,) = problems(action(f"do: [switch: [{cases}]]"))
    assert problem.message == "switch has 1,001 members, and 1,000 are the most"


def test_steps_may_stand_twenty_blocks_deep() -> None:
    def nested(deep: int) -> str:
        return action("do: " + "[if: True, then: ".replace("[", "[{ ") * (deep - 1) + "[end]" + " }]" * (deep - 1))

    assert problems(nested(MAX_NESTING)) == ()
    assert [one.message for one in problems(nested(MAX_NESTING + 1))] == ["steps stand more than 20 blocks deep"]


def test_the_types_of_variables() -> None:
    text = action(
        "inputs:",
        "  A: { type: Ticket Identifier List, mandatory: true }",
        "  B: { type: Place List }",
        "  C: { type: Text, length: 5 }",
        "outputs: { D: { type: Decimal } }",
        "locals: { E: { type: Integer, default: =2 * 3 } }",
        "do: [set: { D: A.Length + B.Length + Length(C) + E }]",
    )
    asset, problems = examined(text, {})
    assert asset and not problems
    (act,) = asset.server_actions
    assert [one.type for one in act.inputs] == [
        DataType(Basic.IDENTIFIER, target="Ticket", target_key="Ticket", many=True),
        DataType(Basic.STRUCTURE, target="Place", target_key="Place", many=True),
        DataType(Basic.TEXT, length=5),
    ]
    assert act.inputs[0].mandatory
    assert act.outputs[0].type == DataType(Basic.DECIMAL, digits=28, decimals=8)
    assert act.locals[0].default == 6
    assert (act.timeout, act.api, act.key) == (10, False, "Act")
