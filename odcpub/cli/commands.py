"""The commands: each asks the API and shows the answer; its return value is the exit code. Does I/O."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from odcpub.address import CHOOSE, SCHEMES, is_address
from odcpub.cli import plans, show
from odcpub.cli.asking import database_login, expect_end, password_of, setting_value
from odcpub.cli.client import Client
from odcpub.cli.exit_codes import INTERRUPTED
from odcpub.cli.folder import at, check_free, write
from odcpub.cli.printing import as_json, warn
from odcpub.cli.progress import follow
from odcpub.cli.sending import SUFFIX, keep_lock, read_model, send, write_lock
from odcpub.errors import EngineError, UsageError
from odcpub.files import MAX_FILE, MAX_PLAN, BadFile, read_file, text_of

if TYPE_CHECKING:
    from odcpub.api_types.assets import (
        ApplicationConfigPatch,
        AssetVersionPatchRequest,
        ConfigurationValue,
        Configured,
        PushedFiles,
        Release,
        StageFilesRequest,
    )
    from odcpub.api_types.installation import (
        EnginesPatch,
        Imported,
        ImportRequest,
        Scaffold,
        ScaffoldRequest,
        Scripts,
        ScriptsRequest,
        Source,
        StoreChanged,
        StorePatch,
        Update,
    )
    from odcpub.api_types.models import SentModel
    from odcpub.api_types.operations import (
        DeploymentOperationRequest,
        Message,
        MessagePage,
        Operation,
        PublishOperationRequest,
    )
    from odcpub.api_types.plans import Plan, PlanExecutionRequest
    from odcpub.cli.libpq import Found as Login
    from odcpub.cli.progress import Ended

DEPLOYMENTS = "/api/deployments/v1"
DONE = 0
STORE = "odcpub server set store=postgresql://USER@HOST:5432/DATABASE"


def _client() -> Client:
    client = Client()
    client.check_version()
    return client


def _segment(text: str) -> str:
    """Whatever was typed as one segment of a path."""
    return quote(text, safe="")


def publish(options: argparse.Namespace) -> int:
    if options.stage:
        raise UsageError(
            f"{options.stage}: apps are published to the first stage alone",
            "leave --stage out; what runs there goes on with: odcpub promote <app> --to <stage>",
        )
    plans.check(options.plan, options.out, options.sql)
    found, client = read_model(options.path), _client()
    model, renamed = send(client, found)
    body: PublishOperationRequest = {"operation": "Publish", **model, "renamed": renamed or options.renamed}
    return _run_or_plan("publish", body, options, client, lambda operation: keep_lock(found, operation))


def promote(options: argparse.Namespace) -> int:
    body: DeploymentOperationRequest = {"operation": "Deploy", "assetKey": options.asset, "environmentKey": options.to}
    if options.revision:
        body["revision"] = options.revision
    return _run_or_plan("deployment", body, options)


def _run_or_plan(
    kind: str,
    body: Mapping[str, object],
    options: argparse.Namespace,
    client: Client | None = None,
    ended: Ended | None = None,
) -> int:
    """Runs the operation, or shows what it would do."""
    plans.check(options.plan, options.out, options.sql)
    client = client or _client()
    if not options.plan:
        return _run(client, f"{kind}-operations", body, options, ended)
    plan: Plan = client.request("POST", f"{DEPLOYMENTS}/{kind}-plans", body)
    if options.out:
        plans.write(plan, at(options.out))
    return plans.shown(plan, options.json, options.sql, options.out)


def apply(options: argparse.Namespace) -> int:
    """Executes the plan that a file holds."""
    body: PlanExecutionRequest = {"plan": _text(Path(options.file), MAX_PLAN), "file": options.file}
    return _run(_client(), "plan-executions", body, options)


def _text(path: Path, limit: int = MAX_FILE) -> str:
    try:
        content = read_file(path, limit)
        text = text_of(content or b"")
    except BadFile as bad:
        raise UsageError(f"{path}: {bad.reason}", bad.hint) from None
    if content is None:
        raise UsageError(f"{path}: is not there", "name a file you can read")
    return text


def _run(
    client: Client, begins: str, body: Mapping[str, object], options: argparse.Namespace, ended: Ended | None = None
) -> int:
    """``ended``: is given the operation once it has ended."""
    try:
        operation: Operation = client.request("POST", f"{DEPLOYMENTS}/{begins}", body)
    except KeyboardInterrupt:
        warn()
        warn("An operation that had begun goes on. See it with: odcpub log")
        return INTERRUPTED
    if not options.json:
        warn(show.heading(operation))
    to_the_end = getattr(options, "wait", True)
    return follow(client, _collection(operation), operation, options.json, to_the_end, ended)


def _collection(operation: Operation) -> str:
    return "publish-operations" if operation["operation"] == "Publish" else "deployment-operations"


def undeploy(options: argparse.Namespace) -> int:
    asset, stage = options.asset, options.stage
    body: DeploymentOperationRequest = {"operation": "Undeploy", "assetKey": asset, "environmentKey": stage}
    if options.forget:
        body["forget"] = True
    return _run_or_plan("deployment", body, options)


def release(options: argparse.Namespace) -> int:
    path = f"/api/asset-repository/v1/assets/{_segment(options.asset)}/revisions/{options.revision or 0}"
    body: AssetVersionPatchRequest = {"tag": options.version, "releaseNotes": options.notes}
    answer: Release = _client().request("PATCH", path, body)
    already = " already" if answer["unchanged"] else ""
    text = f"{answer['name']} {answer['tag']} is revision {answer['revision']}{already}."
    return show.answer(answer, text, options.json)


def _configuration(options: argparse.Namespace) -> str:
    base = "/api/asset-configurations/v1/environments"
    return f"{base}/{_segment(options.stage)}/applications/{_segment(options.asset)}/configurations"


def config_set(options: argparse.Namespace) -> int:
    settings = [setting_value(text) for text in options.values]
    if any("fromArgument" not in one for one in settings):
        expect_end()
    answer = _set(options, settings)
    names = [f"{name} (a secret)" if name in answer["secrets"] else name for name in answer["set"]]
    return show.answer(answer, f"Set {', '.join(names)}; {_when(options)}", options.json)


def _set(options: argparse.Namespace, settings: list[ConfigurationValue]) -> Configured:
    body: ApplicationConfigPatch = {"settings": settings}
    answer: Configured = _client().request("PATCH", _configuration(options), body)
    return answer


def _when(options: argparse.Namespace) -> str:
    apply = f"odcpub config apply {options.asset} --stage {options.stage}"
    return f"takes effect with the next deployment, or: {apply}"


def config_unset(options: argparse.Namespace) -> int:
    answer = _set(options, [{"key": name, "value": None} for name in options.values])
    return show.answer(answer, f"Forgot {', '.join(answer['unset'])}; {_when(options)}", options.json)


def config_show(options: argparse.Namespace) -> int:
    return show.configuration(_client().request("GET", _configuration(options)), options.json)


def config_apply(options: argparse.Namespace) -> int:
    asset, stage = options.asset, options.stage
    body: DeploymentOperationRequest = {"operation": "ApplyConfigs", "assetKey": asset, "environmentKey": stage}
    return _run_or_plan("deployment", body, options)


def config_push(options: argparse.Namespace) -> int:
    found, client = read_model(options.path), _client()
    body: StageFilesRequest = {**send(client, found)[0], "stage": options.stage}
    pushed: PushedFiles = client.request("POST", "/api/asset-configurations/v1/files", body)
    stage = options.stage or "STAGE"
    when = f"takes effect with the next deployment, or: odcpub config apply {pushed['name']} --stage {stage}"
    return show.pushed(pushed, when, options.json)


def new(options: argparse.Namespace) -> int:
    if not options.path:
        raise UsageError("PATH: is empty", "name a new or empty folder")
    folder = Path(options.path)
    body: ScaffoldRequest = {"kind": options.kind, "name": options.name, "folder": at(options.path).name}
    made: Scaffold = _client().request("POST", "/api/v1/scaffolds", body)
    write(folder, made["files"])
    text = f"{made['name']} is in {folder}. Try: odcpub publish {shlex.quote(str(folder))}"
    return show.answer({"name": made["name"], "files": sorted(made["files"])}, text, options.json)


def archive(options: argparse.Namespace) -> int:
    from odcpub.cli.archiving import write_archive

    made = write_archive(read_model(options.path), options.out)
    out = made["file"]
    return show.answer(made, f"{made['name']} is in {out}. Try: odcpub publish {shlex.quote(out)}", options.json)


def update(options: argparse.Namespace) -> int:
    if options.path.endswith(SUFFIX):
        raise UsageError(
            f"{options.path}: an archive stays as it is", "update the model's folder, and archive it again"
        )
    found, client = read_model(options.path), _client()
    body: SentModel = send(client, found)[0]
    answer: Update = client.request("POST", "/api/v1/updates", body)
    if answer["lockFile"] is not None:
        write_lock(Path(found.where), answer["lockFile"])
    return show.update(answer, options.json)


def import_model(options: argparse.Namespace) -> int:
    source = Path(options.file)
    text = _text(source)
    body: ImportRequest = {"format": options.format, "text": text, "name": options.name or None, "file": source.name}
    answer: Imported = _client().request("POST", "/api/v1/imports", body)
    write(Path(options.out), answer["files"])
    return show.imported(answer, options.out, options.json)


def source(options: argparse.Namespace) -> int:
    if not options.folder:
        raise UsageError("FOLDER: is empty", "name a new or empty folder")
    folder = at(options.folder)
    check_free(folder)
    query = f"?revision={options.revision}" if options.revision else ""
    answer: Source = _client().request("GET", f"/api/v1/sources/{_segment(options.asset)}{query}")
    write(folder, answer["files"], readable=True)
    return show.source(answer, options.folder, options.json)


def data_scripts(options: argparse.Namespace) -> int:
    """Writes an app's migration scripts out, or puts lost ones back."""
    path, stage = f"/api/v1/scripts/{_segment(options.asset)}", options.stage
    if options.source:
        body: ScriptsRequest = {"stage": stage, "files": _scripts_of(at(options.source))}
        put: Scripts = _client().request("PUT", path, body)
        return show.scripts(put, options.source, "put back", "from", options.json)
    folder = at(options.out)
    check_free(folder)
    answer: Scripts = _client().request("GET", f"{path}?stage={quote(stage, safe='')}")
    write(folder, answer["files"])
    return show.scripts(answer, options.out, "wrote", "to", options.json)


