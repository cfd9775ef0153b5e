"""What each part of JDL becomes, as text that a person reads."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from odcpub.errors import Severity
from odcpub.model.importers.jdl import Imported

Import = Callable[..., Imported]


def entities(imported: Imported) -> str:
    return dict(imported.files)["entities.yaml"]


def attribute(imported: Imported, name: str) -> str:
    lines = [line.strip() for line in entities(imported).splitlines()]
    return next(line for line in lines if line.startswith(f"{name}: {{ type:"))


def warnings(imported: Imported) -> list[str]:
    assert all(problem.severity is Severity.WARNING for problem in imported.problems)
    return [problem.message for problem in imported.problems]


def test_a_small_model_reads_as_a_person_would_write_it(jdl: Import) -> None:
    imported = jdl(
        """
        application { config { baseName shop } entities * }
        /** What we sell.
         *  Kept for ever. */
        entity Product {
          title String required maxlength(100) /** as printed */
          /** net */ price BigDecimal required min(0) max(99.5),
          sku String unique
          state State
        }
        enum State { ON_SALE("On sale"), NO }
        relationship ManyToOne { Product{category(name) required} to Category }
        entity Category { name String }
        """
    )
    assert dict(imported.files) == {
        "app.yaml": "app: Shop\nkey: 2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10\n",
        "static_entities.yaml": dedent(
            """\
            static_entities:
              State:
                records:
                  ON_SALE: { label: On sale }
                  "NO": { label: "NO" }
            """
        ),
        "entities.yaml": dedent(
            """\
            entities:
              Product:
                description: "What we sell.\\n Kept for ever."
                display: Title
                attributes:
                  Title: { type: Text, length: 100, mandatory: true, description: as printed }
                  Price: { type: Decimal, mandatory: true, minimum: 0, maximum: 99.5, description: net }
                  Sku: { type: Text, length: 255 }
                  State: { type: State Identifier }
                  Category: { type: Category Identifier, mandatory: true }
                indexes:
                  BySku: { attributes: [Sku], unique: true }
              Category:
                display: Name
                attributes:
                  Name: { type: Text, length: 255 }
            """
        ),
    }
    assert imported.problems == ()


TYPES = {
    "String": "Text, length: 255",
    "Integer": "Integer",
    "Long": "Long Integer",
    "BigDecimal": "Decimal",
    "Float": "Decimal",
    "Double": "Decimal",
    "Boolean": "Boolean",
    "LocalDate": "Date",
    "LocalTime": "Time",
    "ZonedDateTime": "Date Time",
    "Instant": "Date Time",
    "Duration": "Long Integer",
    "Blob": "Binary Data",
    "AnyBlob": "Binary Data",
    "ImageBlob": "Binary Data",
    "TextBlob": "Text",
    "Colour": "Colour Identifier",
}
INEXACT = {"Float", "Double", "Duration", "ImageBlob"}


@pytest.mark.parametrize("name", TYPES)
def test_types(jdl: Import, name: str) -> None:
    imported = jdl(f"entity A {{ field {name} required }}\nenum Colour {{ RED }}")
    assert attribute(imported, "Field") == f"Field: {{ type: {TYPES[name]}, mandatory: true }}"
    assert [problem.code for problem in imported.problems] == (["ODC-J303"] if name in INEXACT else [])


def test_a_uuid_is_a_text_of_its_form(jdl: Import) -> None:
    text = entities(jdl("entity A { code UUID }"))
    assert "length: 36" in text
    assert 'pattern: "[0-9A-Fa-f]{8}-' in text


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("String minlength(3) maxlength(20)", "Text, length: 20, min_length: 3"),
        ("String minlength(300)", "Text, length: 300, min_length: 300"),
        ("String minlength(0)", "Text, length: 255"),
        ("String maxlength(LIMIT)", "Text, length: 50"),
        ("String pattern(/^[^@]+@[a-z.\\/]+$/) maxlength(9)", 'Text, length: 9, pattern: "^[^@]+@[a-z./]+$"'),
        ("String pattern(/[/)]/) required", 'Text, length: 255, mandatory: true, pattern: "[/)]"'),
        ("Integer min(-5) max(10)", "Integer, minimum: -5, maximum: 10"),
        ("Long max(9223372036854775807)", "Long Integer, maximum: 9223372036854775807"),
        ("Double min(0.250)", "Decimal, minimum: 0.25"),
        ("TextBlob maxlength(7000)", "Text, length: 7000"),
    ],
)
def test_validations(jdl: Import, field: str, expected: str) -> None:
    assert attribute(jdl(f"LIMIT = 50\nentity A {{ f {field} }}"), "F") == f"F: {{ type: {expected} }}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("entity A { f Blob minbytes(3) }", "minbytes has no counterpart and is left out"),
        ("entity A { f Blob unique }", "unique is left out: the values of f are too long for an index"),
        ("entity A { f TextBlob unique }", "unique is left out: the values of f are too long for an index"),
        ("entity A { f String pattern(/(?i)x/) }", "the pattern is left out: '(?' other than '(?:'"),
        ("entity A(t_a) { f Long }", "the table's name t_a is left out"),
        ("@dto(mapstruct) entity A", "@dto has no counterpart"),
        ("entity A { @Key f Long }", "@Key has no counterpart"),
        ("@Old enum E { A }", "'@Old' has no counterpart"),
        ("enum E { /** first */ A }", "the comment of A is left out"),
        ("entity A\npaginate A with pagination", "'paginate A with pagination' has no counterpart"),
        ("entity A\nservice all with serviceImpl except A", "'service all with serviceImpl except A'"),
        ("entity A\nuse dto, mapstruct for * except A", "'use dto, mapstruct for * except A'"),
        ("entity A\ndeployment { deploymentType kubernetes, appsFolders [a, b] }", "'deployment kubernetes'"),
        ("entity A\nsearch A with elasticsearch", "'search A with elasticsearch'"),
        ("entity A\nangularSuffix * with suf", "'angularSuffix * with suf'"),
        ('entity A\nclientRootFolder A with "../x"', "'clientRootFolder A with ../x'"),
        ("entity A\nfilter A skipClient A", "'skipClient A'"),
        ("application { config { baseName x, serverPort 80 languages [en] } }\nentity A", "serverPort, languages"),
        ("entity A { id Long }", "id becomes AId: its own is reserved"),
        ("entity A { ctid Long }", "ctid becomes ACtid: its own is reserved"),
        ("entity A { a_b Long aB Long }", "aB becomes AB2"),
        ("entity A { _ Long }", "_ becomes Attribute"),
        ("entity Odcpub_schema", "Odcpub_schema becomes MyOdcpubSchema"),
        (f"entity {'L' * 60}", "its own is taken, reserved, too long"),
        ("enum E { A-B }", "the value A-B becomes AB"),
        ("entity A\nrelationship ManyToOne { A{p required} to A }", "mandatory references in a circle"),
        ("entity A\nrelationship ManyToOne { A{p(nix)} to A }", "A has no field nix to display"),
        ("entity A\nrelationship OneToOne { A to A with jpaDerivedIdentifier }", "with jpaDerivedIdentifier"),
    ],
)
def test_what_has_no_counterpart_is_a_warning(jdl: Import, text: str, message: str) -> None:
    found = [problem for problem in jdl(text).problems if message in problem.message]
    assert len(found) == 1
    assert found[0].severity is Severity.WARNING
    assert found[0].place is not None


def relation(kind: str, body: str) -> str:
    return f"entity A {{ x Long }}\nentity B {{ name String code String }}\nrelationship {kind} {{ {body} }}"


@pytest.mark.parametrize(
    ("kind", "body", "lines"),
    [
        ("ManyToOne", "A{b} to B", ["B: { type: B Identifier }"]),
        ("ManyToOne", "A to B", ["B: { type: B Identifier }"]),
        ("ManyToOne", "A{its_b required} to B{a}", ["ItsB: { type: B Identifier, mandatory: true }"]),
        ("OneToOne", "A{b} to B", ["B: { type: B Identifier }", "ByB: { attributes: [B], unique: true }"]),
        ("OneToMany", "A{items} to B{owner required}", ["Owner: { type: A Identifier, mandatory: true }"]),
        ("OneToMany", "A to B", ["A: { type: A Identifier }"]),
        ("ManyToOne", "A{b(code)} to B", ["display: Code"]),
        ("OneToMany", "A{items(code)} to B", ["display: Code"]),
        ("ManyToOne", "/** why */ A{b} to B", ["B: { type: B Identifier, description: why }"]),
        ("OneToMany", "A{items} to /** why */ B", ["A: { type: A Identifier, description: why }"]),
        ("ManyToOne", '@OnDelete("CASCADE") A{b} to B', ["B: { type: B Identifier, on_delete: Delete }"]),
        ("ManyToOne", '@OnDelete("SET NULL") A{b} to B', ["B: { type: B Identifier, on_delete: Ignore }"]),
        (
            "ManyToMany",
            "A{item} to B{a}",
            [
                "AItem:",
                "A: { type: A Identifier, mandatory: true, on_delete: Delete }",
                "B: { type: B Identifier, mandatory: true, on_delete: Delete }",
                "ByAAndB: { attributes: [A, B], unique: true }",
            ],
        ),
        ("ManyToMany", "A{friend} to A{fan}", ["AFriend:", "ByAAndFriend: { attributes: [A, Friend], unique: true }"]),
    ],
)
def test_relationships(jdl: Import, kind: str, body: str, lines: list[str]) -> None:
    text = [line.strip() for line in entities(jdl(relation(kind, body))).splitlines()]
    assert [line for line in lines if line not in text] == []


def test_the_other_side_of_a_relationship_gets_nothing(jdl: Import) -> None:
    text = entities(jdl(relation("ManyToOne", "A{b} to B{as}")))
    assert "As:" not in text
    assert "A Identifier" not in text


def test_several_relationships_in_a_block_and_between_the_same_two(jdl: Import) -> None:
    text = entities(
        jdl(relation("ManyToOne", "A{b} to B, A{c} to B\n A{d} to B") + "relationship ManyToMany { A to B }")
    )
    assert [name for name in ("B", "C", "D") if f"      {name}: {{ type: B Identifier }}" in text] == ["B", "C", "D"]
    assert "  AB:" in text


def test_the_built_in_user_becomes_an_entity_once(jdl: Import) -> None:
    imported = jdl(
        """entity A { x Long }
        relationship ManyToOne { A{user(login)} to User with builtInEntity }
        relationship ManyToOne { A{boss(email)} to User with builtInEntity }"""
    )
    text = entities(imported)
    assert text.count("  User:\n") == 1
    assert "    display: Login\n" in text
    assert "Login: { type: Text, length: 50, mandatory: true }" in text
    assert "ByLogin: { attributes: [Login], unique: true }" in text
    assert any("built-in User" in message for message in warnings(imported))
    assert any("User is displayed by Login everywhere" in message for message in warnings(imported))


def test_a_user_of_its_own_stays_as_declared(jdl: Import) -> None:
    text = entities(jdl("entity User { nick String }\nentity A\nrelationship ManyToOne { A to User }"))
    assert "Nick: " in text
    assert "Login" not in text


def test_ten_entities_a_file(jdl: Import) -> None:
    imported = jdl("\n".join(f"entity E{number} {{ x Long }}" for number in range(25)))
    assert [path for path, _ in imported.files] == ["app.yaml", *(f"entities/00{number}.yaml" for number in (1, 2, 3))]
    assert [text.count("    attributes:") for _, text in imported.files] == [0, 10, 10, 5]


@pytest.mark.parametrize(
    ("given", "text", "expected"),
    [
        ("Mine", "application { config { baseName other } }", "Mine"),
        (None, "application { config { baseName jhipster-sample_app } }", "JhipsterSampleApp"),
        (None, "", "Shop"),
        ("21 points", "", "App21Points"),
    ],
)
def test_the_name_of_the_app(jdl: Import, given: str | None, text: str, expected: str) -> None:
    assert jdl(f"{text}\nentity A", given).files[0][1].startswith(f"app: {expected}\n")


@pytest.mark.parametrize(("given", "expected"), [("system", "MySystem"), ("pg_shop", "MyPgShop")])
def test_an_app_gets_no_name_of_the_platforms_own(jdl: Import, given: str, expected: str) -> None:
    assert jdl("entity A", given).files[0][1].startswith(f"app: {expected}\n")


def test_several_applications_become_one(jdl: Import) -> None:
    text = "application { config { baseName a } entities A }\napplication { config { baseName b } }\nentity A\nentity B"
    imported = jdl(text)
    assert warnings(imported) == ["a further application: all entities of the file become one app"]
    assert "  A: {}\n  B: {}\n" in entities(imported)


def test_the_same_text_gives_the_same_bytes(jdl: Import) -> None:
    text = relation("ManyToMany", "A{b} to B{a}")
    assert jdl(text) == jdl(text)
    assert jdl(text) == jdl(text.replace("\n", "\r\n"))
