"""The image's documents: canonical, complete, a function of the content alone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from odcpub.errors import Refused
from odcpub.image.content import File, ImageContent, LayerContent, Settings
from odcpub.image.layers import sha256
from odcpub.image.oci import assemble, platform_of
from odcpub.image.settings import standard_labels

BASE = sha256(b"base")
SETTINGS = Settings(
    entrypoint=("/app/app",),
    env=(("B", "2"), ("A", "1")),
    labels=(("org.opencontainers.image.title", "Helpdesk"),),
    health=("/app/app", "--health"),
)
CONTENT = ImageContent(
    BASE,
    (
        LayerContent("runtime libraries", (File("app/Npgsql.dll", b"npgsql"),)),
        LayerContent("libraries", ()),
        LayerContent("app", (File("app/app", b"start", 0o755), File("app/wwwroot/index.html", b"<html>"))),
    ),
    SETTINGS,
)


def config(content: ImageContent) -> dict[str, Any]:
    return json.loads(assemble(content, 10, "amd64").config)  # type: ignore[no-any-return]


def test_the_image_is_that_of_every_other_machine() -> None:
    known = "sha256:65137215ab99ca168fc18f901f258dded817a453c4ecbcb704c8be17dc1e46dc"
    assert assemble(CONTENT, 10, "amd64").digest == known


def test_an_image_says_which_processor_it_is_for() -> None:
    other = assemble(CONTENT, 10, "arm64")
    assert platform_of(other.config) == {"architecture": "arm64", "os": "linux"}
    assert other.digest != assemble(CONTENT, 10, "amd64").digest
    assert platform_of(b"[]") == platform_of(b"no JSON") == {}, "an index then says nothing of it"


def test_the_manifest_names_every_blob_with_its_size() -> None:
    image = assemble(CONTENT, 10, "amd64")
    manifest = json.loads(image.manifest)
    assert manifest["mediaType"] == "application/vnd.oci.image.manifest.v1+json"
    assert [layer["digest"] for layer in manifest["layers"]] == [BASE, *(layer.digest for layer in image.layers)]
    named = {entry["digest"]: entry["size"] for entry in (manifest["config"], *manifest["layers"])}
    assert named == {BASE: 10} | {digest: len(blob) for digest, blob in image.blobs().items()}
    assert all(sha256(blob) == digest for digest, blob in image.blobs().items())


def test_an_empty_layer_is_left_out_and_history_keeps_step() -> None:
    document = config(CONTENT)
    assert len(document["rootfs"]["diff_ids"]) == len(document["history"]) == 3
    assert {entry["created"] for entry in document["history"]} == {document["created"]} == {"1970-01-01T00:00:00Z"}


def test_the_run_configuration() -> None:
    run = config(CONTENT)["config"]
    assert run["User"] == "10001:10001"
    assert run["Env"] == ["A=1", "B=2"]
    assert run["Entrypoint"] == ["/app/app"]
    assert run["ExposedPorts"] == {"8080/tcp": {}}
    assert run["Healthcheck"]["Test"] == ["CMD", "/app/app", "--health"]
    assert run["Labels"] == {
        "org.opencontainers.image.title": "Helpdesk",
        "io.odcpub.base": BASE,
        "io.odcpub.read-only-root": "true",
    }


def test_one_changed_file_changes_one_layer() -> None:
    app = replace(CONTENT.layers[2], files=(File("app/app", b"other", 0o755),))
    changed = replace(CONTENT, layers=(*CONTENT.layers[:2], app))
    before, after = assemble(CONTENT, 10, "amd64"), assemble(changed, 10, "amd64")
    assert before.digest != after.digest
    assert len(set(before.layers) & set(after.layers)) == 1


def test_orders_that_mean_nothing_change_nothing() -> None:
    turned = replace(SETTINGS, env=SETTINGS.env[::-1])
    layers = tuple(replace(layer, files=layer.files[::-1]) for layer in CONTENT.layers)
    assert assemble(replace(CONTENT, settings=turned, layers=layers), 10, "amd64") == assemble(CONTENT, 10, "amd64")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"entrypoint": ()}, "entrypoint"),
        ({"entrypoint": ("app",)}, "absolute"),
        ({"workdir": "/app/../etc"}, "working directory"),
        ({"user": "0:0"}, "not root"),
        ({"user": "root"}, "not root"),
        ({"ports": (0,)}, "port 0"),
        ({"ports": (70000,)}, "port 70000"),
        ({"env": (("A B", "1"),)}, "no name for a variable"),
        ({"env": (("A", "1"), ("A", "2"))}, "set twice"),
        ({"env": (("A", "1\nUSER root"),)}, "control character"),
        ({"labels": (("a", "1\nUSER root"),)}, "control character"),
        ({"labels": (("a b", "1"),)}, "no name for a label"),
        ({"health": ("a\rb",)}, "control character"),
    ],
)
def test_unusable_settings_are_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why):
        assemble(replace(CONTENT, settings=replace(SETTINGS, **change)), 10, "amd64")


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(Refused, match=r"port 0.*set twice"):
        assemble(replace(CONTENT, settings=replace(SETTINGS, ports=(0,), env=(("A", ""), ("A", "")))), 10, "amd64")


def test_a_base_by_reference_is_refused_with_the_way_out() -> None:
    with pytest.raises(Refused) as refusal:
        assemble(replace(CONTENT, base="mcr.microsoft.com/dotnet/aspnet@" + BASE), 10, "amd64")
    assert "Docker" in refusal.value.hint


def test_standard_labels_hold_no_revision_and_stay_on_one_line() -> None:
    labels = dict(standard_labels("Helpdesk", "Questions,\n  answered", "key", "9.0.7", "bootstrap"))
    assert labels["org.opencontainers.image.description"] == "Questions, answered"
    assert labels["io.odcpub.runtime.source"] == "bootstrap"
