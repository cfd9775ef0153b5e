"""What is taken over of an earlier compile of actions is what a fresh compile writes, whatever changed of the model."""

import pytest

from odcpub.compiler.compile import compile_app
from odcpub.compiler.reuse import Reuse
from odcpub.model.elements import VerifiedAsset
from odcpub.model.load import RawModel, parts_of
from odcpub.model.verify import verify
from tests.unit.model.logic.whole import MONEY, WHOLE
from tests.unit.model.models import raw

HEAD, _, ACTIONS = WHOLE.partition("server_actions:\n")
FILES = raw(HEAD, f"server_actions:\n{ACTIONS}").parts
LIBRARIES = {"Money": MONEY}
BEFORE = verify(RawModel(FILES), LIBRARIES)[0]


def units(asset: VerifiedAsset, reuse: Reuse | None) -> dict[str, str]:
    compiled = compile_app(asset, LIBRARIES, reuse)
    return {one.name: "".join(source.text for source in one.sources) for one in compiled.assemblies}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Subject: { type: Text, length: 200,", "Subject: { key: Title, type: Text, length: 200,"),
        ("Subject: { type: Text, length: 200,", "Subject: { type: Text, length: 300,"),
        ("  Ticket:\n", "  Ticket:\n    key: Issue\n"),
        ("  Customer:\n", "  Customer:\n    key: Person\n"),
        ("Name: { type: Text, length: 100,", "Name: { key: Title, type: Text, length: 100,"),
        ("Status: { type: Status Identifier, default: Open }", "Status: { type: Status Identifier }"),
        ("Status: { records:", "Status: { key: State, records:"),
        ("Hours: { type: Decimal }", "Hours: { type: Currency }"),
        ("Fee: { type: Currency }\n", "Fee: { type: Currency }\n      More: { type: Text }\n"),
        ("Street: { type: Text }", "Street: { key: Road, type: Text }"),
        ("Street: { type: Text }", "Other: { type: Text List }, Street: { type: Text }"),
        ("HourlyRate: { type: Currency,", "HourlyRate: { type: Decimal,"),
        ("Address: {", "Address: { key: Home,"),
        ("uses:", "# moved\nuses:"),
    ],
)
def test_what_is_taken_over_is_what_would_be_written(old: str, new: str) -> None:
    assert old in HEAD
    part = parts_of(HEAD.replace(old, new, 1).encode(), "a.yaml")
    now = verify(RawModel((part, FILES[1])), LIBRARIES, BEFORE)[0]
    reuse = Reuse()
    units(BEFORE, reuse)
    assert units(now, reuse) == units(now, None)
