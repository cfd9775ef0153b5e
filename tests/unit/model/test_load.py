"""Files of a model: which are read, what is wrong with them, and that unchanged ones are not read again."""

import os
import time
from pathlib import Path

import pytest

from odcpub.errors import ModelError, Problem
from odcpub.files import MAX_FILE
from odcpub.model import load as loading
from odcpub.model.load import FileCache, RawModel, load, load_found
from odcpub.model.verify import verify
from odcpub.tree import tree as limits
from odcpub.tree.folder import _Reading, _Walk, read_folder
from tests.unit.model.models import HEAD

ENTITY = "entities: {{ {}: {{ attributes: {{ Name: {{ type: Text }} }} }} }}\n"


def write(folder: Path, **files: str | bytes) -> Path:
    """``a__b_yaml`` is the file ``a/b.yaml``; all are an hour old."""
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml").replace("_yml", ".yml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(path, (time.time() - 3_600, time.time() - 3_600))
    return folder


def found(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(ModelError) as error:
        verify(load_found(read_folder(folder)), {})
    return error.value.problems


def entities(folder: Path, cache: FileCache | None = None) -> list[str]:
    return [entity.name for entity in verify(read(folder, cache), {})[0].entities]


def read(folder: Path, cache: FileCache | None = None) -> RawModel:
    found = read_folder(folder)
    return load(found.tree, found.contents.__getitem__, found.where, cache)


def test_all_yaml_files_of_the_folder_are_one_model(tmp_path: Path) -> None:
    write(tmp_path, app_yaml=HEAD, b_yml=ENTITY.format("B"), deep__er__a_yaml=ENTITY.format("A"))
    write(tmp_path, stages__qa_yaml="settings: { X: 1 }", odcpub_yaml="stages: []")
    write(tmp_path, _hidden_yaml="nonsense: [")
    (tmp_path / "_hidden.yaml").rename(tmp_path / ".hidden.yaml")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.yaml").write_text("nonsense: [")
    (tmp_path / "notes.txt").write_text("nonsense: [")
    assert entities(tmp_path) == ["A", "B"]


def test_sections_in_several_files_are_united_and_a_double_is_told_with_both_places(tmp_path: Path) -> None:
    write(tmp_path, app_yaml=HEAD, a_yaml=ENTITY.format("A"), z_yaml="\n" + ENTITY.format("A"))
    (problem,) = found(tmp_path)
    assert problem.code == "ODC-M203"
    assert str(problem.place) == "z.yaml:2:13"
    assert "a.yaml:1:13" in problem.message


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    write(tmp_path, app_yaml=b"\xef\xbb\xbf" + HEAD.encode() + b"description: B\xc3\xa4r\r\n")
    assert verify(load_found(read_folder(tmp_path)), {})[0].description == "Bär"


@pytest.mark.parametrize(
    ("content", "code", "place", "says"),
    [
        (HEAD.encode() + b"description: \xff", "ODC-M005", "app.yaml:3:14", "0xff"),
        (HEAD.encode() + b"description: caf\xe9 x", "ODC-M005", "app.yaml:3:17", "0xe9"),
        (b"\xef\xbb\xbfapp: \x80", "ODC-M005", "app.yaml:1:6", "0x80"),
        (HEAD.encode("utf-16"), "ODC-M005", "app.yaml:1:1", "UTF-16"),
        (HEAD.encode("utf-32"), "ODC-M005", "app.yaml:1:1", "UTF-16 or UTF-32"),
        (b"app: A\x00B", "ODC-M005", "app.yaml:1:7", "NUL"),
        (b"app: \xed\xa0\x80", "ODC-M005", "app.yaml:1:6", "0xed"),
        (b"\x7fELF\x01\x02", "ODC-M006", "app.yaml:1:1", "not valid YAML"),
    ],
)
def test_a_file_that_is_no_utf8_text(tmp_path: Path, content: bytes, code: str, place: str, says: str) -> None:
    (problem,) = found(write(tmp_path, app_yaml=content))
    assert (problem.code, str(problem.place)) == (code, place)
    assert says in problem.message
    assert problem.hint


def test_a_broken_file_brings_no_problems_about_what_it_holds(tmp_path: Path) -> None:
    write(
        tmp_path,
        app_yaml=HEAD,
        a_yaml="entities: { Customer: [",
        b_yaml=ENTITY.format("B").replace("Text", "Customer Identifier"),
    )
    assert [problem.code for problem in found(tmp_path)] == ["ODC-M006"]


def test_a_missing_folder_a_file_and_an_empty_folder(tmp_path: Path) -> None:
    (missing,) = found(tmp_path / "nowhere")
    assert missing.code == "ODC-M001"
    assert "does not exist" in missing.message
    (file,) = found(write(tmp_path, app_yaml=HEAD) / "app.yaml")
    assert "is not a folder" in file.message
    (tmp_path / "empty").mkdir()
    (empty,) = found(tmp_path / "empty")
    assert empty.code == "ODC-M002"


def test_files_with_comments_alone_are_fine_beside_others(tmp_path: Path) -> None:
    write(tmp_path, app_yaml=HEAD, later_yaml="# entities come here\n", empty_yaml="")
    assert entities(tmp_path) == []


def test_links_out_of_the_folder_are_refused_and_links_within_count_once(tmp_path: Path) -> None:
    model = write(tmp_path / "model", app_yaml=HEAD, a_yaml=ENTITY.format("A"), _data__b_yaml=ENTITY.format("B"))
    (model / "_data").rename(model / ".data")
    (model / "again.yaml").symlink_to("a.yaml")
    (model / "mounted.yaml").symlink_to(".data/b.yaml")
    assert entities(model) == ["A", "B"]
    write(tmp_path, secret_yaml=ENTITY.format("Secret"))
    (model / "out.yaml").symlink_to(tmp_path / "secret.yaml")
    (model / "up").symlink_to(tmp_path)
    assert [(p.code, p.place and p.place.file) for p in found(model)] == [("ODC-M003", "out.yaml"), ("ODC-M003", "up")]


def test_a_link_to_a_hidden_folder_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    model = write(tmp_path, app_yaml=HEAD, a__b_yaml=ENTITY.format("B"), hidden__c_yaml=ENTITY.format("C"))
    (model / "hidden").rename(model / ".hidden")
    (model / "same").symlink_to("a")
    assert entities(model) == ["B"]
    (model / "shared").symlink_to(".hidden")
    (problem,) = found(model)
    assert (problem.code, str(problem.place)) == ("ODC-M003", "shared:1:1")
    assert "a link to a hidden folder" in problem.message


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(write(tmp_path, app_yaml=HEAD) / "pipe.yaml")
    (problem,) = found(tmp_path)
    assert problem.code == "ODC-M003"
    assert "regular file" in problem.message


def test_too_large_a_file(tmp_path: Path) -> None:
    (problem,) = found(write(tmp_path, app_yaml=HEAD + "#" * MAX_FILE))
    assert problem.code == "ODC-M004"
    assert "5,000" in problem.message


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, app_yaml=HEAD)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("odcpub.files.os.open", refuse)
    (problem,) = found(tmp_path)
    assert problem.code == "ODC-M003"
    assert "Permission denied" in problem.message


def test_only_changed_files_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, app_yaml=HEAD, a_yaml=ENTITY.format("A"), b_yaml=ENTITY.format("B"))
    cache = FileCache()
    entities(tmp_path, cache)
    parsed: list[str] = []
    monkeypatch.setattr(
        loading, "parts_of", lambda content, name, real=loading.parts_of: (parsed.append(name), real(content, name))[1]
    )
    assert entities(tmp_path, cache) == ["A", "B"]
    assert parsed == []
    write(tmp_path, b_yaml=ENTITY.format("C"))
    assert entities(tmp_path, cache) == ["A", "C"]
    assert parsed == ["b.yaml"]
    (tmp_path / "a.yaml").unlink()
    assert entities(tmp_path, cache) == ["C"]
    write(tmp_path, b_yaml=ENTITY.format("B"))
    assert entities(tmp_path, cache) == ["B"]
    assert parsed == ["b.yaml"], "also what was there before is known"


