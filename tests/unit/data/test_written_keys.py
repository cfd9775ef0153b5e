"""The answer to "renamed?" as an author writes it, from the file to the plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from odcpub.data.plan import plan_migration
from odcpub.data.target import target_schema
from odcpub.model.elements import Asset
from odcpub.model.load import load_found
from odcpub.model.verify import verify
from odcpub.tree.folder import read_folder

KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"
OLD = "static_entities: { S: { records: { R: { label: R } } } }\nentities: { E: { attributes: { A: { type: Text } } } }"


def model(folder: Path, body: str) -> Asset:
    folder.mkdir()
    (folder / "app.yaml").write_text(f"app: Some\nkey: {KEY}\n{body}\n")
    asset, problems = verify(load_found(read_folder(folder)), {})
    assert [problem for problem in problems if problem.severity == "Error"] == []
    return asset


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("entities: { E: { attributes: { B: { type: Text } } } }", 1),
        ("entities: { E: { attributes: { B: { type: Text, key: A } } } }", 0),
        ("entities: { E: { attributes: { B: { type: Text, key: B } } } }", 0),
        ("entities: { F: { attributes: { A: { type: Text } } } }", 1),
        ("entities: { F: { key: E, attributes: { A: { type: Text } } } }", 0),
        ("entities: { F: { key: F, attributes: { A: { type: Text } } } }", 0),
        ("static_entities: { T: { records: { R: { label: R } } } }", 1),
        ("static_entities: { T: { key: S, records: { R: { label: R } } } }", 0),
        ("static_entities: { T: { key: T, records: { R: { label: R } } } }", 0),
    ],
)
def test_the_answer_stands_in_the_model(body: str, asked: int, tmp_path: Path) -> None:
    old, new = model(tmp_path / "old", OLD), model(tmp_path / "new", body)
    plan = plan_migration(target_schema(old), target_schema(new), asset=new, previous=old)
    assert len(plan.refusals) == asked
