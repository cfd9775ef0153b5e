"""The Dockerfile: hostile texts stay literals, equal content is an equal context."""

from __future__ import annotations

import io
import json
import re
import tarfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.engines.image.context import exec_form, make_context, quoted
from odcpub.errors import Refused
from odcpub.image.content import File
from tests.tries import tries
from tests.unit.image.test_oci import CONTENT, SETTINGS

PRINTABLE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40)


def unquoted(literal: str) -> str:
    """What Docker reads: a double-quoted word in which a backslash escapes backslash, quote and dollar."""
    body = re.fullmatch(r'"((?:[^"\\$]|\\["\\$])*)"', literal)
    assert body, literal
    return re.sub(r"\\(.)", r"\1", body[1])


@given(PRINTABLE)
def test_every_text_is_read_back_as_it_was(text: str) -> None:
    assert unquoted(quoted(text)) == text
    assert json.loads(exec_form((text,))) == [text]


@given(PRINTABLE, PRINTABLE)
@tries(40)
def test_no_value_adds_an_instruction(label: str, argument: str) -> None:
    hostile = replace(SETTINGS, labels=(("a", label),), entrypoint=("/app/app", argument))
    plain = make_context(CONTENT, "base:1", {}).dockerfile
    lines = make_context(replace(CONTENT, settings=hostile), "base:1", {}).dockerfile
    assert [line.split(" ")[0] for line in lines.split("\n")] == [line.split(" ")[0] for line in plain.split("\n")]


def test_the_dockerfile_says_what_our_own_image_says() -> None:
    text = make_context(CONTENT, "odcpub-base:123", {"x": "y"}).dockerfile
    for line in (
        "FROM odcpub-base:123",
        "COPY layers/0/ /",
        "COPY layers/1/ /",
        'ENV A="1" B="2"',
        "EXPOSE 8080/tcp",
        'WORKDIR "/app"',
        "USER 10001:10001",
        'ENTRYPOINT ["/app/app"]',
    ):
        assert line in text.splitlines()
    assert 'CMD ["/app/app", "--health"]' in text
    assert ' "org.opencontainers.image.title"="Helpdesk" "x"="y"' in text


def test_a_changed_app_leaves_the_engine_s_cache_all_but_its_own_steps() -> None:
    app = replace(CONTENT.layers[2], files=(File("app/app", b"other", 0o755),))
    changed = make_context(replace(CONTENT, layers=(*CONTENT.layers[:2], app)), "base", {})
    before, after = (text.splitlines() for text in (make_context(CONTENT, "base", {}).dockerfile, changed.dockerfile))
    assert before[:-1] == after[:-1]
    assert before[-3:-1] == ["COPY layers/0/ /", "COPY layers/1/ /"]


def test_the_context_holds_each_layer_s_files_with_their_modes() -> None:
    with tarfile.open(fileobj=io.BytesIO(make_context(CONTENT, "base", {}).tar)) as archive:
        modes = {member.name: member.mode for member in archive if member.isfile()}
    assert modes == {
        "Dockerfile": 0o644,
        "layers/0/app/Npgsql.dll": 0o644,
        "layers/1/app/app": 0o755,
        "layers/1/app/wwwroot/index.html": 0o644,
    }


def test_the_key_follows_the_content() -> None:
    key = make_context(CONTENT, "base", {}).key
    assert make_context(CONTENT, "base", {}).key == key
    assert make_context(CONTENT, "other", {}).key != key
    app = replace(CONTENT.layers[2], files=(File("app/app", b"other", 0o755),))
    assert make_context(replace(CONTENT, layers=(*CONTENT.layers[:2], app)), "base", {}).key != key


def test_hostile_paths_are_refused_here_too() -> None:
    hostile = replace(CONTENT.layers[2], files=(File("../Dockerfile", b"FROM evil"),))
    with pytest.raises(Refused):
        make_context(replace(CONTENT, layers=(hostile,)), "base", {})