def test_what_is_remembered_is_bounded(tmp_path: Path) -> None:
    """By what was read, not by how many files: of a large one few versions are kept."""
    cache = FileCache(limit=2_500)
    for name in "ABCD":
        entities(write(tmp_path, app_yaml=HEAD, a_yaml=ENTITY.format(name)), cache)
    assert [name for name, _ in sorted(cache.parts)] == ["a.yaml"] * 3 + ["app.yaml"], "the latest, and two of before"
    entities(write(tmp_path, a_yaml=ENTITY.format("E") + "#" * 3_000), cache)
    entities(write(tmp_path, a_yaml=ENTITY.format("A")), cache)
    assert all(count < 3_000 for _, count in cache.parts.values()), "the large one has gone"
    assert entities(tmp_path, FileCache(limit=0)) == ["A"], "a model that is larger than the limit is known whole"


def test_problems_come_again_from_the_cache(tmp_path: Path) -> None:
    write(tmp_path, app_yaml=HEAD + "colour: red")
    cache = FileCache()
    first = read(tmp_path, cache)
    assert read(tmp_path, cache) == first
    assert first.parts[0].problems


def test_a_folder_of_several_models_is_told_once_with_their_folders(tmp_path: Path) -> None:
    other = HEAD.replace("Shop", "Desk") + ENTITY.format("A")
    write(tmp_path, shop__app_yaml=HEAD, shop__a_yaml=ENTITY.format("A"), desk__app_yaml=other)
    (problem,) = found(tmp_path)
    assert problem.code == "ODC-M009"
    assert problem.message == f"{tmp_path} holds 2 models, in desk, shop"
    assert problem.hint == f"name the folder of one of them: {tmp_path}/desk"


