"""Any JDL that a generator can think of imports to files that verify as the same entities; any text ends in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from odcpub.errors import Severity
from odcpub.model.elements import Asset
from odcpub.model.importers.jdl import Imported, import_jdl
from tests.tries import tries

KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"
TYPES = ("String", "Integer", "Long", "BigDecimal", "Double", "Boolean", "LocalDate", "Instant", "UUID", "TextBlob")
VALIDATIONS = {
    "String": ("unique", "minlength(2)", "maxlength(40)", "pattern(/[a-z\\/]+/)"),
    "Integer": ("unique", "min(-3)", "max(LIMIT)"),
    "BigDecimal": ("min(0.5)", "max(99)"),
}
KINDS = ("OneToOne", "OneToMany", "ManyToOne", "ManyToMany")
WORDS = (
    *("entity", "enum", "relationship", "application", "config", "deployment", "paginate", "entities", "use", "for"),
    *("A", "B", "OneToMany", "ManyToMany", "String", "Long", "to", "with", "required", "unique", "min", "pattern("),
    *("{", "}", "(", ")", ",", "=", "@", "*", "/", "/** x */", "//", "\n", '"', "5", "-1.5", "except"),
)

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,12}", fullmatch=True)
comments = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n"), max_size=60)
layouts = st.sampled_from((" ", "\n", "\r\n\t", " // note\n", " /* note */ "))


@dataclass(frozen=True)
class Source:
    """A JDL text and what it holds: entities with their fields, enums with their values, join tables."""

    text: str
    entities: dict[str, list[str]]
    enums: dict[str, list[str]]
    relations: list[tuple[str, str, str]]
    description: str


def comparable(name: str) -> str:
    return "".join(character for character in name if character.isalnum()).lower()


@st.composite
def sources(draw: st.DrawFn) -> Source:
    # Leading letters keep the names apart from JDL's own words and from the names the model reserves.
    stem = st.lists(names, unique_by=comparable, max_size=4)
    entities = {f"E{name}": [f"f{field}" for field in draw(stem)] for name in draw(stem)} or {"E": []}
    enums = {f"N{name}": [f"V{value}" for value in draw(stem)] or ["V"] for name in draw(stem)}
    space = draw(layouts)
    words = draw(comments).replace("*/", "").strip()
    # A comment's line loses the star, and the blanks, it begins with.
    description = " ".join(words.replace("\t", " ").split())
    description = "" if description.startswith(("/", "*")) else description
    relations = []
    parts = ["LIMIT = 40"]
    for number, (name, fields) in enumerate(entities.items()):
        body = draw(st.sampled_from((",", "\n"))).join(f"{space}{field} {_typed(draw, enums)}" for field in fields)
        doc = f"/** {description} */{space}" if number == 0 else ""
        parts.append(f"{doc}entity{space}{name}{space}{{{body}{space}}}")
    parts += [f"enum {name} {{{space}{f',{space}'.join(values)} }}" for name, values in enums.items()]
    for number in range(draw(st.integers(0, 4))):
        kind, one, other = (draw(st.sampled_from(choice)) for choice in (KINDS, [*entities], [*entities]))
        relations.append((kind, one, other))
        parts.append(f"relationship {kind} {{ {one}{{r{number}}}{space}to {other}{{s{number}}} }}")
    return Source("\n".join(draw(st.permutations(parts))), entities, enums, relations, description)


def _typed(draw: st.DrawFn, enums: dict[str, list[str]]) -> str:
    kind = draw(st.sampled_from((*TYPES, *enums)))
    chosen = draw(st.lists(st.sampled_from(("required", *VALIDATIONS.get(kind, ()))), unique=True))
    return " ".join((kind, *chosen))


@tries(60)
@given(source=sources())
def test_any_generated_model_reads_back(source: Source, read_back: Callable[[Imported], Asset]) -> None:
    imported = import_jdl(source.text, None, KEY)
    assert [str(problem) for problem in imported.problems if problem.severity is Severity.ERROR] == []
    asset = read_back(imported)
    joins = [one for kind, one, _ in source.relations if kind == "ManyToMany"]
    assert len(asset.entities) == len(source.entities) + len(joins)
    owners = [other if kind == "OneToMany" else one for kind, one, other in source.relations if kind != "ManyToMany"]
    by_name = {comparable(entity.name): entity for entity in asset.entities}
    for name, fields in source.entities.items():
        entity = by_name[comparable(name)]
        found = [comparable(attribute.name) for attribute in entity.attributes]
        assert found[: len(fields)] == [comparable(field) for field in fields]
        assert len(found) == len(fields) + owners.count(name)
    assert by_name[comparable(next(iter(source.entities)))].description == source.description
    statics = {comparable(entity.name): [record.label for record in entity.records] for entity in asset.static_entities}
    assert statics == {comparable(name): values for name, values in source.enums.items()}


@tries(150)
@given(st.text(max_size=200))
def test_any_input_ends_in_words(source: str) -> None:
    imported = import_jdl(source, None, KEY)
    assert bool(imported.files) is not any(problem.severity is Severity.ERROR for problem in imported.problems)


@tries(300)
@given(
    st.lists(
        st.sampled_from(WORDS),
        max_size=40,
    )
)
def test_any_order_of_words_ends_in_words(words: list[str]) -> None:
    imported = import_jdl(" ".join(words), None, KEY)
    assert bool(imported.files) is not any(problem.severity is Severity.ERROR for problem in imported.problems)
    assert all(problem.place and problem.message for problem in imported.problems)
