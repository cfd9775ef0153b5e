"""The registry port on every engine: an OCI layout folder, a real registry; and how failures of a registry read.

The real one is named by ODCPUB_TEST_REGISTRY; the failures come from a small HTTP server of this file.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from odcpub.engines.memory import MemoryRegistry
from odcpub.engines.ports import Registry
from odcpub.engines.registry import transport
from odcpub.engines.registry.credentials import Credential, docker_credential
from odcpub.engines.registry.distribution import OciRegistry
from odcpub.engines.registry.layout import LayoutRegistry
from odcpub.errors import EngineError, OdcpubError, Refused, TemporaryEngineError
from odcpub.image.content import File, ImageContent, ImageRef, LayerContent, Settings
from odcpub.image.layers import pack, sha256
from odcpub.image.oci import OciImage, assemble
from tests.absence import absent, need


def real_host() -> str:
    need("Docker engine and registry", "ODCPUB_TEST_REGISTRY")
    return os.environ["ODCPUB_TEST_REGISTRY"]


BASE = pack(LayerContent("base", (File("usr/share/dotnet/dotnet", secrets.token_bytes(3_000_000)),)))


def image(text: bytes = b"start") -> OciImage:
    layers = (LayerContent("app", (File("app/app", text, 0o755),)),)
    return assemble(ImageContent(BASE.digest, layers, Settings(("/app/app",))), len(BASE.tar), "amd64")


STORED = ("layout", pytest.param("distribution", marks=pytest.mark.docker))


@pytest.fixture(params=["memory", *STORED])
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registry]:
    if request.param == "memory":
        yield MemoryRegistry()
        return
    if request.param == "layout":
        yield LayoutRegistry(tmp_path / "registry")
        return
    found = OciRegistry(real_host(), f"test-{secrets.token_hex(4)}")
    yield found
    found.close()


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "base.tar"
    path.write_bytes(BASE.tar)
    return path


def put(registry: Registry, base: Path, made: OciImage, repository: str = "helpdesk") -> ImageRef:
    ref = ImageRef(repository, made.digest)
    registry.put(ref, made.manifest, {**made.blobs(), BASE.digest: base})
    return ref


def test_what_was_put_comes_back(registry: Registry, base: Path) -> None:
    made = image()
    ref = put(registry, base, made)
    assert registry.manifest(ref) == made.manifest
    assert registry.has(ref)
    for digest, blob in {**made.blobs(), BASE.digest: BASE.tar}.items():
        assert b"".join(registry.blob(ref, digest)) == blob


def test_putting_again_changes_nothing(registry: Registry, base: Path) -> None:
    made = image()
    assert put(registry, base, made) == put(registry, base, made)
    assert registry.manifest(ImageRef("helpdesk", made.digest)) == made.manifest


def test_several_images_and_repositories_are_told_apart(registry: Registry, base: Path) -> None:
    one, two = image(b"1"), image(b"2")
    put(registry, base, one, "helpdesk")
    put(registry, base, two, "helpdesk")
    put(registry, base, two, "crm")
    assert registry.manifest(ImageRef("helpdesk", one.digest)) == one.manifest
    assert registry.manifest(ImageRef("helpdesk", two.digest)) == two.manifest
    assert registry.manifest(ImageRef("crm", one.digest)) is None
    assert b"".join(registry.blob(ImageRef("crm", two.digest), BASE.digest)) == BASE.tar


def test_what_is_not_there(registry: Registry) -> None:
    nothing = ImageRef("helpdesk", sha256(secrets.token_bytes(8)))
    assert registry.manifest(nothing) is None
    assert not registry.has(nothing)
    with pytest.raises(EngineError, match="is missing"):
        tuple(registry.blob(nothing, sha256(b"none")))


@pytest.mark.parametrize("name", ["", "Helpdesk", "../etc", "a//b", "a b", "a?b", "x" * 300])
def test_names_that_no_registry_takes_are_refused(registry: Registry, name: str) -> None:
    for use in (registry.manifest, registry.reference):
        with pytest.raises(Refused, match="repository"):
            use(ImageRef(name, sha256(b"")))


@pytest.mark.parametrize("digest", ["", "latest", "sha256:../../x", "sha256:" + "g" * 64])
def test_digests_that_are_none_are_refused(registry: Registry, digest: str) -> None:
    with pytest.raises(Refused, match="digest"):
        registry.manifest(ImageRef("helpdesk", digest))


def test_a_blob_of_another_digest_is_not_stored(registry: Registry) -> None:
    made = image()
    wrong = dict.fromkeys(made.blobs(), b"something else")
    with pytest.raises(OdcpubError):
        registry.put(ImageRef("helpdesk", made.digest), made.manifest, wrong)
    assert registry.manifest(ImageRef("helpdesk", made.digest)) is None


@pytest.mark.parametrize("registry", STORED, indirect=True)
def test_skopeo_reads_it(registry: Registry, base: Path) -> None:
    if not shutil.which("skopeo"):
        absent("skopeo and umoci", "no skopeo")
    ref = put(registry, base, image())
    reference = registry.reference(ref)
    source = reference if reference.startswith("oci:") else f"docker://{reference}"
    told = subprocess.run(
        ["skopeo", "inspect", "--tls-verify=false", source], capture_output=True, text=True, check=True
    )
    assert json.loads(told.stdout)["Digest"] == ref.digest


# --- the folder alone


def test_two_at_once_lose_nothing(tmp_path: Path, base: Path) -> None:
    images = [image(str(number).encode()) for number in range(8)]
    threads = [
        threading.Thread(target=put, args=(LayoutRegistry(tmp_path / "registry"), base, made)) for made in images
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    registry = LayoutRegistry(tmp_path / "registry")
    assert all(registry.manifest(ImageRef("helpdesk", made.digest)) == made.manifest for made in images)


@pytest.mark.parametrize("which", ["base", "layer", "configuration"])
def test_an_image_that_lost_a_blob_is_not_there_until_it_is_put_again(tmp_path: Path, base: Path, which: str) -> None:
    registry, made = LayoutRegistry(tmp_path / "registry"), image()
    ref = put(registry, base, made)
    digest = {"base": BASE.digest, "layer": made.layers[0].digest, "configuration": sha256(made.config)}[which]
    (tmp_path / "registry" / "blobs" / "sha256" / digest.removeprefix("sha256:")).unlink()
    assert not registry.has(ref)
    put(registry, base, made)
    assert registry.has(ref)


def test_the_base_is_linked_not_copied(tmp_path: Path, base: Path) -> None:
    put(LayoutRegistry(tmp_path / "registry"), base, image())
    assert (tmp_path / "registry/blobs/sha256" / BASE.digest[7:]).samefile(base)


def test_a_cut_blob_is_put_anew(tmp_path: Path, base: Path) -> None:
    registry = LayoutRegistry(tmp_path / "registry")
    ref = put(registry, base, image())
    layer = image().layers[0]
    (tmp_path / "registry/blobs/sha256" / layer.digest[7:]).write_bytes(layer.tar[:100])
    put(registry, base, image())
    assert b"".join(registry.blob(ref, layer.digest)) == layer.tar


@pytest.mark.parametrize("which", ["manifest", "layer", "base"])
def test_an_image_that_was_damaged_on_disk_is_whole_when_it_was_put_again(
    tmp_path: Path, base: Path, which: str
) -> None:
    registry, made = LayoutRegistry(tmp_path / "registry"), image()
    ref = put(registry, base, made)
    digest = {"manifest": ref.digest, "layer": made.layers[0].digest, "base": BASE.digest}[which]
    path = tmp_path / "registry" / "blobs" / "sha256" / digest.removeprefix("sha256:")
    content = path.read_bytes()
    path.unlink()  # the base is a link to the file that was given
    path.write_bytes(b"!" + content[1:])
    if which == "manifest":
        assert registry.manifest(ref) is None
    else:
        with pytest.raises(EngineError, match="another digest"):
            tuple(registry.blob(ref, digest))
    assert not registry.has(ref)
    put(registry, base, made)
    assert registry.has(ref)
    assert registry.manifest(ref) == made.manifest
    assert path.read_bytes() == content


def test_a_damaged_index_is_told_and_kept(tmp_path: Path, base: Path) -> None:
    registry = LayoutRegistry(tmp_path / "registry")
    put(registry, base, image())
    (tmp_path / "registry/index.json").write_text("[]")
    with pytest.raises(EngineError, match="not an OCI image index"):
        put(registry, base, image(b"2"))
    assert (tmp_path / "registry/index.json").read_text() == "[]"


def test_a_folder_that_cannot_be_written(tmp_path: Path, base: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match=r"image folder .*: not a directory"):
        put(LayoutRegistry(tmp_path / "file" / "registry"), base, image())


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = LayoutRegistry(tmp_path / "registry")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(EngineError, match="no space left") as failure:
        put(registry, base, image())
    assert "free" in failure.value.hint
    assert {path.name for path in (tmp_path / "registry").rglob("*") if path.is_file()} <= {BASE.digest[7:]}


# --- a registry over HTTP that fails

Answer = tuple[int, dict[str, str], bytes]


class Server(ThreadingHTTPServer):
    """Answers by a function of the request; keeps what it was asked."""

    daemon_threads = True

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.asked: list[tuple[str, str, str]] = []
        self.clients: list[OciRegistry] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def _do(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.command, self.path, self.headers.get("Authorization", "")))
        status, headers, body = self.server.answer(self)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = _do  # noqa: N815 - the base class's names

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[BaseHTTPRequestHandler], Answer]], Server]]:
    monkeypatch.setattr("odcpub.engines.registry.transport.PAUSE", 0.001)
    servers: list[Server] = []

    def start(answer: Callable[[BaseHTTPRequestHandler], Answer]) -> Server:
        server = Server(answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return server

    yield start
    for server in servers:
        for used in server.clients:
            used.close()
        server.shutdown()
        server.server_close()


Serve = Callable[[Callable[[BaseHTTPRequestHandler], Answer]], Server]
REF = ImageRef("helpdesk", sha256(b"{}"))
LOGIN = Credential("ada", "pass:word")


def client(server: Server, credential: Credential | None = None) -> OciRegistry:
    server.clients.append(OciRegistry(server.host, credential=lambda _: credential))
    return server.clients[-1]


def failure(registry: OciRegistry) -> OdcpubError:
    made = image()
    with pytest.raises(OdcpubError) as raised:
        registry.put(ImageRef("helpdesk", made.digest), made.manifest, made.blobs())
    assert "pass:word" not in str(raised.value) + raised.value.hint + repr(raised.value)
    assert raised.value.hint
    return raised.value


def coded(status: int, code: str, message: str = "") -> Answer:
    return status, {}, json.dumps({"errors": [{"code": code, "message": message}]}).encode()


@pytest.mark.parametrize(
    ("answer", "message", "temporary"),
    [
        (coded(403, "DENIED", "no push"), "access to helpdesk denied", False),
        (coded(401, "UNAUTHORIZED"), "access to helpdesk denied", False),
        ((507, {}, b""), "disk is full", False),
        (coded(500, "UNKNOWN", "write /var/lib: no space left on device"), "disk is full", False),
        (coded(500, "UNKNOWN", "oops"), "answered 500", True),
        ((502, {}, b"<html>\x1b[31mBad gateway"), "answered 502", True),
        (coded(429, "TOOMANYREQUESTS"), "answered 429", True),
        (coded(400, "NAME_INVALID", "invalid repository name"), "NAME_INVALID", False),
        (coded(405, "UNSUPPORTED", "read-only"), "UNSUPPORTED", False),
        (coded(400, "UNAVAILABLE"), "answered 400", True),
        (coded(404, "NAME_UNKNOWN"), "cannot be made by pushing", False),
    ],
)
def test_failures_in_plain_words(serve: Serve, answer: Answer, message: str, temporary: bool) -> None:
    server = serve(lambda request: answer if request.command != "HEAD" else (404, {}, b""))
    error = failure(client(server, LOGIN))
    assert message in error.message
    assert isinstance(error, TemporaryEngineError) is temporary
    assert "\x1b" not in error.message


@pytest.mark.parametrize(
    ("code", "message", "hint"),
    [
        ("UNSUPPORTED", "", "the registry does not allow this"),
        ("NAME_INVALID", "repository UNSUPPORTED", "choose another repository prefix"),
        ("DIGEST_INVALID", "TOOMANYREQUESTS", "see the registry's own log"),
    ],
)
def test_the_hint_is_that_of_the_code_and_not_of_a_word_in_the_message(
    serve: Serve, code: str, message: str, hint: str
) -> None:
    error = failure(client(serve(lambda one: coded(400, code, message) if one.command != "HEAD" else (404, {}, b""))))
    assert error.hint.startswith(hint)
    assert not isinstance(error, TemporaryEngineError)


def test_a_registry_that_is_down() -> None:
    server = Server(lambda _: (200, {}, b""))
    server.server_close()
    with pytest.raises(TemporaryEngineError, match=r"registry 127.0.0.1:\d+: cannot be reached"):
        client(server).manifest(REF)
    server.clients[0].close()


def test_what_passes_is_tried_again(serve: Serve) -> None:
    answers = iter([(503, {}, b""), (500, {}, b""), (200, {}, b"{}")])
    assert client(serve(lambda _: next(answers))).manifest(REF) == b"{}"


@pytest.mark.parametrize(
    ("said", "waited"), [("7", 7.0), ("3600", 30.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None)]
)
def test_a_registry_is_asked_again_when_it_says(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, said: str, waited: float | None
) -> None:
    answers, pauses = iter([(429, {"Retry-After": said}, b""), (200, {}, b"{}")]), list[float]()
    monkeypatch.setattr(transport.time, "sleep", pauses.append)
    assert client(serve(lambda _: next(answers))).manifest(REF) == b"{}"
    assert pauses == [transport.PAUSE if waited is None else waited]


def test_another_manifest_than_asked_for_is_refused(serve: Serve) -> None:
    with pytest.raises(EngineError, match="another manifest"):
        client(serve(lambda _: (200, {}, b"{} "))).manifest(REF)


def test_another_blob_than_asked_for_is_refused(serve: Serve) -> None:
    with pytest.raises(EngineError, match="another digest"):
        tuple(client(serve(lambda _: (200, {}, b"evil"))).blob(REF, sha256(b"good")))


def test_basic_login(serve: Serve) -> None:
    expected = "Basic " + base64.b64encode(b"ada:pass:word").decode()

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        if request.headers.get("Authorization") != expected:
            return 401, {"WWW-Authenticate": 'Basic realm="registry"'}, b""
        return 200, {}, b"{}"

    assert client(serve(answer), LOGIN).manifest(REF) == b"{}"


def test_token_login_asks_the_token_service_once(serve: Serve) -> None:
    def answer(request: BaseHTTPRequestHandler) -> Answer:
        if request.path.startswith("/token"):
            assert request.headers["Authorization"].startswith("Basic ")
            assert "scope=repository%3Ahelpdesk%3Apull" in request.path
            return 200, {}, b'{"token": "t0ken"}'
        if request.headers.get("Authorization") != "Bearer t0ken":
            host = request.headers["Host"]
            challenge = f'Bearer realm="http://{host}/token",service="r",scope="repository:helpdesk:pull"'
            return 401, {"WWW-Authenticate": challenge}, b""
        return 200, {}, b"{}"

    server = serve(answer)
    registry = client(server, LOGIN)
    assert registry.manifest(REF) == registry.manifest(REF) == b"{}"
    assert sum(path.startswith("/token") for _, path, _ in server.asked) == 1


def test_a_login_is_asked_for_once_and_again_when_it_was_refused(serve: Serve) -> None:
    given, asked = {"password": "old"}, list[str]()

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        expected = Credential("ada", "new").basic()
        if request.headers.get("Authorization") != expected:
            return 401, {"WWW-Authenticate": 'Basic realm="registry"'}, b""
        return 200, {}, b"{}"

    def login(host: str) -> Credential:
        asked.append(host)
        return Credential("ada", given["password"])

    server = serve(answer)
    server.clients.append(registry := OciRegistry(server.host, credential=login))
    with pytest.raises(EngineError, match="denied"):
        registry.manifest(REF)
    given["password"] = "new"
    for repository in ("helpdesk", "crm", "helpdesk"):
        assert registry.manifest(replace(REF, repository=repository)) == b"{}"
    assert asked == [server.host] * 2


@pytest.mark.parametrize("public", [True, False])
def test_a_login_that_can_not_be_asked_for_is_told_where_one_is_needed(serve: Serve, public: bool) -> None:
    def answer(request: BaseHTTPRequestHandler) -> Answer:
        if request.path.startswith("/token"):
            return 200, {}, b'{"token": "anybody"}'
        if request.headers.get("Authorization") != "Bearer anybody" or not public:
            challenge = f'Bearer realm="http://{request.headers["Host"]}/token",service="r"'
            return 401, {"WWW-Authenticate": challenge}, b""
        return 200, {}, b"{}"

    def broken(host: str) -> Credential:
        raise EngineError("the helper is missing", "install it")

    server = serve(answer)
    server.clients.append(registry := OciRegistry(server.host, credential=broken))
    if public:
        assert registry.manifest(REF) == b"{}"
        return
    with pytest.raises(EngineError, match="the helper is missing"):
        registry.manifest(REF)


@pytest.mark.parametrize(
    "realm", ["http://registry.example/token", "http://localhost:x@registry.example/", "file:///etc"]
)
def test_a_login_never_goes_over_plain_http(serve: Serve, realm: str) -> None:
    server = serve(lambda _: (401, {"WWW-Authenticate": f'Bearer realm="{realm}",service="r"'}, b""))
    with pytest.raises(EngineError, match="not https"):
        client(server, LOGIN).manifest(REF)


def test_redirects_to_storage_carry_no_login(serve: Serve) -> None:
    storage = serve(lambda _: (200, {}, b"layer"))

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        if not request.headers.get("Authorization"):
            return 401, {"WWW-Authenticate": 'Basic realm="registry"'}, b""
        return 307, {"Location": f"http://{storage.host}/layer"}, b""

    registry = client(serve(answer), LOGIN)
    assert b"".join(registry.blob(REF, sha256(b"layer"))) == b"layer"
    assert storage.asked == [("GET", "/layer", "")]


def test_a_blob_that_is_denied_when_it_is_fetched_is_told(serve: Serve) -> None:
    server = serve(
        lambda one: (200, {}, b"") if one.command == "HEAD" else coded(403, "DENIED", "the link has expired")
    )
    with pytest.raises(EngineError, match=r"access to helpdesk denied \(403: DENIED the link has expired\)"):
        tuple(client(server).blob(REF, sha256(b"layer")))


@pytest.mark.parametrize("there", [True, False])
def test_an_image_is_there_with_its_blobs(serve: Serve, there: bool) -> None:
    made = image()
    lost = None if there else made.layers[0].digest

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        if request.command == "GET":
            return 200, {}, made.manifest
        return (404 if request.path.rpartition("/")[2] == lost else 200), {}, b""

    server = serve(answer)
    assert client(server).has(ImageRef("helpdesk", made.digest)) == there
    assert [command for command, _, _ in server.asked].count("GET") == 1, "no blob is fetched"


def test_only_what_is_missing_is_sent_and_a_known_blob_is_mounted(serve: Serve) -> None:
    made = image()
    present = {made.layers[0].digest}

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        if request.command == "HEAD":
            return (
                (
                    200
                    if request.path.startswith("/v2/helpdesk/") and request.path.rpartition("/")[2] in present
                    else 404
                ),
                {},
                b"",
            )
        if request.command == "POST":
            return (201, {}, b"") if "mount=" in request.path else (202, {"Location": "/upload?state=1"}, b"")
        return 201, {}, b""

    server = serve(answer)
    registry = client(server)
    registry.put(ImageRef("helpdesk", made.digest), made.manifest, made.blobs())
    assert [path.partition("?")[0] for verb, path, _ in server.asked if verb == "PUT"][:1] == ["/upload"]
    assert sum(verb == "PUT" for verb, _, _ in server.asked) == 2, "the configuration and the manifest alone"
    server.asked.clear()
    registry.put(ImageRef("crm", made.digest), made.manifest, made.blobs())
    assert sum("from=helpdesk" in path for _, path, _ in server.asked) == 2
    assert sum(verb == "PUT" for verb, _, _ in server.asked) == 1
    assert server.asked[-1][1].startswith("/v2/crm/manifests/")


def test_an_upload_that_broke_begins_anew(serve: Serve) -> None:
    broken = iter([True])

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        if request.command == "HEAD":
            return 404, {}, b""
        if request.command == "POST":
            return 202, {"Location": "/upload"}, b""
        if request.path.startswith("/upload") and next(broken, False):
            return 502, {}, b""
        return 201, {}, b""

    made, server = image(), serve(answer)
    client(server).put(ImageRef("helpdesk", made.digest), made.manifest, made.blobs())
    begun = sum(verb == "POST" for verb, _, _ in server.asked)
    assert begun == len(made.blobs()) + 1, "one of them twice"
    assert server.asked[-1][1].startswith("/v2/helpdesk/manifests/")


@pytest.mark.parametrize("host", ["", "http://localhost:5001", "user:pass@registry.example", "a b", "localhost:5001/x"])
def test_hosts_that_are_none_are_refused(host: str) -> None:
    with pytest.raises(Refused, match="registry"):
        OciRegistry(host)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"auth": base64.b64encode(b"ada:pass:word").decode()}, LOGIN),
        ({"username": "ada", "password": "pass:word"}, LOGIN),
        ({"identitytoken": "tok"}, Credential(token="tok")),
        ({"auth": "!!"}, None),
        ({}, None),
    ],
)
def test_docker_s_logins_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: dict[str, str], expected: Credential | None
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"https://registry.example/v1/": entry}}))
    assert docker_credential("registry.example") == expected
    assert docker_credential("other.example") is None
    assert "pass:word" not in repr(expected)
    assert "tok'" not in repr(expected)


def test_a_damaged_docker_configuration_is_no_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert docker_credential("registry.example") is None
    for text in ("", "[]", '{"auths": []}', '{"auths": {"registry.example": 3}}'):
        (tmp_path / "config.json").write_text(text)
        assert docker_credential("registry.example") is None


HELPER = """#!/bin/sh
read address
case "$1 $address" in
  "get registry.example") echo '{"ServerURL": "registry.example", "Username": "ada", "Secret": "pass:word"}' ;;
  "get https://index.docker.io/v1/") echo '{"Username": "<token>", "Secret": "tok"}' ;;
  "get broken.example") echo "pass:word"; echo "pass:word" >&2; exit 3 ;;
  "get odd.example") echo "pass:word" ;;
  "get slow.example") exec sleep 60 ;;
  *) echo "credentials not found in native keychain"; exit 1 ;;
