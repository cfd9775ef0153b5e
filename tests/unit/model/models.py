"""Models written in a test: text → parts → asset, without files."""

from textwrap import dedent

from odcpub.errors import ModelError, Problem
from odcpub.model.elements import Asset, Library
from odcpub.model.load import RawModel, parts_of
from odcpub.model.logic.check import typed
from odcpub.model.logic.surroundings import surroundings
from odcpub.model.logic.tree import Action
from odcpub.model.verify import verify

KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"
HEAD = f"app: Shop\nkey: {KEY}\n"


def raw(*texts: str) -> RawModel:
    """Files a.yaml, b.yaml … of the texts given."""
    return RawModel(tuple(parts_of(dedent(text).encode(), f"{chr(97 + at)}.yaml") for at, text in enumerate(texts)))


def asset(*texts: str, libraries: dict[str, Library] | None = None) -> Asset:
    """The asset of a model that is right; the first text needs no head."""
    return verify(raw(HEAD + dedent(texts[0]), *texts[1:]), libraries or {})[0]


def problems(*texts: str, libraries: dict[str, Library] | None = None) -> tuple[Problem, ...]:
    """All problems of a model; the texts are complete files."""
    try:
        return verify(raw(*texts), libraries or {})[1]
    except ModelError as error:
        return error.problems


def logic(*texts: str, libraries: dict[str, Library] | None = None) -> dict[str, Action]:
    """The typed actions of a model that is right, by name; the first text needs no head."""
    made = asset(*texts, libraries=libraries)
    around = surroundings(made, libraries or {})
    return {action.name: typed(action, around) for action in made.server_actions}


def examined(text: str, libraries: dict[str, Library]) -> tuple[Asset | None, tuple[Problem, ...]]:
    """The asset that a text is, None where it is wrong, and all problems."""
    try:
        return verify(raw(text), libraries)
    except ModelError as error:
        return None, error.problems


def library(text: str, version: str = "1.0.0", libraries: dict[str, Library] | None = None) -> Library:
    verified = verify(raw(text), libraries or {})[0]
    return Library(verified, version, 1, "sha256:0", tuple((libraries or {}).values()))


MONEY = library(
    """
    library: Money
    key: 8d4a2f51-7c0e-4b93-9e25-3f1b6c8a0d47
    static_entities:
      CurrencyCode: { key: Code, records: { EUR: { label: Euro }, USD: { label: US dollar } } }
    structures:
      Amount: { attributes: { Value: { type: Currency } } }
    """,
    "1.2.0",
)
