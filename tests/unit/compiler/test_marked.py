"""Marked text: a template prints nothing else, and nothing but the literal filters marks what comes from a model."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest

from odcpub.compiler import literals, marked
from odcpub.compiler.compile import compile_app
from odcpub.compiler.literals import FILTERS, csharp_comment, csharp_string, html_text, sql_word
from odcpub.compiler.marked import CSharp, Html, Marked, UnmarkedText
from odcpub.compiler.templates import environment
from odcpub.model.elements import Screen, ScreenKind
from tests.helpdesk_asset import HELPDESK, LIBRARIES, TICKET
from tests.own_code import forms, not_own

COMPILER = Path(literals.__file__).parent
HOSTILE = "X\n} class Y {\u2028//@ Z"


def rendered(folder: Path, language: type[Marked], text: str, **values: object) -> str:
    (folder / "one.txt").write_text(text)
    return environment(language, folder).get_template("one.txt").render(values)


@pytest.mark.parametrize("language", FILTERS, ids=lambda language: language.__name__)
@pytest.mark.parametrize("value", ["Ticket", "", 7, True, None], ids=repr)
def test_a_bare_value_is_refused_by_its_templates_and_its_own_name(
    tmp_path: Path, language: type[Marked], value: object
) -> None:
    with pytest.raises(UnmarkedText, match=r"^one\.txt:2: entity\.name: a \w+ that no filter has marked: .*"):
        rendered(tmp_path, language, "first line\n{{ entity.name }}", entity={"name": value})


@pytest.mark.parametrize(
    "expression", ['"text"', "name ~ name", "name | upper", "name | join", '"yes" if name', "marked if none else name"]
)
def test_text_that_the_template_made_itself_is_refused_too(tmp_path: Path, expression: str) -> None:
    with pytest.raises(UnmarkedText, match=r"one\.txt:1: "):
        rendered(tmp_path, CSharp, f"{{{{ {expression} }}}}", name="Ticket", none=None, marked=csharp_string("a"))


def test_text_of_another_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnmarkedText, match=r"one\.txt:1: title: a CSharp that no filter has marked: .* Html: e"):
        rendered(tmp_path, Html, "{{ title }}", title=csharp_string("Ticket"))


def test_what_is_marked_is_printed(tmp_path: Path) -> None:
    template = "{{ a }}{% for one in b %}, {{ one | cs }}{% endfor %}"
    assert rendered(tmp_path, CSharp, template, a=csharp_string("a"), b=['"', 1, True, None]) == (
        '"a", "\\"", 1, true, null'
    )


def test_code_is_composed_of_marked_parts_alone() -> None:
    assert CSharp.code("new({})", CSharp.joined(", ", [csharp_string("a")] * 2)) == 'new("a", "a")'
    for part in ("bare", html_text("other")):
        with pytest.raises(UnmarkedText, match="is not marked as CSharp"):
            CSharp.code("new({})", part)  # type: ignore[arg-type]
        with pytest.raises(UnmarkedText, match="is not marked as CSharp"):
            CSharp.joined(", ", [part])  # type: ignore[list-item]


def test_nothing_else_marks_text() -> None:
    languages = {language.__name__ for language in FILTERS} | {"Marked", "language", "cls"}
    assert {one.__name__ for one in Marked.__subclasses__()} | {"Marked", "language", "cls"} == languages
    for path in COMPILER.parent.rglob("*.py"):
        if path.parent == COMPILER and path.stem in ("literals", "marked", "templates"):
            continue
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        made = {getattr(call, "attr", getattr(call, "id", "")) for call in calls}
        assert path.parent != COMPILER or not made & languages, path
        if marked.__name__ in path.read_text():
            assert not made & {language.__name__ for language in FILTERS}, path


def test_own_code_is_written_out_where_it_stands() -> None:
    """``code`` and ``joined`` take literals of odcpub's own alone, and what is made of such."""
    paths = list(COMPILER.rglob("*.py"))
    assert forms(paths) > 100
    assert not not_own(paths)


@pytest.mark.parametrize(
    "line",
    [
        "Sql.code(name)",
        'Sql.code(f"{name}")',
        'Sql.code("a" + name)',
        'form: LiteralString = "a"\nform += name',
        'FORMS: Mapping[str, LiteralString] = {"a": name}',
        "def made() -> LiteralString:\n    return name",
        "def taken(form: LiteralString) -> Sql:\n    return Sql.code(form)\ntaken(form=name)",
        'def taken(a: str, form: LiteralString) -> Sql:\n    return Sql.code(form)\ntaken("a", name)',
        "Sql.joined(name, parts)",
    ],
)
def test_text_of_others_is_no_own_code(tmp_path: Path, line: str) -> None:
    (tmp_path / "one.py").write_text(line)
    assert len(not_own([tmp_path / "one.py"])) == 1


@pytest.mark.parametrize("text", ["", "a b", "a`b", "a\nb", "-x", "$x", "x;y", "é"])
def test_a_word_is_plain(text: str) -> None:
    with pytest.raises(ValueError, match="not a plain word"):
        sql_word(text)


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\u2028b", "a\u2029b", "a\u0085b", "a\x0cb"])
def test_a_comment_is_one_line(text: str) -> None:
    assert csharp_comment(text).splitlines() == [csharp_comment(text)]


def test_hostile_names_end_no_line_and_no_literal() -> None:
    attributes = (replace(TICKET.attributes[0], name=HOSTILE, key="A"), *TICKET.attributes[1:])
    ticket = replace(TICKET, name=HOSTILE, attributes=attributes)
    tickets = Screen("Tickets", ScreenKind.LIST, HOSTILE, (HOSTILE,))
    asset = replace(HELPDESK, name=HOSTILE, entities=(ticket,), screens=(tickets,))
    compiled = compile_app(asset, LIBRARIES)
    texts = [source.text for assembly in compiled.assemblies for source in assembly.sources]
    unit = next(draft for draft in compiled.web if draft.path.endswith("/screens/Unit00.json"))
    texts.append(json.loads(unit.content)["Tickets.js"])
    assert HOSTILE.split("\n")[0] in texts[-1]
    for text in texts:
        assert "class Y {" not in text.replace(r"X\u000a} class Y {", "").replace(r"X\n} class Y {", "").replace(
            "X?} class Y {?//@ Z", ""
        )
        assert "\u2028" not in text