esac
"""


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """A credential helper called ``test`` on the PATH; what it is given writes Docker's configuration."""
    program = tmp_path / "docker-credential-test"
    program.write_text(HELPER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    yield lambda **said: (tmp_path / "config.json").write_text(json.dumps(said))


@pytest.mark.parametrize("said", [{"credsStore": "test"}, {"credHelpers": {"registry.example": "test"}}])
def test_a_login_in_a_credential_helper_is_used(helper: Callable[..., None], said: dict[str, Any]) -> None:
    helper(**said, auths={"registry.example": {}})
    assert docker_credential("registry.example") == LOGIN


def test_docker_hub_s_address_and_a_refresh_token(helper: Callable[..., None]) -> None:
    helper(credsStore="test")
    assert docker_credential("registry-1.docker.io") == Credential(token="tok")


def test_a_registry_s_own_helper_goes_before_the_store_and_the_file_comes_last(helper: Callable[..., None]) -> None:
    auth = {"auth": base64.b64encode(b"ada:pass:word").decode()}
    helper(credsStore="test", credHelpers={"registry.example": "missing"}, auths={"other.example": auth})
    assert docker_credential("other.example") == LOGIN, "the helper has none"
    with pytest.raises(EngineError, match="docker-credential-missing is not on the PATH"):
        docker_credential("registry.example")


@pytest.mark.parametrize(
    ("host", "message"),
    [("broken.example", "failed (exit code 3)"), ("odd.example", "something else than a login"),
     ("slow.example", "did not answer within 0.5 s")],
)  # fmt: skip
def test_a_helper_that_fails_is_told_without_what_it_wrote(
    helper: Callable[..., None], monkeypatch: pytest.MonkeyPatch, host: str, message: str
) -> None:
    monkeypatch.setattr("odcpub.engines.registry.credential_helpers.SECONDS", 0.5)
    helper(credsStore="test")
    with pytest.raises(EngineError) as raised:
        docker_credential(host)
    assert message in raised.value.message
    assert "pass:word" not in raised.value.message + raised.value.hint + repr(raised.value.__context__)
    assert f"docker login {host}" in raised.value.hint


@pytest.mark.parametrize("name", ["../evil", "a/b", "", 3, None])
def test_a_helper_s_name_is_no_path(helper: Callable[..., None], tmp_path: Path, name: object) -> None:
    helper(credsStore=name)
    if isinstance(name, str) and name:
        with pytest.raises(EngineError, match="is not on the PATH"):
            docker_credential("registry.example")
    else:
        assert docker_credential("registry.example") is None
