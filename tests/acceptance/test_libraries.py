"""A library's stored build goes into its consumer's image byte for byte; publishing one touches nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from odcpub.engines.ports import Registry
from odcpub.engines.registry.distribution import OciRegistry
from odcpub.engines.registry.layout import LayoutRegistry
from odcpub.image.content import ImageRef
from tests.installation import Installation, publish_helpdesk
from tests.untouched import deployed


@pytest.fixture(scope="module")
def address(odcpub: Installation) -> str:
    return publish_helpdesk(odcpub)


@contextmanager
def running_image(odcpub: Installation, profile: str) -> Iterator[tuple[Registry, ImageRef, dict[str, Any]]]:
    """The registry, the image that runs there, its manifest."""
    image = ImageRef("helpdesk", odcpub.stage("Helpdesk", "Development")["digest"])
    registry: Registry
    if profile == "kind":
        registry = OciRegistry(os.environ["ODCPUB_TEST_REGISTRY"])
    else:
        registry = LayoutRegistry(odcpub.folder / "data" / "images")
    try:
        yield registry, image, json.loads(registry.manifest(image) or b"{}")
    finally:
        if isinstance(registry, OciRegistry):
            registry.close()


def read_layers(registry: Registry, image: ImageRef, manifest: dict[str, Any]) -> dict[str, bytes]:
    """Every file of the image's own layers, by path."""
    files: dict[str, bytes] = {}
    for layer in manifest["layers"][1:]:
        content = b"".join(registry.blob(image, layer["digest"]))
        with tarfile.open(fileobj=BytesIO(content)) as archive:
            files |= {m.name: _read(archive, m) for m in archive if m.isfile()}
    return files


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    assert file is not None
    return file.read()


def stored_build(odcpub: Installation) -> dict[str, str]:
    """The files of the library's revision as its publish stored them: path → sha256."""
    blobs = [path for path in (odcpub.folder / "data" / "blobs").rglob("*") if path.is_file()]
    builds = [json.loads(path.read_bytes()) for path in blobs if path.read_bytes().startswith(b'{"app":')]
    build = next(one["app"] for one in builds if set(one) == {"app"})
    return dict(build)


def test_stored_bytes_are_in_the_consumers_image(odcpub: Installation, address: str, profile: str) -> None:
    with running_image(odcpub, profile) as found:
        files = read_layers(*found)
    build = stored_build(odcpub)
    assert build
    for path, digest in build.items():
        assert hashlib.sha256(files[f"app/{path}"]).hexdigest() == digest, path


def test_the_image_says_how_its_health_is_asked(odcpub: Installation, address: str, profile: str) -> None:
    with running_image(odcpub, profile) as (registry, image, manifest):
        config = json.loads(b"".join(registry.blob(image, manifest["config"]["digest"])))["config"]
    assert config["Healthcheck"]["Test"] == ["CMD", "/app/app", "--health"]
    assert config["User"] not in ("", "0", "root")


def test_publishing_a_library_touches_no_database_and_starts_nothing(odcpub: Installation, address: str) -> None:
    before = deployed(odcpub)
    tables = {name.rsplit(".", 1)[-1] for name in before}
    assert {"customer", "ticket"} <= tables, "the consumer's tables are among what is looked at"
    model = next((odcpub.folder / "models" / "money").glob("*.yaml"))
    model.write_text(model.read_text().replace("records:", "records:\n      XAU: { label: Gold }", 1))
    done = odcpub.run("publish", str(model.parent))
    assert "stored as revision 2" in done.err
    assert "Data" not in done.err
    assert "Deploy" not in done.err
    assert deployed(odcpub) == before


def test_consumers_move_to_a_release_when_they_update(odcpub: Installation, address: str) -> None:
    helpdesk = odcpub.folder / "models" / "helpdesk"
    odcpub.run("release", "money", "--version", "1.1.0", "--notes", "gold")
    assert "Nothing changed" in odcpub.run("publish", str(helpdesk)).err, "a release alone moves nobody"
    assert "1.0.0 → 1.1.0" in odcpub.run("update", str(helpdesk)).out
    assert "uses Money 1.1.0" in odcpub.run("publish", str(helpdesk)).err


def test_data_in_a_library_is_refused(odcpub: Installation, address: str) -> None:
    folder: Path = odcpub.folder / "models" / "money"
    (folder / "data.yaml").write_text("entities: { Rate: { attributes: { Value: { type: Decimal } } } }\n")
    refused = odcpub.run("publish", str(folder), code=1)
    assert "data.yaml:1" in refused.err
    (folder / "data.yaml").unlink()


def test_a_renamed_library_goes_on_for_who_is_locked_to_it(odcpub: Installation, address: str) -> None:
    money, helpdesk = (odcpub.folder / "models" / name for name in ("money", "helpdesk"))
    model = next(money.glob("*.yaml"))
    model.write_text(model.read_text().replace("library: Money", "library: Currencies"))
    odcpub.run("publish", str(money))
    odcpub.run("release", "currencies", "--version", "1.2.0", "--notes", "renamed")
    assert "Money is called Currencies since 1.2.0" in odcpub.run("update", str(helpdesk)).err
    app = helpdesk / "app.yaml"
    app.write_text(app.read_text().replace("answered in time", "answered"))
    done = odcpub.run("publish", str(helpdesk))
    assert "uses Money 1.1.0" in done.err
    assert "warning: app.yaml" in done.err