def _scripts_of(folder: Path) -> dict[str, str]:
    """The scripts in a chain's folder: path below it → text."""
    found = {}
    for path in sorted(folder.glob("*/*.py")):
        try:
            found[f"{path.parent.name}/{path.name}"] = text_of(read_file(path) or b"")
        except BadFile as bad:
            raise UsageError(f"{path}: {bad.reason}", bad.hint) from None
    return found


def schema(options: argparse.Namespace) -> int:
    as_json(_client().request("GET", "/api/v1/model-schema"))
    return DONE


def engines(options: argparse.Namespace) -> int:
    return show.engines(_client().request("GET", "/api/v1/engines"), options.json)


def engines_use(options: argparse.Namespace) -> int:
    body: EnginesPatch = {"use": options.profile, "kubeconfig": _absolute(os.environ.get("KUBECONFIG", ""))}
    return show.engines(_client().request("PATCH", "/api/v1/engines", body), options.json)


def _absolute(path: str) -> str:
    """The server works in another folder."""
    first = path.split(":")[0]
    return str(at(first)) if first else ""


def engines_set(options: argparse.Namespace) -> int:
    values = {}
    for text in options.values:
        if text.startswith(SCHEMES):  # and never quoted: it may hold a password
            raise UsageError("engines set: an address is not NAME=VALUE", f"write {CHOOSE}")
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"{text}: is not NAME=VALUE", "for example: odcpub engines set registry=localhost:5001")
        values[name] = _absolute(value) if name == "kubeconfig" else value
    body: EnginesPatch = {"set": values, "kubeconfig": _absolute(os.environ.get("KUBECONFIG", ""))}
    if is_address(values.get("database", "")):  # anything else is refused, and needs no password for that
        login = database_login(values["database"])
        values["database"] = login.address.url()
        if login.password is None:  # nobody types one for an address that is refused
            _client().request("PATCH", "/api/v1/engines", {**body, "check": True})
        body["databasePassword"] = password_of(login)
    return show.engines(_client().request("PATCH", "/api/v1/engines", body), options.json)


