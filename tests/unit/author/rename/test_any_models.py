"""Any element of any model gets any name, or is refused; the database never has anything to migrate."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from odcpub.author.rename.renaming import rename
from odcpub.data.diff import differences
from odcpub.data.target import target_schema
from odcpub.errors import OdcpubError
from odcpub.model.load import load_found
from odcpub.model.verify import verify
from odcpub.tree.tree import Found, Tree, digest_of
from tests.tries import tries
from tests.unit.author.rename.any_models import NAMES, Writer, models
from tests.unit.author.rename.situations import HEAD


def files(texts: dict[str, bytes]) -> Found:
    return Found(
        Tree({path: digest_of(one) for path, one in texts.items()}), "x", {digest_of(o): o for o in texts.values()}
    )


def elements(model: dict[str, Any]) -> list[str]:
    """The whole paths of all that can be renamed."""
    found = [f"{section}.{name}" for section, names in model.items() for name in names]
    for name, entity in model["entities"].items():
        for section in ("attributes", "indexes"):
            found += [f"entities.{name}.{section}.{one}" for one in entity.get(section, ())]
    return found


@tries(60)
@given(models(), st.randoms(use_true_random=False), st.sampled_from([*NAMES, "Other", "title"]), st.data())
def test_any_element_of_any_model(model: dict[str, Any], random: Random, new: str, data: st.DataObject) -> None:
    sections = list(model.items())
    random.shuffle(sections)
    writer, at = Writer(random), random.randint(0, len(sections))
    texts = {"app.yaml": HEAD, "a.yaml": writer.text(dict(sections[:at])), "b.yaml": writer.text(dict(sections[at:]))}
    if "settings" in model:
        texts["stages/qa.yaml"] = writer.text({"settings": dict.fromkeys(model["settings"], "Name")})
    found = files({path: text.encode() for path, text in texts.items()})
    asset, _ = verify(load_found(found), {})
    old = data.draw(st.sampled_from(elements(model)))
    try:
        made = rename(found, old, new)
    except OdcpubError as error:
        assert f"cannot be called {new}" in error.message, error
        return
    after = files(
        {path: text.encode() for path, text in texts.items()} | {p: one.after for p, one in made.files.items()}
    )
    renamed, _ = verify(load_found(after), {})
    assert differences(target_schema(asset), target_schema(renamed)) == ()
    owner, _, name = old.rpartition(".")
    if made.files and not {name.lower(), new.lower()} & {"true", "null"}:  # these get quotes, which stay
        back = rename(after, f"{owner}.{new}", name)
        before = {path: one.before for path, one in made.files.items()}
        assert {path: one.after for path, one in back.files.items()} == before
