"""docs/commands.md has every command with its options, and no other; every command that a page shows can be typed."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from odcpub.cli.arguments import make_parser

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "commands.md").read_text()
USAGES = [" ".join(one.split()) for one in re.findall(r"`((?:odcpub|config) [^`]*)`", PAGE)]
"""Code within a line, where the page shows how a command is written."""


def leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    nested = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    for action in nested:
        for inner in action.choices.values():
            yield from leaves(inner)
    if parser.get_default("run"):
        yield parser


COMMANDS = {words.prog: words for words in leaves(make_parser())}


def options(words: argparse.ArgumentParser) -> set[str]:
    shown = (one for one in words._actions if one.help != argparse.SUPPRESS)
    return {name for one in shown for name in one.option_strings if name.startswith("--")} - {"--help"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_there_with_its_options(command: str) -> None:
    name = command.removeprefix("odcpub ")
    usages = [one.removeprefix("odcpub ") for one in USAGES]
    found = [one for one in usages if re.match(re.escape(name) + r"(?![a-z-])", one)]
    assert found, f"{command} is not in docs/commands.md"
    documented = set(re.findall(r"--[a-z-]+", " ".join(found)))
    told_together = {"--json"} if name.startswith(("config", "engines", "data")) else set()
    assert options(COMMANDS[command]) <= documented | told_together


def test_no_command_or_option_is_there_that_does_not_exist() -> None:
    known = {option for words in COMMANDS.values() for option in options(words)}
    first = {command.split()[1] for command in COMMANDS}
    for usage in USAGES:
        assert usage.split()[0] == "config" or usage.split()[1] in {*first, "--help"}, usage
        assert set(re.findall(r"--[a-z-]+", usage)) <= {*known, "--help"}, usage


def shown() -> Iterator[tuple[str, list[str]]]:
    """(page, arguments) of each command in a block of code."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    for page in pages:
        for block in re.findall(r"^```\w*\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
            lines = block.replace("\\\n", " ")
            for line in re.findall(r"^(?:\$ )?(?:\.venv/bin/)?odcpub ([a-z-].*)$", lines, re.MULTILINE):
                words = re.split(r"\s(?:#|&&|[|<>])", f"{line} ")[0]
                yield page.name, shlex.split(words)


SHOWN = list(shown())


@pytest.mark.parametrize(("page", "arguments"), SHOWN, ids=[f"{page} {' '.join(words)}" for page, words in SHOWN])
def test_a_command_that_a_page_shows_can_be_typed(page: str, arguments: list[str]) -> None:
    make_parser().parse_args(arguments)


def test_pages_show_commands() -> None:
    assert len(SHOWN) > 50
