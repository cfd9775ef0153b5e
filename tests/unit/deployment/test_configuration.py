"""Configuration: which value wins, what is refused, and that secrets stay hidden."""

from __future__ import annotations

from decimal import Decimal

import pytest

from odcpub.deployment.configuration import check_value, parse_stage_file, resolve
from odcpub.errors import UsageError
from odcpub.model.elements import Asset, Basic, DataType, Kind, Setting
from odcpub.store.stages import Values

ASSET = Asset(
    Kind.APP,
    "Helpdesk",
    "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10",
    settings=(
        Setting("HourlyRate", DataType(Basic.CURRENCY), Decimal(80)),
        Setting("Greeting", DataType(Basic.TEXT, length=20), mandatory=True),
        Setting("Open", DataType(Basic.BOOLEAN), True),
        Setting("Since", DataType(Basic.DATE)),
        Setting("MailToken", DataType(Basic.TEXT), secret=True, mandatory=True),
    ),
)


def test_file_wins_over_default_and_command_over_file() -> None:
    parsed = parse_stage_file("settings:\n  HourlyRate: 90.50\n  Open: false\n  Greeting: Hello\n", "stages/qa.yaml")
    resolved = resolve(ASSET, parsed.values, Values({"HourlyRate": "95"}, {"MailToken": "t"}))
    assert resolved.settings == (("Greeting", "Hello"), ("HourlyRate", "95"), ("Open", "false"))
    assert resolved.secrets == (("MailToken", "t"),)
    assert (resolved.missing, resolved.problems) == ((), ())


def test_missing_mandatory_ones_are_listed() -> None:
    assert resolve(ASSET, (), Values()).missing == ("Greeting", "MailToken")


def test_empty_file_gives_the_defaults() -> None:
    for text in ("", "settings:\n", "settings: {}\n", "# nothing\n"):
        parsed = parse_stage_file(text, "stages/qa.yaml")
        assert (parsed.values, parsed.problems) == ((), ())
    assert resolve(ASSET, (), Values()).settings == (("HourlyRate", "80"), ("Open", "true"))


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("HourlyRat: 1", "ODC-D202", "did you mean HourlyRate?"),
        ("HourlyRate: a lot", "ODC-D203", "not a valid Currency"),
        ("Greeting: 95", "ODC-D203", "put quotes around it"),
        ("Greeting: 'much too long for the length'", "ODC-D203", "20 are the most"),
        ("Open: yes", "ODC-D203", "true or false"),
        ("Since: 31.1.2026", "ODC-D203", "2026-01-31"),
        ("MailToken: hunter2", "ODC-D204", "secrets are not allowed in files"),
        ("Greeting: [a]", "ODC-D201", "a single value"),
    ],
)
def test_wrong_value_is_told_with_place_and_reason(line: str, code: str, said: str) -> None:
    parsed = parse_stage_file(f"settings:\n  {line}\n", "stages/qa.yaml")
    (problem,) = (*parsed.problems, *resolve(ASSET, parsed.values, Values()).problems)
    assert problem.code == code
    assert said in f"{problem.message} {problem.hint}"
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == ("stages/qa.yaml", 2)
    assert "hunter2" not in f"{problem!r} {parsed!r}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("setings: {}", "ODC-D201"),
        ("secrets: { MailToken: x }", "ODC-D204"),
        ("timers: {}", "ODC-D205"),
        ("settings: 5", "ODC-D201"),
        ("settings: [", "ODC-M001"),
    ],
)
def test_wrong_form_of_a_stage_file(text: str, code: str) -> None:
    problems = parse_stage_file(text, "stages/qa.yaml").problems
    assert problems
    assert problems[0].code[:5] == code[:5]
    assert problems[0].hint


def test_all_problems_at_once() -> None:
    parsed = parse_stage_file("settings: { HourlyRate: x, Other: 1, MailToken: y }", "stages/qa.yaml")
    assert len(resolve(ASSET, parsed.values, Values({"Since": "soon"})).problems) == 4


def test_value_of_a_setting_that_is_gone_is_passed_over() -> None:
    assert resolve(ASSET, (), Values({"Gone": "1", "Greeting": "Hi"})).problems == ()


def test_secrets_are_in_no_representation() -> None:
    resolved = resolve(ASSET, (), Values({}, {"MailToken": "hunter2"}))
    assert "hunter2" not in repr(resolved)


def test_typed_value_is_checked_and_made_canonical() -> None:
    setting, text = check_value(ASSET, "HourlyRate", " 95.50 ")
    assert (setting.name, text) == ("HourlyRate", "95.5")
    for name, value, said in (("Rate", "1", "no such setting"), ("Since", "now", "not a valid Date")):
        with pytest.raises(UsageError) as caught:
            check_value(ASSET, name, value)
        assert said in caught.value.message
        assert caught.value.hint


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("hush\ahush", "a text cannot hold the character U+0007"),
        ("hush\u202ehush", "a text cannot hold the character U+202E"),
        (" ", "an empty text is no value"),
        ("\u200b \ufeff", "an empty text is no value"),
    ],
)
def test_a_secret_is_refused_by_what_no_secret_is_made_of(value: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_value(ASSET, "MailToken", value)
    assert caught.value.message == f"MailToken: not a valid Text: {said}"
    assert caught.value.hint.endswith("(the value is not shown because it is a secret)")
    (problem,) = resolve(ASSET, (), Values({"Greeting": "Hi"}, {"MailToken": value})).problems
    assert said in problem.message
    assert "hush" not in f"{caught.value.message} {caught.value.hint} {problem}"


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("HourlyRate", "abc", "write a number of at most 8 decimals, such as HourlyRate=12.5"),
        ("Greeting", "x" * 21, "write a text of at most 20 characters, such as Greeting=Hello"),
        ("Open", "maybe", "write true or false, such as Open=true"),
        ("Since", "2026-02-31", "write a date, such as Since=2026-01-31"),
    ],
)
def test_the_hint_of_a_value_that_does_not_fit_says_what_to_write(name: str, value: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_value(ASSET, name, value)
    assert refused.value.hint == hint
    parsed = parse_stage_file(f"settings: {{ {name}: {value} }}", "stages/qa.yaml")
    (problem,) = resolve(ASSET, parsed.values, Values({"Greeting": "Hi"}, {"MailToken": "t"})).problems
    assert problem.hint == hint.replace("=", ": ")
