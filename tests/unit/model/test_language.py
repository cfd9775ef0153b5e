"""One source of truth: tables, JSON Schema, documentation, first models and examples agree."""

import json
import re
from pathlib import Path

from odcpub.model.elements import Library
from odcpub.model.json_schema import json_schema
from odcpub.model.language import KEPT, KEYS, LIMITS, PLAIN_TYPES
from odcpub.model.load import load_found
from odcpub.model.problems import Code
from odcpub.model.verify import verify
from odcpub.tree.folder import read_folder

ROOT = Path(__file__).parents[3]
DOCS = (ROOT / "docs" / "model.md").read_text()


def test_the_schema_has_every_key_and_no_other() -> None:
    schema = json_schema()
    elements = {"asset": schema, **schema["$defs"]}
    for kind, keys in KEYS.items():
        known = {key.name for key in keys} | set(KEPT.get(kind, ()))
        assert set(elements[kind]["properties"]) == known
        assert elements[kind]["additionalProperties"] is False
    references = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)))
    assert references <= set(schema["$defs"])


def test_every_key_of_the_tables_is_explained_and_documented() -> None:
    for kind, keys in KEYS.items():
        for key in keys:
            assert key.about.endswith("."), (kind, key.name)
            assert f"`{key.name}`" in DOCS, f"docs/model.md does not tell of {kind}.{key.name}"


def test_the_documentation_has_every_type_limit_code_and_kept_word() -> None:
    for word in (
        *(basic.value for basic in PLAIN_TYPES),
        *LIMITS,
        *(word for words in KEPT.values() for word in words),
    ):
        assert word in DOCS, word
    for code in Code:
        assert f"| {code} | {code.meaning} |" in DOCS, code


def test_every_code_is_its_own() -> None:
    assert len({str(code) for code in Code}) == len(Code.__members__)


def test_the_examples_are_right_and_keep_their_promises() -> None:
    money, warnings = verify(load_found(read_folder(ROOT / "examples" / "money")), {})
    assert warnings == ()
    library = Library(money, "1.0.0", 1, "sha256:0")
    helpdesk, warnings = verify(load_found(read_folder(ROOT / "examples" / "helpdesk")), {"Money": library})
    assert warnings == ()
    assert [entity.name for entity in helpdesk.entities] == ["Comment", "Customer", "Ticket"]
    assert [(setting.name, setting.secret, setting.mandatory) for setting in helpdesk.settings] == [
        ("HourlyRate", False, False),
        ("MailToken", True, False),
    ]
