"""Server actions as C#: what is printed of each kind of step, which names it has, and what a change touches."""

from __future__ import annotations

import re
from textwrap import dedent, indent

import pytest

from odcpub.compiler.compile import compile_app, compile_library
from odcpub.compiler.drafts import Compiled
from odcpub.compiler.reuse import Reuse
from odcpub.model.elements import Library, VerifiedAsset
from tests.logic_asset import DESK_TEXT, LIBRARIES, MONEY, verified

ELEMENTS, ACTIONS = DESK_TEXT.split("server_actions:\n")


def app(actions: str, elements: str = ELEMENTS) -> VerifiedAsset:
    return verified(elements + "server_actions:\n" + indent(dedent(actions), "  "), LIBRARIES)


def texts(compiled: Compiled) -> dict[str, str]:
    return {one.name: "\n".join(source.text for source in one.sources) for one in compiled.assemblies}


def method(steps: str, head: str = "") -> str:
    """The C# of an action's steps, without places; ``head``: its other keys."""
    action = f"Act:\n{indent(dedent(head), '  ')}\n  do:\n{indent(dedent(steps), '    ')}"
    text = texts(compile_app(app(action), LIBRARIES))["app.Actions00"]
    beginning = text.index("        {\n", text.index(" Run(ActionRun")) + len("        {\n")
    found = text[beginning : text.index("\n        }\n", beginning)]
    return dedent(re.sub(r"#line .*\n", "", found + "\n"))


def many(count: int, changed: int = -1) -> VerifiedAsset:
    """Actions that each call the next one; ``changed``: the number of one that computes something else."""
    return app(
        "".join(
            f"Act{i}:\n"
            "  inputs: { Value: { type: Integer } }\n"
            "  outputs: { Result: { type: Integer } }\n"
            "  do:\n"
            f"    - set: {{ Result: Value + {2 if i == changed else 1} }}\n"
            + (f"    - call: Act{i + 1}\n      with: {{ Value: 1 }}\n" if i + 1 < count else "")
            for i in range(count)
        )
    )


def test_the_same_model_gives_the_same_text() -> None:
    assert texts(compile_app(many(50), LIBRARIES)) == texts(compile_app(many(50), LIBRARIES))


def test_an_action_that_changes_changes_its_own_unit_alone() -> None:
    before, after = (texts(compile_app(many(100, changed), LIBRARIES)) for changed in (-1, 7))
    assert len([name for name in before if name.startswith("app.Actions")]) == 8
    (changed,) = (name for name in before if before[name] != after[name])
    assert changed.startswith("app.Actions")


def test_what_was_printed_before_is_taken_over() -> None:
    reuse = Reuse()
    asset = many(40)
    first, second = (compile_app(asset, LIBRARIES, reuse).assemblies for _ in range(2))
    assert all(one is other for one, other in zip(first, second, strict=True) if one.name != "app.Structures")
    assert texts(compile_app(many(40, 3), LIBRARIES, reuse)) == texts(compile_app(many(40, 3), LIBRARIES))


def test_an_attribute_that_an_action_does_not_use_is_not_its_affair() -> None:
    more = ELEMENTS.replace("Due:      { type: Date }", "Due:      { type: Date }\n      Note: { type: Text }")
    one, other = (texts(compile_app(app(ACTIONS, elements), LIBRARIES)) for elements in (ELEMENTS, more))
    lines = [re.sub("#line .*", "", found["app.Actions00"]) for found in (one, other)]
    assert lines[0] == lines[1]
    assert one["app.Unit00"] != other["app.Unit00"]


def test_units_refer_to_what_they_name_and_to_no_other_unit() -> None:
    found = {one.name: one.references for one in compile_app(app(ACTIONS), LIBRARIES).assemblies}
    assert found["app.Actions00"] == ("Odcpub.Runtime", "app.Structures", "Library.Money")
    assert {one.references for one in compile_app(many(40), LIBRARIES).assemblies if "Actions" in one.name} == {
        ("Odcpub.Runtime",)
    }