@pytest.mark.parametrize("beside", ["stages/qa.yaml", "odcpub.yaml", "odcpub.yml"])
def test_the_folder_above_a_model_is_told_once_with_the_models_folder(tmp_path: Path, beside: str) -> None:
    write(tmp_path, apps__shop__app_yaml=HEAD, apps__shop__a_yaml=ENTITY.format("A"))
    assert entities(tmp_path) == ["A"], "a model may be divided into folders as one likes"
    file = tmp_path / "apps" / "shop" / beside
    file.parent.mkdir(exist_ok=True)
    file.write_text("settings: { Rate: 95 }\n")
    (problem,) = found(tmp_path)
    assert problem.code == "ODC-M009"
    assert problem.message == f"{tmp_path} is not the model's folder: the model and its stages are in apps/shop"
    assert problem.hint == f"name the folder of that model: {tmp_path}/apps/shop"


def test_a_model_inside_another_is_told_once(tmp_path: Path) -> None:
    write(tmp_path, app_yaml=HEAD + ENTITY.format("A"), old__app_yaml=HEAD + ENTITY.format("A"))
    (problem,) = found(tmp_path)
    assert problem.message == f"{tmp_path} holds a model, and 1 more in old"
    assert "move the inner models out" in problem.hint


def test_links_that_lead_nowhere_or_where_nobody_may_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, app_yaml=HEAD)
    for name, target in (("loop.yaml", "loop.yaml"), ("secret", "hidden"), ("gone", "nowhere")):
        (tmp_path / name).symlink_to(tmp_path / target)

    def is_dir(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as closed:
        closed.setattr(Path, "is_dir", is_dir)
        _Walk(_Reading(tmp_path)).walk(tmp_path, "")
    (problem,) = found(tmp_path)
    assert (problem.code, str(problem.place)) == ("ODC-M003", "loop.yaml:1:1")


def test_a_folder_that_is_no_models_is_not_looked_through_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_FOLDERS", 20)
    for number in range(30):
        write(tmp_path, **{f"a{number}__app_yaml": HEAD})
    (problem,) = found(tmp_path)
    assert problem.message == f"{tmp_path} has more than 20 subfolders"
    assert problem.hint == "name the folder of one model"
