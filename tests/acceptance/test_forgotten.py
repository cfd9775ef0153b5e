"""A cluster that is gone for good: the app is forgotten, its rows stay, and it is published elsewhere with them.

Profile local, whose records stand for those of an app on a cluster.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation, call, installation

MODEL = """\
app: Forgotten
key: 5c0a7be3-2d61-4f0e-8b57-9a4c1e6d2f80
entities:
  Note:
    attributes:
      Text: { type: Text, length: 50 }
"""


@pytest.fixture
def odcpub() -> Iterator[Installation]:
    with installation() as made:
        yield made


def kubeconfig(folder: Path) -> str:
    """That of a cluster at an address where nobody is."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "kind-gone",
        "contexts": [{"name": "kind-gone", "context": {"cluster": "x", "user": "x"}}],
        "clusters": [{"name": "x", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "x", "user": {}}],
    }
    (folder / "config").write_text(json.dumps(config))
    return str(folder / "config")


def test_an_app_on_a_cluster_that_is_gone_is_forgotten_and_published_elsewhere(odcpub: Installation) -> None:
    model = odcpub.folder / "model"
    model.mkdir()
    (model / "app.yaml").write_text(MODEL)
    address = odcpub.run("publish", str(model)).out.strip()
    refused = odcpub.run("undeploy", "forgotten", "--stage", "development", "--forget", code=1)
    assert "--forget is refused: the runner answers" in refused.err
    made = call("POST", f"{address}/api/Note", {"Text": "kept"})
    assert made.status == 201
    file = kubeconfig(odcpub.folder)
    values = ("runner=kubernetes", "registry=127.0.0.1:9", "database_address=127.0.0.1", f"kubeconfig={file}")
    assert "which cluster context kind-gone leads to is not known yet" in odcpub.run("engines", "set", *values).err
    stuck = odcpub.run("undeploy", "forgotten", "--stage", "development", code=3)
    assert "where it is gone for good: odcpub undeploy forgotten --stage development --forget" in stuck.err
    done = odcpub.run("undeploy", "forgotten", "--stage", "development", "--forget")
    for told in ("kubectl --kubeconfig", "--context kind-gone", "database odc_development, schema forgotten"):
        assert told in done.err
    assert "Forgotten is forgotten in Development" in done.err
    assert odcpub.json("status")["assets"][0]["stages"] == []
    odcpub.run("engines", "use", "local")
    again = odcpub.run("publish", str(model)).out.strip()
    assert [one["Text"] for one in call("GET", f"{again}/api/Note").body["items"]] == ["kept"]