def test_a_library_of_a_library_is_called_from_it() -> None:
    trade = verified(
        dedent("""\
            library: Trade
            key: 5f5b7a53-6c0e-4a53-8d4c-6bb9f8f2a003
            uses: { Money: "^1.0" }
            server_actions:
              Pay:
                inputs: { Due: { type: Money.Amount } }
                outputs: { Paid: { type: Money.Amount } }
                do:
                  - call: Money.InEuro
                    with: { Value: Due.Value }
                    into: { Made: Paid }
            """),
        LIBRARIES,
    )
    (assembly,) = compile_library(trade, LIBRARIES).assemblies
    assert assembly.references == ("Odcpub.Runtime", "Library.Money")
    call = "(Paid, _) = await Money.InEuro.Run(run, Due?.Value);"
    assert call in assembly.sources[1].text
    through = Library(trade, "1.0.0", 2, "sha256:" + "1" * 64, (LIBRARIES["Money"],))
    actions = "Act:\n  do:\n    - call: Trade.Pay\n      into: Paid\n    - call: Trade.Pay\n      with: { Due: Paid }\n"
    head = ELEMENTS.replace('Money: "^1.0"', 'Money: "^1.0", Trade: "^1.0"')
    used = {"Trade": through, **LIBRARIES}
    asset = verified(head + "server_actions:\n" + indent(actions, "  "), used)
    unit = next(one for one in compile_app(asset, used).assemblies if "Actions" in one.name)
    assert unit.references == ("Odcpub.Runtime", "Library.Money", "Library.Trade")


def test_an_assets_own_actions_are_called_through_the_catalog_and_itself_directly() -> None:
    found = texts(compile_app(many(2), LIBRARIES))["app.Actions00"]
    assert 'await run.Method<Func<ActionRun, int?, Task<int?>>>("Act1")(run, 1);' in found
    again = method(
        "- if: In = 1\n  then:\n    - call: Act\n      with: { In: In + 1 }", "inputs: { In: { type: Integer } }"
    )
    assert "await Run(run, Numbers.Add(In, 1));" in again


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("- end\n- set: { Out: 1 }", ["return Task.FromResult<int?>(Out);"]),
        (
            "- if: Out = 1\n  then: [end]\n  else: [end]",
            ["if (Out == 1)", "{", "    return Task.FromResult<int?>(Out);", "}"],
        ),
        ("- raise: '\"No\"'", ['throw run.Refusal("No");']),
        ("- raise: '\"No\"'\n  at: In", ['throw run.Refusal("No", "", "In");']),
        ("- set: { Out: In, In: NoValue() }", ["Out = In;", "In = null;", "return Task.FromResult<int?>(Out);"]),
    ],
)
def test_steps_without_rows(steps: str, expected: list[str]) -> None:
    found = method(steps, "inputs: { In: { type: Integer } }\noutputs: { Out: { type: Integer } }")
    lines = found.split("\n")
    assert lines[:2] == ['using var call = run.Enter("Act");', "int? Out = null;"]
    assert lines[2 : 2 + len(expected)] == expected
    assert found.count("Task.FromResult") <= 2


GET = "- get: Ticket\n  where: Ticket.Id = Id\n  as: Found\n"
ID = "inputs: { Id: { type: Ticket Identifier } }\noutputs: { Out: { type: Text } }"


def test_a_row_that_may_be_missing_is_read_with_care() -> None:
    assert "Out = Found.Subject;" in method(GET + "- set: { Out: Found.Subject }", ID)
    optional = GET.replace("as:", "optional: true\n  as:")
    assert "Out = Found?.Subject;" in method(optional + "- set: { Out: Found.Subject }", ID)
    assert "Found?.Id, Found?.Changes() ?? []" in method(optional + "- set: { Found.Fee: 1 }\n- update: Found", ID)
    assert "Found = (Found ?? new TicketRow(null, null)) with { Fee = 1 };" in method(
        optional + "- set: { Found.Fee: 1 }\n- update: Found", ID
    )


def test_members_are_set_together_unless_one_needs_another() -> None:
    together = method(GET + "- set: { Found.Fee: 1, Found.Hours: 2 }\n- update: Found", ID)
    assert "Found = Found with { Fee = 1, Hours = 2 };" in together
    needed = method(GET + "- set: { Found.Fee: 1, Found.Hours: Found.Fee }\n- update: Found", ID)
    assert "Found = Found with { Fee = 1 };\nFound = Found with { Hours = Found.Fee };\n" in needed


