"""``verify --watch``: an answer after each change of a file's content, whatever happens to files and folder."""

from __future__ import annotations

import itertools
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from odcpub.author import watching
from odcpub.author.verifying import Verified
from odcpub.author.watching import watch
from odcpub.errors import ModelError, OdcpubError, UsageError
from odcpub.model import load

MODEL = "app: Shop\nkey: 2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10\n"
ORDER = "entities: { Order: { attributes: { Name: { type: Text } } } }\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shop"
    (made / "more").mkdir(parents=True)
    (made / "app.yaml").write_text(MODEL)
    (made / "more" / "order.yaml").write_text(ORDER)
    return made


Watch = Callable[[Path, list[Callable[[], object]]], list[str]]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """What is answered to each of some changes, all in the order of their times: empty where that is nothing."""

    def run(folder: Path, steps: list[Callable[[], object]]) -> list[str]:
        heard: list[str] = [""]
        left = list(steps)
        looks = itertools.count()

        def wait(seconds: float) -> None:
            """Two looks after each change, the second of which is the one that makes sure."""
            if seconds < watching.INTERVAL or next(looks) % 3 < 2:
                return
            if not left:
                raise KeyboardInterrupt
            left.pop(0)()
            heard.append("")

        monkeypatch.setattr(time, "sleep", wait)
        with pytest.raises(KeyboardInterrupt):
            for answer in watch(str(folder)):
                heard[-1] += said(answer)
        return heard

    return run


def said(answer: Verified | OdcpubError) -> str:
    if isinstance(answer, ModelError):
        return ", ".join(str(one.place) for one in answer.problems)
    return answer.message if isinstance(answer, OdcpubError) else f"{answer['name']}: {len(answer['warnings'])}"


def replace(path: Path, text: str) -> None:
    """As an editor saves that writes beside the file."""
    path.with_name(".saved").write_text(text)
    path.unlink()
    path.with_name(".saved").rename(path)


def test_each_change_is_answered_once(folder: Path, answers: Watch) -> None:
    order = folder / "more" / "order.yaml"
    assert answers(
        folder,
        [
            lambda: order.write_text(ORDER.replace("Text", "Txt")),
            lambda: order.write_text(ORDER.replace("Text", "Txt2")),
            lambda: order.write_text("entities: ["),
            lambda: replace(order, ORDER),
            lambda: os.utime(order),
            lambda: order.write_text(ORDER),
            lambda: (folder / "new.yaml").write_text("static_entities: { State: {} }"),
            lambda: (folder / "new.yaml").unlink(),
            lambda: (folder / ".hidden.yaml").write_text("["),
            lambda: (folder / "notes.txt").write_text("["),
            order.unlink,
        ],
    ) == [
        "Shop: 0",
        "more/order.yaml:1:50",
        "more/order.yaml:1:50",
        "more/order.yaml:2:1",
        "Shop: 0",
        "",
        "",
        "Shop: 1",
        "Shop: 0",
        "",
        "",
        "Shop: 0",
    ]


def test_a_folder_that_vanishes_is_an_answer_and_may_come_back(folder: Path, answers: Watch) -> None:
    away = folder.with_name("away")
    assert answers(
        folder,
        [
            lambda: folder.rename(away),
            lambda: away.rename(folder),
            lambda: shutil.rmtree(folder),
            lambda: folder.write_text("a file"),
        ],
    ) == ["Shop: 0", f"{folder}: no such folder", "Shop: 0", f"{folder}: no such folder", f"{folder}: is a file"]


def test_a_change_that_leaves_time_and_size_as_they_were_is_seen(folder: Path, answers: Watch) -> None:
    order = folder / "more" / "order.yaml"
    found = order.stat()

    def unseen() -> None:
        order.write_text(ORDER.replace("Text", "Txet"))
        os.utime(order, ns=(found.st_atime_ns, found.st_mtime_ns))

    assert answers(folder, [unseen]) == ["Shop: 0", "more/order.yaml:1:50"]


def test_files_that_did_not_change_are_not_read_again(
    folder: Path, answers: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, parts_of = [], load.parts_of
    monkeypatch.setattr(load, "parts_of", lambda content, name: read.append(name) or parts_of(content, name))
    order = folder / "more" / "order.yaml"
    answers(folder, [lambda: order.write_text(ORDER.replace("Text", "Date")), lambda: os.utime(order)])
    assert read == ["app.yaml", "more/order.yaml", "more/order.yaml"]


def test_a_file_that_is_away_for_a_moment_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor saves by putting another file in its place: what is there in between is no answer."""
    order, heard = folder / "more" / "order.yaml", list[str]()
    steps: Iterator[Callable[[], object]] = iter(
        [order.unlink, lambda: order.write_text(ORDER.replace("Text", "Txt")), lambda: None]
    )

    def wait(_: float) -> None:
        if len(heard) == 2:
            raise KeyboardInterrupt
        if heard:
            next(steps)()

    monkeypatch.setattr(time, "sleep", wait)
    with pytest.raises(KeyboardInterrupt):
        for answer in watch(str(folder)):
            heard.append(said(answer))
    assert heard == ["Shop: 0", "more/order.yaml:1:50"]


def test_looking_at_many_files_takes_a_share_of_the_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    clock = itertools.count(0, 2)
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) > 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", wait)
    with pytest.raises(KeyboardInterrupt):
        list(watch(str(folder)))
    assert waited == [watching.SETTLE, 20, 20, 20]


@pytest.mark.parametrize("path", ["none", "none.oap", ""])
def test_without_a_folder_there_is_nothing_to_watch(path: str) -> None:
    with pytest.raises(UsageError):
        next(watch(path))


def test_an_archive_is_not_watched(tmp_path: Path) -> None:
    (tmp_path / "shop.oap").touch()
    with pytest.raises(UsageError, match="an archive is not watched"):
        next(watch(str(tmp_path / "shop.oap")))
