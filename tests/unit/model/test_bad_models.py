"""One table of wrong models: each gives exactly the problems named, with code, place, element and a hint."""

import pytest

from tests.unit.model.models import HEAD, KEY, MONEY, problems

ENTITY = HEAD + "entities:\n  A:\n    attributes:\n      X: "
SETTING = HEAD + "settings:\n  S: "
STATIC = HEAD + "static_entities: { S: { records: { One: , Two: } } }\n"
TWO = HEAD + "entities:\n  A: { attributes: { X: { type: Text } } }\n  B: { attributes: { Y: { type: Text } } }\n"
LONG = "a" * 51


def entity(attribute: str, *more: str) -> str:
    return "\n".join([ENTITY + attribute, *more]) + "\n"


# (what, text of a.yaml, (code, line, column, element), a piece of message or hint)
CASES = [
    # --- YAML
    ("open bracket", "app: [", ("M006", 2, 1, ""), "not valid YAML"),
    ("tab", "app: X\nsettings:\n\tA: 1", ("M006", 3, 1, ""), "spaces"),
    ("control character", "app: \x07", ("M006", 1, 6, ""), "control"),
    ("tag", HEAD + "description: !!python/object:os.system x", ("M007", 3, 14, ""), "tag"),
    ("two documents", HEAD + "---\napp: B", ("M007", 3, 1, ""), "second document"),
    ("too deep", HEAD + "description: " + "[" * 100, ("M007", 3, 77, ""), "deep"),
    ("alias to itself", HEAD + "uses: &a { b: *a }", ("M007", 3, 15, ""), "refers to itself"),
    ("unknown alias", HEAD + "uses: *a", ("M007", 3, 7, ""), "alias"),
    ("same key twice", HEAD + "description: a\ndescription: b", ("M008", 4, 1, ""), "line 3"),
    ("a list at the top", "- a", ("M103", 1, 1, ""), "mapping"),
    ("a mapping as key", HEAD + "? {a: 1}\n: 2", ("M103", 3, 3, ""), "plain word"),
    ("a long number", entity("{ type: Integer, maximum: " + "9" * 70 + " }"), ("M104", 6, 36, ""), "number"),
    # --- keys
    ("misspelt section", HEAD + "entites: {}", ("M101", 3, 1, ""), "did you mean entities?"),
    (
        "misspelt attribute key",
        entity("{ type: Text, lenght: 3 }"),
        ("M101", 6, 24, "entities.A.attributes.X"),
        "length?",
    ),
    ("key of something else", SETTING + "{ type: Text, min_length: 3 }", ("M101", 4, 20, "settings.S"), "no key"),
    ("no type", entity("{ length: 3 }"), ("M102", 6, 7, "entities.A.attributes.X"), "'type'"),
    ("nothing at all", entity(""), ("M102", 6, 7, "entities.A.attributes.X"), "'type'"),
    ("short spelling", entity("Text"), ("M103", 6, 10, "entities.A.attributes.X"), "{ type: Text }"),
    (
        "no index attributes",
        entity("{ type: Text }", "    indexes: { I: { unique: true } }"),
        ("M102", 7, 16, "entities.A.indexes.I"),
        "",
    ),
    ("neither app nor library", f"key: {KEY}\n", ("M102", 1, 1, ""), "what it is"),
    ("no asset key", "app: Shop\n", ("M102", 1, 6, ""), "UUID"),
    ("key no UUID", "app: Shop\nkey: 12345\n", ("M105", 2, 6, ""), "UUID"),
    ("app and library", HEAD + "library: B\n", ("M008", 3, 10, ""), "second asset"),
    ("kept section", HEAD + "timers: {}", ("M901", 3, 1, ""), "not supported yet"),
    ("roles", HEAD + "roles: { Agent: {} }", ("M901", 3, 1, ""), "not supported yet"),
    (
        "kept screen key",
        TWO + "screens:\n  S: { list: A, actions: [X] }",
        ("M901", 7, 26, "screens.S"),
        "not supported yet",
    ),
    ("extension", f"extension: E\nkey: {KEY}", ("M901", 1, 12, ""), "not supported yet"),
    # --- YAML types
    (
        "text as boolean",
        entity("{ type: Text, mandatory: 'true' }"),
        ("M103", 6, 35, "entities.A.attributes.X"),
        "true or false",
    ),
    (
        "text as boolean, how to write it",
        entity("{ type: Text, mandatory: 'true' }"),
        ("M103", 6, 35, "entities.A.attributes.X"),
        "write true without quotes",
    ),
    ("no type", entity("{ type: }"), ("M103", 6, 18, "entities.A.attributes.X"), "type: The data type."),
    ("yes is text", entity("{ type: Text, mandatory: yes }"), ("M103", 6, 35, "entities.A.attributes.X"), "'yes'"),
    ("a list as section", HEAD + "entities: [A]", ("M103", 3, 11, ""), "mapping of names"),
    ("a number as description", HEAD + "description: 5", ("M103", 3, 14, ""), "quotes"),
    ("null", HEAD + "description:", ("M103", 3, 13, ""), "leave description out"),
    (
        "length a text",
        entity("{ type: Text, length: '5' }"),
        ("M103", 6, 32, "entities.A.attributes.X"),
        "whole number",
    ),
    (
        "length a fraction",
        entity("{ type: Text, length: 5.5 }"),
        ("M103", 6, 32, "entities.A.attributes.X"),
        "whole number",
    ),
    ("length true", entity("{ type: Text, length: true }"), ("M103", 6, 32, "entities.A.attributes.X"), "whole number"),
    (
        "minimum not a number",
        entity("{ type: Decimal, minimum: .nan }"),
        ("M103", 6, 36, "entities.A.attributes.X"),
        "number",
    ),
    ("colour", HEAD + "accent: red", ("M103", 3, 9, ""), "#2457a6"),
    ("columns a text", TWO + "screens: { S: { list: A, columns: X } }", ("M103", 6, 35, "screens.S"), "list"),
    ("column twice", TWO + "screens: { S: { list: A, columns: [X, X] } }", ("M104", 6, 39, "screens.S"), "twice"),
    # --- names
    ("terminal codes", HEAD + 'entities: { "\\e[31m\\nX": }', ("M010", 3, 13, ""), "the character U+001B"),
    ("text turned", HEAD + 'description: "a\\u202eb"', ("M010", 3, 14, ""), "the character U+202E"),
    ("a comment turned", HEAD + "# safe \u202e\ndescription: x", ("M010", 3, 8, ""), "the character U+202E"),
    ("a comment that is none", HEAD + "# x\u2028description: y", ("M010", 3, 4, ""), "the character U+2028"),
    ("a line end that shows none", HEAD + "description: x\x85", ("M010", 3, 15, ""), "the character U+0085"),
    ("isolated behind a value", HEAD + "description: x # a\u2067b", ("M010", 3, 19, ""), "the character U+2067"),
    ("a second C1 set", HEAD + 'description: "a\\x9b31m"', ("M010", 3, 14, ""), "the character U+009B"),
    (
        "control character in a record's label",
        HEAD + 'static_entities: { S: { records: { A: { label: "\\x07" } } } }',
        ("M010", 3, 48, ""),
        "the character U+0007",
    ),
    (
        "control character in a default",
        entity('{ type: Text, default: "a\\x1bb" }'),
        ("M010", 6, 33, ""),
        "the character U+001B",
    ),
    (
        "empty name",
        HEAD + "static_entities: { S: { records: { '': } } }",
        ("M201", 3, 36, "static_entities.S.records."),
        "",
    ),
    (
        "empty label",
        HEAD + "static_entities: { S: { records: { A: { label: ' ' } } } }",
        ("M104", 3, 48, "static_entities.S.records.A"),
        "1 to 200",
    ),
    ("asset called Public", f"app: Public\nkey: {KEY}", ("M202", 1, 6, ""), "taken"),
    ("asset called PgTemp", f"app: PgTemp\nkey: {KEY}", ("M202", 1, 6, ""), "taken"),
    ("umlaut", HEAD + "entities: { Größe: }", ("M201", 3, 13, "entities.Größe"), "letter"),
    ("begins with a digit", HEAD + "entities: { 2A: }", ("M201", 3, 13, "entities.2A"), "letter"),
    ("too long", HEAD + f"entities: {{ {LONG}: }}", ("M201", 3, 13, f"entities.{LONG}"), "51 characters"),
    (
        "hostile",
        HEAD + 'entities: { "x\'; drop table y": }',
        ("M201", 3, 13, "entities.x'; drop table y"),
        "not a name",
    ),
    ("asset name", f"app: My Shop\nkey: {KEY}", ("M201", 1, 6, ""), "not a name"),
    (
        "Id",
        HEAD + "entities: { A: { attributes: { Id: { type: Text } } } }",
        ("M202", 3, 32, "entities.A.attributes.Id"),
        "by itself",
    ),
    (
        "system column",
        HEAD + "entities: { A: { attributes: { Xmin: { type: Text } } } }",
        ("M202", 3, 32, "entities.A.attributes.Xmin"),
        "PostgreSQL",
    ),
    (
        "the platform's table",
        HEAD + "entities: { OdcpubSchema: }",
        ("M202", 3, 13, "entities.OdcpubSchema"),
        "platform",
    ),
    ("screen api", TWO + "screens: { Api: { list: A } }", ("M202", 6, 12, "screens.Api"), "address"),
    (
        "structure Text",
        HEAD + "structures: { text: { attributes: {} } }",
        ("M202", 3, 15, "structures.text"),
        "data type",
    ),
    ("case alone", HEAD + "entities: { Ab: , AB: }", ("M203", 3, 19, "entities.AB"), "case alone"),
    (
        "entity and structure",
        HEAD + "entities: { A: }\nstructures: { A: { attributes: {} } }",
        ("M203", 4, 15, "structures.A"),
        "twice",
    ),
    (
        "records by case",
        HEAD + "static_entities: { S: { records: { A: , a: } } }",
        ("M203", 3, 41, "static_entities.S.records.a"),
        "case",
    ),
    (
        "key used twice",
        HEAD + "entities:\n  A: { key: Old }\n  B: { key: Old }",
        ("M204", 5, 3, "entities.B"),
        "first called Old",
    ),
    (
        "key is another's name",
        HEAD + "entities:\n  A: { key: B }\n  B: ",
        ("M204", 5, 3, "entities.B"),
        "first called B",
    ),
    (
        "attribute key",
        HEAD + "entities: { A: { attributes: { X: { type: Text }, Y: { type: Text, key: X } } } }",
        ("M204", 3, 51, "entities.A.attributes.Y"),
        "",
    ),
    (
        "physical names",
        HEAD + "entities: { OpenedAt: , Opened_At: }",
        ("M205", 3, 25, "entities.Opened_At"),
        "opened_at",
    ),
    # --- types, limits
    ("misspelt type", entity("{ type: Intger }"), ("M301", 6, 18, "entities.A.attributes.X"), "Integer?"),
    ("misspelt entity", entity("{ type: AA Identifier }"), ("M301", 6, 18, "entities.A.attributes.X"), "A Identifier?"),
    ("forgot Identifier", entity("{ type: A }"), ("M301", 6, 18, "entities.A.attributes.X"), "A Identifier?"),
    ("type a mess", entity("{ type: 'Text(50)' }"), ("M301", 6, 18, "entities.A.attributes.X"), "Text?"),
    (
        "structure in an entity",
        entity("{ type: P }") + "structures: { P: { attributes: {} } }",
        ("M302", 6, 18, "entities.A.attributes.X"),
        "cannot hold",
    ),
    (
        "structure's identifier",
        entity("{ type: P Identifier }") + "structures: { P: { attributes: {} } }",
        ("M302", 6, 18, "entities.A.attributes.X"),
        "no identifier",
    ),
    (
        "two settings of one first name",
        HEAD + "settings: { A: { type: Text, key: B }, B: { type: Text } }",
        ("M204", 3, 40, "settings.B"),
        "both the setting first called B",
    ),
    ("setting of bytes", SETTING + "{ type: Binary Data }", ("M302", 4, 14, "settings.S"), "setting"),
    ("length on a number", entity("{ type: Integer, length: 3 }"), ("M303", 6, 35, "entities.A.attributes.X"), "Text"),
    (
        "minimum on a text",
        entity("{ type: Text, minimum: 3 }"),
        ("M303", 6, 33, "entities.A.attributes.X"),
        "not for Text",
    ),
    (
        "on_delete on a text",
        entity("{ type: Text, on_delete: Protect }"),
        ("M303", 6, 35, "entities.A.attributes.X"),
        "Identifier",
    ),
    (
        "digits on Currency",
        entity("{ type: Currency, digits: 3 }"),
        ("M303", 6, 36, "entities.A.attributes.X"),
        "Decimal",
    ),
    ("length 0", entity("{ type: Text, length: 0 }"), ("M304", 6, 32, "entities.A.attributes.X"), "1 to 10,485,760"),
    (
        "length too long",
        entity("{ type: Text, length: 10485761 }"),
        ("M304", 6, 32, "entities.A.attributes.X"),
        "10,485,760",
    ),
    ("too many digits", entity("{ type: Decimal, digits: 29 }"), ("M304", 6, 35, "entities.A.attributes.X"), "28"),
    (
        "more decimals than digits",
        entity("{ type: Decimal, digits: 3, decimals: 4 }"),
        ("M304", 6, 48, "entities.A.attributes.X"),
        "3 digits",
    ),
    (
        "minimum above maximum",
        entity("{ type: Integer, minimum: 2, maximum: 1 }"),
        ("M304", 6, 36, "entities.A.attributes.X"),
        "greater",
    ),
    (
        "minimum beyond the type",
        entity("{ type: Integer, minimum: -2147483649 }"),
        ("M304", 6, 36, "entities.A.attributes.X"),
        "2,147,483,648",
    ),
    (
        "maximum a fraction",
        entity("{ type: Integer, maximum: 1.5 }"),
        ("M304", 6, 36, "entities.A.attributes.X"),
        "whole",
    ),
    (
        "maximum beyond Currency",
        entity("{ type: Currency, maximum: 1e40 }"),
        ("M304", 6, 37, "entities.A.attributes.X"),
        "20 digits",
    ),
    (
        "min_length above length",
        entity("{ type: Text, length: 2, min_length: 3 }"),
        ("M304", 6, 47, "entities.A.attributes.X"),
        "length 2",
    ),
    (
        "min_length above Phone Number",
        entity("{ type: Phone Number, min_length: 21 }"),
        ("M304", 6, 44, "entities.A.attributes.X"),
        "20",
    ),
    (
        "min_length 0",
        entity("{ type: Text, min_length: 0 }"),
        ("M304", 6, 36, "entities.A.attributes.X"),
        "begins at 1",
    ),
    (
        "look-around",
        entity("{ type: Text, pattern: '(?=a)b' }"),
        ("M305", 6, 33, "entities.A.attributes.X"),
        "look-around",
    ),
    # --- defaults
    (
        "default of the wrong type",
        entity("{ type: Integer, default: many }"),
        ("M306", 6, 36, "entities.A.attributes.X"),
        "whole number",
    ),
    ("number for a text", entity("{ type: Text, default: 5 }"), ("M306", 6, 33, "entities.A.attributes.X"), "quotes"),
    ("empty text", entity("{ type: Text, default: '' }"), ("M306", 6, 33, "entities.A.attributes.X"), "no value"),
    (
        "too long text",
        entity("{ type: Text, length: 2, default: abc }"),
        ("M306", 6, 44, "entities.A.attributes.X"),
        "2 are the most",
    ),
    (
        "beyond 32 bits",
        entity("{ type: Integer, default: 2147483648 }"),
        ("M306", 6, 36, "entities.A.attributes.X"),
        "2,147,483,647",
    ),
    (
        "beyond 64 bits",
        entity("{ type: Long Integer, default: 9223372036854775808 }"),
        ("M306", 6, 41, "entities.A.attributes.X"),
        "goes from",
    ),
    (
        "too many decimals",
        entity("{ type: Decimal, decimals: 1, default: 1.25 }"),
        ("M306", 6, 49, "entities.A.attributes.X"),
        "2 decimals",
    ),
    (
        "below minimum",
        entity("{ type: Integer, minimum: 5, default: 4 }"),
        ("M306", 6, 48, "entities.A.attributes.X"),
        "minimum 5",
    ),
    (
        "above maximum",
        entity("{ type: Currency, maximum: 5, default: 5.01 }"),
        ("M306", 6, 49, "entities.A.attributes.X"),
        "maximum 5",
    ),
    (
        "too short",
        entity("{ type: Text, min_length: 3, default: ab }"),
        ("M306", 6, 48, "entities.A.attributes.X"),
        "3 are the fewest",
    ),
    (
        "against the pattern",
        entity("{ type: Text, pattern: '[0-9]+', default: ab }"),
        ("M306", 6, 52, "entities.A.attributes.X"),
        "pattern",
    ),
    (
        "no such day",
        entity("{ type: Date, default: 2026-02-30 }"),
        ("M306", 6, 33, "entities.A.attributes.X"),
        "default",
    ),
    ("no such hour", entity("{ type: Time, default: '25:00' }"), ("M306", 6, 33, "entities.A.attributes.X"), "default"),
    (
        "moment without offset",
        entity("{ type: Date Time, default: 2026-01-31T12:00:00 }"),
        ("M306", 6, 38, "entities.A.attributes.X"),
        "offset",
    ),
    (
        "yes for a boolean",
        entity("{ type: Boolean, default: yes }"),
        ("M306", 6, 36, "entities.A.attributes.X"),
        "true or false",
    ),
    (
        "e-mail address",
        entity("{ type: Email, default: nobody }"),
        ("M306", 6, 34, "entities.A.attributes.X"),
        "e-mail",
    ),
    ("bytes", entity("{ type: Binary Data, default: abc }"), ("M306", 6, 40, "entities.A.attributes.X"), "no default"),
    (
        "unknown record",
        STATIC + "entities: { A: { attributes: { X: { type: S Identifier, default: Tow } } } }",
        ("M306", 4, 66, "entities.A.attributes.X"),
        "Two?",
    ),
    (
        "inactive record",
        STATIC.replace("Two:", "Two: { is_active: false }")
        + "entities: { A: { attributes: { X: { type: S Identifier, default: Two } } } }",
        ("M306", 4, 66, "entities.A.attributes.X"),
        "no active record",
    ),
    (
        "default identifier",
        TWO.replace("{ type: Text } } }\n  B", "{ type: B Identifier, default: 7 } } }\n  B"),
        ("M306", 4, 56, "entities.A.attributes.X"),
        "no default",
    ),
    (
        "function of another type",
        entity("{ type: Date, default: =CurrTime() }"),
        ("M307", 6, 34, "entities.A.attributes.X"),
        "a value of type Date",
    ),
    (
        "unknown function",
        entity("{ type: Date, default: =CurDate() }"),
        ("M307", 6, 34, "entities.A.attributes.X"),
        "CurrDate?",
    ),
    (
        "expression of another type",
        entity("{ type: Integer, default: =1 + 1.5 }"),
        ("M307", 6, 37, "entities.A.attributes.X"),
        "DecimalToInteger(",
    ),
    (
        "expression that a comment cuts short",
        entity("\n        type: Boolean\n        default: =CurrDate() < #2026-01-31#"),
        ("M307", 8, 18, "entities.A.attributes.X"),
        "put it in quotes: '=CurrDate() < #2026-01-31#'",
    ),
    (
        "name in a default",
        entity("{ type: Integer, default: =1 + Other }"),
        ("M307", 6, 41, "entities.A.attributes.X"),
        "no names can be used here",
    ),
    (
        "constant beyond its type",
        entity("{ type: Integer, default: =2147483647 + 1 }"),
        ("M306", 6, 48, "entities.A.attributes.X"),
        "is beyond Integer",
    ),
    (
        "constant without a value",
        entity("{ type: Integer, default: =1 + NoValue() }"),
        ("M306", 6, 36, "entities.A.attributes.X"),
        "has no value",
    ),
    (
        "constant beyond its limits",
        entity("{ type: Integer, maximum: 9, default: =5 * 2 }"),
        ("M306", 6, 48, "entities.A.attributes.X"),
        "greater than the maximum 9",
    ),
    (
        "secret with default",
        SETTING + "{ type: Text, secret: true, default: hush }",
        ("M308", 4, 43, "settings.S"),
        "secret",
    ),
    (
        "setting's expression",
        SETTING + "{ type: Date, default: =CurrDate() }",
        ("M307", 4, 29, "settings.S"),
        "the same whenever it is computed",
    ),
    (
        "setting named in a setting's expression",
        SETTING + "{ type: Integer, default: '=2 * Settings.S' }",
        ("M307", 4, 38, "settings.S"),
        "there is no Settings.S",
    ),
    (
        "a comma cuts an expression short",
        SETTING + "{ type: Decimal, default: =Round(2.5, 0) * 2, mandatory: true }",
        ("M307", 4, 32, "settings.S"),
        "put it in quotes: '=Round(2.5, 0) * 2'",
    ),
    (
        "a colon in an expression that a comma cuts short",
        entity("{ type: Decimal, default: =Round(2.5, fractionalDigits: 0) }"),
        ("M307", 6, 36, "entities.A.attributes.X"),
        "put it in quotes: '=Round(2.5, fractionalDigits: 0)'",
    ),
    # --- between elements
    ("display", entity("{ type: Text }", "    display: Y"), ("M401", 7, 14, "entities.A"), "no attribute"),
    (
        "display of bytes",
        entity("{ type: Binary Data }", "    display: X"),
        ("M302", 7, 14, "entities.A"),
        "Binary Data",
    ),
    (
        "index",
        entity("{ type: Text, length: 5 }", "    indexes: { I: { attributes: [Y] } }"),
        ("M401", 7, 34, "entities.A.indexes.I"),
        "",
    ),
    (
        "empty index",
        entity("{ type: Text }", "    indexes: { I: { attributes: [] } }"),
        ("M405", 7, 33, "entities.A.indexes.I"),
        "1 to 32",
    ),
    (
        "index on bytes",
        entity("{ type: Binary Data }", "    indexes: { I: { attributes: [X] } }"),
        ("M405", 7, 34, "entities.A.indexes.I"),
        "Binary Data",
    ),
    (
        "index on unbounded text",
        entity("{ type: Text }", "    indexes: { I: { attributes: [X] } }"),
        ("M405", 7, 34, "entities.A.indexes.I"),
        "650",
    ),
    (
        "on_delete unknown",
        TWO.replace("Y: { type: Text }", "Y: { type: A Identifier, on_delete: Cascade }"),
        ("M104", 5, 58, "entities.B.attributes.Y"),
        "Protect",
    ),
    (
        "Ignore on mandatory",
        TWO.replace("Y: { type: Text }", "Y: { type: A Identifier, mandatory: true, on_delete: Ignore }"),
        ("M402", 5, 75, "entities.B.attributes.Y"),
        "mandatory",
    ),
    (
        "rule on a static entity",
        STATIC + "entities: { A: { attributes: { X: { type: S Identifier, on_delete: Delete } } } }",
        ("M402", 4, 68, "entities.A.attributes.X"),
        "never deleted",
    ),
    (
        "mandatory self-reference",
        entity("{ type: A Identifier, mandatory: true }"),
        ("M403", 6, 7, "entities.A.attributes.X"),
        "another A",
    ),
    (
        "mandatory circle",
        TWO.replace("X: { type: Text }", "X: { type: B Identifier, mandatory: true }").replace(
            "Y: { type: Text }", "Y: { type: A Identifier, mandatory: true }"
        ),
        ("M403", 4, 22, "entities.A.attributes.X"),
        "A → B → A",
    ),
    (
        "structure circle",
        HEAD + "structures: { P: { attributes: { Q: { type: R } } }, R: { attributes: { P: { type: P } } } }",
        ("M404", 3, 34, "structures.P.attributes.Q"),
        "P → R → P",
    ),
    ("list of nothing", TWO + "screens: { S: { list: C } }", ("M401", 6, 23, "screens.S"), "no entity C"),
    ("list of a static entity", STATIC + "screens: { L: { list: S } }", ("M401", 4, 23, "screens.L"), "no entity S"),
    ("both kinds", TWO + "screens: { S: { list: A, detail: A } }", ("M406", 6, 12, "screens.S"), "both"),
    ("neither kind", TWO + "screens: { S: }", ("M406", 6, 12, "screens.S"), "neither"),
    ("columns of a detail", TWO + "screens: { S: { detail: A, columns: [X] } }", ("M406", 6, 37, "screens.S"), "lists"),
    ("columns", TWO + "screens: { S: { list: A, columns: [Z] } }", ("M401", 6, 36, "screens.S"), "no attribute of A"),
    (
        "search a number",
        entity("{ type: Integer }") + "screens: { S: { list: A, search: [X] } }",
        ("M302", 7, 35, "screens.S"),
        "no text",
    ),
    # --- libraries
    ("data in a library", f"library: L\nkey: {KEY}\nentities: {{ A: }}", ("M501", 3, 11, "entities"), "library"),
    (
        "settings in a library",
        f"library: L\nkey: {KEY}\nsettings: {{ A: {{ type: Text }} }}",
        ("M501", 3, 11, "settings"),
        "library",
    ),
    ("unknown library", HEAD + "uses: { Mony: '^1.0' }", ("M502", 3, 9, "uses.Mony"), "Money?"),
    ("uses itself", HEAD + "uses: { Shop: '^1.0' }", ("M502", 3, 9, "uses.Shop"), "itself"),
    ("no range", HEAD + "uses: { Money: latest }", ("M503", 3, 16, "uses.Money"), "range"),
    ("range null", HEAD + "uses: { Money: }", ("M503", 3, 16, "uses.Money"), "range"),
    ("range not met", HEAD + "uses: { Money: '^2.0' }", ("M503", 3, 9, "uses.Money"), "1.2.0"),
    (
        "library not used",
        entity("{ type: Money.CurrencyCode Identifier }"),
        ("M301", 6, 18, "entities.A.attributes.X"),
        "uses: { Money",
    ),
    (
        "not in the library",
        "uses: { Money: '^1.0' }\n" + entity("{ type: Money.Currency Identifier }"),
        ("M301", 7, 18, "entities.A.attributes.X"),
        "Money.CurrencyCode Identifier?",
    ),
    (
        "not in its records",
        "uses: { Money: '^1.0' }\n" + entity("{ type: Money.CurrencyCode Identifier, default: EURO }"),
        ("M306", 7, 58, "entities.A.attributes.X"),
        "EUR?",
    ),
    # --- warnings
    ("no records", HEAD + "static_entities: { S: }", ("M601", 3, 20, "static_entities.S"), "no records"),
]


@pytest.mark.parametrize(("text", "where", "says"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_wrong_model_has_exactly_this_problem(text: str, where: tuple[str, int, int, str], says: str) -> None:
    found = problems(text, libraries={"Money": MONEY})
    assert [
        (problem.code, problem.place and (problem.place.line, problem.place.column), problem.element)
        for problem in found
    ] == [(f"ODC-{where[0]}", where[1:3], where[3])]
    assert says in f"{found[0].message} {found[0].hint}"
    assert found[0].place is not None
    assert found[0].place.file == "a.yaml"
    assert len(found[0].message) < 300