def server(options: argparse.Namespace) -> int:
    return show.server(_client().request("GET", "/api/v1/server"), options.json)


def server_set(options: argparse.Namespace) -> int:
    name, _, value = options.value.partition("=")
    if name != "store" or not value:  # and never quoted: it may hold a password
        raise UsageError("server set: store=… is the one choice", f"{STORE}, or store=sqlite")
    client = Client()
    body: StorePatch = {"store": value}
    if is_address(value):
        login = database_login(value)
        body["store"] = login.address.url()
        if not _starts(client, body):
            return _give_login(client, login, options.json)
        body["password"] = password_of(login)
    client.check_version()
    moved: StoreChanged = client.request("PATCH", "/api/v1/server", body)
    if moved["seconds"]:
        client.wait_for_end(moved["pid"], moved["seconds"])
        client.request("GET", "/api/v1/server")  # starts the next one: a store that it cannot open is told now
    return show.store_changed(moved, options.json)


def _starts(client: Client, body: StorePatch) -> bool:
    """Whether the server starts; what it refuses is told before somebody is asked for a password."""
    try:
        client.check_version()
        client.request("PATCH", "/api/v1/server", {**body, "check": True})
    except EngineError:
        if client.running():
            raise
        return False
    return True


def _give_login(client: Client, login: Login, for_programs: bool) -> int:
    """The login to the present store, where the server does not start for want of it."""
    store = login.address.url()
    client.give_login(store, password_of(login))
    moved: StoreChanged = client.request("GET", "/api/v1/server") | {
        "before": "",
        "aside": "",
        "rows": 0,
        "contents": 0,
    }
    return show.store_changed(moved, for_programs)