def test_a_row_that_is_updated_twice_knows_what_was_saved() -> None:
    update = "- set: { Found.Fee: 1 }\n- update: Found\n"
    assert "AsSaved" not in method(GET + update, ID)
    assert method(GET + update + update, ID).count("Found = Found.AsSaved();") == 2
    loop = f"- query: Customer\n  maximum: 3\n  as: All\n- for_each: All\n  as: One\n  do:\n{indent(update, '    ')}"
    assert "Found = Found.AsSaved();" in method(GET + loop, ID)


def test_variables_of_blocks_beside_one_another_may_have_one_name() -> None:
    branch = f"- if: Out = NoValue()\n  then:\n{indent(GET, '    ')}    - set: {{ Out: Found.Subject }}\n"
    found = method(branch + branch.replace("Ticket\n", "Ticket\n") + GET + "- set: { Out: Found.Subject }", ID)
    assert [line.strip() for line in found.split("\n") if "await run.Get" in line] == [
        'var Found2 = await run.Get("Ticket", """',
        'var Found2 = await run.Get("Ticket", """',
        'var Found = await run.Get("Ticket", """',
    ]


def test_only_attributes_that_are_used_are_read() -> None:
    asset = app(f"Act:\n{indent(ID, '  ')}\n  do:\n{indent(GET, '    ')}")
    text = texts(compile_app(asset, LIBRARIES))["app.Actions00"]
    assert "private sealed record TicketRow(long? Id)" in text
    assert 'SELECT t."id"::bigint\n' in text
    assert 'FROM "issue" t\n' in text, "by its first name"


def test_an_elements_of_a_loop_that_is_set_is_a_copy() -> None:
    loop = "- for_each: Words\n  as: One\n  do:\n    - set: { One: One + Out, Out: One }"
    found = method(loop, "inputs: { Words: { type: Text List } }\noutputs: { Out: { type: Text } }")
    assert "foreach (var each in Words)\n{\n    run.Check();\n    var One = each;\n" in found


def test_a_loop_gives_its_elements_to_a_variable_from_before() -> None:
    head = "inputs: { Words: { type: Text List } }\noutputs: { Out: { type: Text } }"
    assert "    Out = each;" in method("- { for_each: Words, as: Out, do: [] }", head).splitlines()
    within = "- { for_each: Words, as: One, do: [{ for_each: Words, as: One, do: [{ set: { Out: One } }] }] }"
    text = method(within, head)
    assert "    var One = each;" in text.splitlines(), "C# sets no variable of foreach"
    assert "        One = each2;" in text.splitlines()


def test_handlers_go_back_to_what_was_before_only_where_there_was_a_change() -> None:
    handler = "on_error:\n  - do:\n      - set: { Out: 1 }\n"
    out = "outputs: { Out: { type: Integer } }\n"
    assert "mark" not in method("- set: { Out: 2 }", out + handler)
    changed = method("- create: Customer\n  with: { Name: '\"Ann\"' }", out + handler)
    assert (
        "run.Release(mark);\n}\ncatch (Refusal)\n{\n    await run.Undo(mark);\n    Out = 1;\n}\nreturn Out;" in changed
    )


def test_a_librarys_actions_are_public_and_describe_nothing() -> None:
    (assembly,) = compile_library(MONEY, {}).assemblies
    text = assembly.sources[1].text
    assert "public static class Round\n" in text
    assert "Describe" not in text
    assert 'run.Enter("Money.Round")' in text


def test_what_is_called_like_a_library_or_an_action_does_not_hide_it() -> None:
    asset = app("Money:\n  outputs: { Fee: { type: Currency } }\n  do:\n    - call: Money.Round\n      into: Fee\n")
    text = texts(compile_app(asset, LIBRARIES))["app.Actions00"]
    assert "Fee = await global::Odcpub.Libraries.Money.Round.Run(run, null);" in text
    assert "using Money" not in text
    library = verified(
        dedent("""\
            library: Trade
            key: 5f5b7a53-6c0e-4a53-8d4c-6bb9f8f2a003
            server_actions:
              Pay: { outputs: { Out: { type: Integer } }, do: [set: { Out: 1 }] }
              Buy:
                outputs: { Pay: { type: Integer } }
                do:
                  - call: Pay
                    into: Pay
            """),
        {},
    )
    assert "Pay2 = await Pay.Run(run);" in compile_library(library, {}).assemblies[0].sources[1].text
