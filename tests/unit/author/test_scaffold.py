"""First models: right as they are, and named after their folder."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from odcpub.author.scaffold import first_model, name_of_folder, new_app, new_library
from odcpub.errors import UsageError
from tests.unit.model.models import KEY, problems, raw


@pytest.mark.parametrize("files", [new_app("Shop", KEY), new_library("Sizes", KEY)], ids=["app", "library"])
def test_first_models_are_right(files: dict[str, str]) -> None:
    texts = [text for path, text in files.items() if not path.startswith("stages/")]
    assert problems(*texts) == ()
    assert raw(*texts).key == KEY
    assert all(text.isascii() for text in files.values())


@pytest.mark.parametrize("name", ["", "my shop", "1st", "x" * 51, "a{b}", "../up", "a\nb"])
def test_names_of_first_models(name: str) -> None:
    with pytest.raises(UsageError, match="not a name"):
        new_app(name, KEY)


@pytest.mark.parametrize("name", ["System", "public", "PgShop", "Odcpub"])
@pytest.mark.parametrize("make", [new_app, new_library])
def test_a_name_of_the_platforms_own_is_refused_before_anything_is_written(
    make: Callable[[str, str], object], name: str
) -> None:
    with pytest.raises(UsageError, match=f"cannot be called {name}: the name is taken") as refused:
        make(name, KEY)
    assert "--name" in refused.value.hint


def test_a_folders_name_suggests_a_name() -> None:
    assert [name_of_folder(folder) for folder in ("help-desk", "2nd_try", "…", "Shop")] == [
        "HelpDesk",
        "ndTry",
        "…",
        "Shop",
    ]


@pytest.mark.parametrize(("name", "folder"), [("", "shop"), (None, "größe 日本"), (None, "…")])
def test_what_is_no_name_is_refused_and_never_made_one_silently(name: str | None, folder: str) -> None:
    with pytest.raises(UsageError, match="is not a name") as refused:
        first_model("app", name, folder)
    assert "--name NAME" in refused.value.hint


def test_a_new_model_is_named_after_its_folder_unless_told() -> None:
    name, files = first_model("app", None, "help-desk")
    assert (name, "app: HelpDesk" in files["app.yaml"]) == ("HelpDesk", True)
    assert first_model("library", "Units", "help-desk")[0] == "Units"


def test_the_commands_in_its_comments_name_the_app_as_commands_do() -> None:
    _, files = first_model("app", None, "help-desk")
    assert "odcpub config set help-desk SomeSecret --stage qa" in files["stages/qa.yaml"]
    assert "odcpub release unit-sizes --version" in first_model("library", "UnitSizes", "x")[1]["library.yaml"]