def status(options: argparse.Namespace) -> int:
    return show.status(_client().request("GET", "/api/v1/status"), options.json)


def doctor(options: argparse.Namespace) -> int:
    return show.doctor(_client().request("GET", "/api/v1/doctor"), options.json)


def log(options: argparse.Namespace) -> int:
    if options.follow and not options.operation:
        raise UsageError(
            "log: --follow needs an operation", "odcpub log shows them; then: odcpub log OPERATION --follow"
        )
    client = _client()
    if not options.operation:
        return show.operations(client.request("GET", "/api/v1/operations"), options.json)
    operation: Operation = client.request("GET", f"/api/v1/operations/{_segment(options.operation)}")
    collection = _collection(operation)
    if options.follow and operation["status"] == "Running":
        return follow(client, collection, operation, options.json)
    messages = _messages(client, f"{DEPLOYMENTS}/{collection}/{operation['key']}/messages")
    return show.operation(operation, messages, options.json)


def _messages(client: Client, path: str) -> list[Message]:
    """All messages of an operation, a page at a time."""
    found: list[Message] = []
    offset: int | None = 0
    while offset is not None:
        page: MessagePage = client.request("GET", f"{path}?limit=5000&offset={offset}")
        found += page["results"]
        offset = page["page"]["nextPageOffset"]
    return found


def go_on(options: argparse.Namespace) -> int:
    return _tell(options, "continue", "goes on")


def cancel(options: argparse.Namespace) -> int:
    return _tell(options, "cancel", "ends before its next step")


def _tell(options: argparse.Namespace, what: str, told: str) -> int:
    """Tells a running operation what to do."""
    operation: Operation = _client().request("POST", f"/api/v1/operations/{_segment(options.operation)}/{what}")
    text = f"{show.heading(operation)}: {told}. Follow it with: odcpub log {operation['key'][:8]} --follow"
    return show.answer(operation, text, options.json)


def down(options: argparse.Namespace) -> int:
    stopped = Client().stop()
    text = "Stopped: apps, database, compiler, server. Data stays." if stopped else "Nothing is running."
    return show.answer({"stopped": stopped}, text, options.json)
