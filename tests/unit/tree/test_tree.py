"""Which files of a model travel, and that a tree is the same text for the same files."""

from __future__ import annotations

from pathlib import Path

import pytest

from odcpub.tree.folder import read_folder
from odcpub.tree.tree import Bad, BadTree, Tree, digest_of, parse, travels

APP = "app: Shop\nkey: 2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10\n"


def write(folder: Path, *paths: str) -> Path:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(APP if path == "app.yaml" else f"# {path}\n")
    return folder


def test_what_belongs_to_the_model_travels_and_nothing_else(tmp_path: Path) -> None:
    model = write(
        tmp_path / "project" / "model",
        "app.yaml", "sub/more.yml", "odcpub.lock", "stages/qa.yaml", "stages/README.md", ".env", ".git/config.yaml",
        "sub/.hidden.yaml", "stages/.secret.yaml", "id_rsa", "token.txt", "shop.oap",
    )  # fmt: skip
    write(tmp_path, "odcpub.yaml", "other.yaml")
    found = read_folder(model)
    assert set(found.tree.entries) == {"app.yaml", "sub/more.yml", "odcpub.lock", "stages/qa.yaml", "odcpub.yaml"}
    assert (found.tree.above, found.tree.project_path) == (2, "../../odcpub.yaml")
    assert found.contents[str(found.tree.entries["app.yaml"])] == APP.encode()
    assert all(map(travels, found.tree.entries))


def test_the_nearest_project_file_counts(tmp_path: Path) -> None:
    write(tmp_path, "odcpub.yaml", "model/odcpub.yaml", "model/app.yaml")
    tree = read_folder(tmp_path / "model").tree
    assert (tree.above, tree.entries["odcpub.yaml"]) == (0, digest_of(b"# model/odcpub.yaml\n"))


def test_a_tree_is_told_by_its_files_and_not_by_its_place(tmp_path: Path) -> None:
    trees = [read_folder(write(tmp_path / name, "app.yaml", "stages/qa.yaml")).tree for name in ("a", "b")]
    assert trees[0].digest == trees[1].digest
    (tmp_path / "b" / "stages" / "qa.yaml").write_text("settings: {}")
    assert read_folder(tmp_path / "b").tree.digest != trees[0].digest


def test_two_names_that_are_shown_alike_lose_no_file(tmp_path: Path) -> None:
    write(tmp_path, "app.yaml", "a\x1b.yaml", "a\\x1b.yaml")
    entry = read_folder(tmp_path).tree.entries["a\\x1b.yaml"]
    assert isinstance(entry, Bad)
    assert "two files have names that are shown like this" in entry.message


def test_a_tree_comes_back_from_its_text(tmp_path: Path) -> None:
    write(tmp_path, "app.yaml", "stages/qa.yaml")
    (tmp_path / "out.yaml").symlink_to("/etc/hostname")
    tree = read_folder(tmp_path).tree
    assert isinstance(tree.entries["out.yaml"], Bad)
    assert parse(tree.text()) == tree


ZEROS = 64 * "0"
BAD = Bad("ODC-M003", "it is a link", "remove it")


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "null", "[" * 100_000,
        Tree({"../a.yaml": ZEROS}).text(), Tree({"/a.yaml": ZEROS}).text(), Tree({"a/../b.yaml": ZEROS}).text(),
        Tree({"a//b.yaml": ZEROS}).text(), Tree({"a\0.yaml": ZEROS}).text(), Tree({"id_rsa": ZEROS}).text(),
        Tree({".a.yaml": ZEROS}).text(), Tree({"stages/a/b.yaml": ZEROS}).text(), Tree({"a.yaml": "x"}).text(),
        Tree({"a.yaml": ZEROS}, -1).text(), Tree({"../a": BAD}).text(), Tree({"a": Bad("X", "", "")}).text(),  # type: ignore[arg-type]
        Tree({"a.yaml": ZEROS}).text().replace('"format": 1', '"format": 2'),
        Tree({f"{number}.yaml": ZEROS for number in range(10_001)}).text(),
    ],
)  # fmt: skip
def test_what_is_no_tree_is_refused(text: str) -> None:
    with pytest.raises(BadTree):
        parse(text)
