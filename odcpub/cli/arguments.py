"""The command line's arguments: commands, options, their help. Standard library only. No I/O."""

from __future__ import annotations

import argparse
import re
from typing import NoReturn, TypeAlias

from odcpub import __version__

EPILOG = """first steps:
  odcpub new app my-app
  odcpub publish my-app
  odcpub promote my-app --to qa

exit codes: 0 done, 1 model or plan refused, 2 usage, 3 an engine failed, 130 interrupted,
            141 the output was closed
"""
APP = "the app's name, label (such as my-shop) or key; odcpub status lists the names"
STAGE = "the stage's name, such as development, qa or production"
ASSET = "the app's or library's name, label (such as my-shop) or key"
MODEL = "the model's folder, or an archive of it (.oap)"
LATEST = "the revision's number; default: the latest"
SETTINGS = "begin even if mandatory settings or secrets are missing in the stage, and wait until they are set"
WAIT = "also wait for the clean-up: the previous version ends, and the schema gets its last changes"
ENGINES = (
    "names: csharp, builder, base_image, registry, database, database_address, database_pooling, "
    "database_connections, runner, kubeconfig, context, node_address; docs/commands.md lists their values"
)


_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class WrongUsage(Exception):
    """Arguments that are refused, and the parser of the (sub)command that they are for."""

    def __init__(self, parser: argparse.ArgumentParser, message: str) -> None:
        super().__init__(message)
        self.parser, self.message = parser, message


class _Parser(argparse.ArgumentParser):
    """Raises what is wrong with the arguments; ``main`` prints it as text or, with --json, as JSON."""

    def error(self, message: str) -> NoReturn:
        raise WrongUsage(self, message)


def make_parser() -> argparse.ArgumentParser:
    """The whole command line. ``run`` names a command's function, ``module:function`` of ``odcpub.cli.commands``: its
    module is imported when it runs."""
    parser: argparse.ArgumentParser = _Parser(
        prog="odcpub",
        description="Publishes an app from its model: from YAML files to a running app with its database.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"odcpub {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in (_publish, _promote, _apply, _call, _release, _source, _data, _undeploy, _configuration, _models):
        add(commands)
    _engines(commands)
    _server(commands)
    _operations(commands)
    return parser


def _add(commands: _Commands, name: str, text: str, run: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=_sentence(text))
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    parser.set_defaults(run=run)
    return parser


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _number(text: str) -> int:
    """A revision's; revisions count from 1."""
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise argparse.ArgumentTypeError(f"{text}: is not a revision's number; odcpub status shows them")
    return int(text)


def _publish(commands: _Commands) -> None:
    text = "publish a model to the first stage, Development"
    publish = _add(commands, "publish", text, "publishing:publish")
    publish.add_argument("path", metavar="PATH", help=MODEL)
    _plans(publish)
    publish.add_argument("--wait", action="store_true", help=WAIT)
    publish.add_argument("--wait-for-settings", action="store_true", help=SETTINGS)
    text = "the model is the published asset with the same key, renamed, and not a copy of it"
    publish.add_argument("--renamed", action="store_true", help=text)
    publish.add_argument("--stage", default="", help=argparse.SUPPRESS)


def _promote(commands: _Commands) -> None:
    text = "deploy the revision of the previous stage to a stage, unchanged"
    promote = _add(commands, "promote", text, "publishing:promote")
    promote.add_argument("asset", metavar="APP", help=APP)
    promote.add_argument("--to", required=True, metavar="STAGE", help=STAGE)
    text = "an older revision that ran in the previous stage, to go back to it"
    promote.add_argument("--revision", type=_number, metavar="N", help=text)
    _plans(promote)
    promote.add_argument("--wait", action="store_true", help=WAIT)
    promote.add_argument("--wait-for-settings", action="store_true", help=SETTINGS)


def _apply(commands: _Commands) -> None:
    text = "execute a plan that --plan --out has written: exactly that plan, or nothing"
    apply = _add(commands, "apply", text, "publishing:apply")
    apply.add_argument("file", metavar="FILE", help="the plan's file")
    apply.add_argument("--wait", action="store_true", help=WAIT)


def _call(commands: _Commands) -> None:
    call = _add(commands, "call", "call a server action of a running app", "calling:call")
    call.add_argument("asset", metavar="APP", help=APP)
    call.add_argument("action", metavar="ACTION", help="the server action's name")
    text = "an input; a list or a structure in JSON; NAME= for no value"
    call.add_argument("values", nargs="*", metavar="NAME=VALUE", help=text)
    call.add_argument("--stage", default="", metavar="STAGE", help="default: the first stage, Development")
    call.add_argument("--input", default="", metavar="FILE.json", help="inputs as a JSON object, beside the others")


def _release(commands: _Commands) -> None:
    release = _add(commands, "release", "give a revision a semantic version", "revisions:release")
    release.add_argument("asset", metavar="ASSET", help=ASSET)
    release.add_argument("--version", metavar="V", help="default: the next patch version; 0.1.0 for the first")
    release.add_argument("--notes", required=True, metavar="TEXT", help="what has changed")
    release.add_argument("--revision", type=_number, metavar="N", help=LATEST)


def _source(commands: _Commands) -> None:
    text = "write a revision as an ordinary .NET project, to go on without odcpub"
    source = _add(commands, "source", text, "revisions:source")
    source.add_argument("asset", metavar="ASSET", help=ASSET)
    source.add_argument("folder", metavar="FOLDER", help="a new or empty folder")
    source.add_argument("--revision", type=_number, metavar="N", help=LATEST)


def _data(commands: _Commands) -> None:
    text = "write out or restore an app's migration scripts"
    data = commands.add_parser("data", help=text, description=_sentence(text))
    actions = data.add_subparsers(metavar="ACTION", required=True)
    scripts = _add(actions, "scripts", text, "revisions:data_scripts")
    scripts.add_argument("asset", metavar="APP", help=APP)
    scripts.add_argument("--stage", required=True, metavar="STAGE", help=STAGE)
    way = scripts.add_mutually_exclusive_group(required=True)
    way.add_argument("--out", metavar="FOLDER", help="a new or empty folder, in which plain Alembic can run them")
    way.add_argument("--from", dest="source", metavar="FOLDER", help="restore lost scripts from such a folder")


def _undeploy(commands: _Commands) -> None:
    undeploy = _add(commands, "undeploy", "remove an app from a stage; its data stays", "publishing:undeploy")
    undeploy.add_argument("asset", metavar="APP", help=APP)
    undeploy.add_argument("--stage", required=True, metavar="STAGE", help=STAGE)
    text = "for a cluster that is gone for good: only odcpub's record of the app is removed; what stays is listed"
    undeploy.add_argument("--forget", action="store_true", help=text)
    _plans(undeploy)


def _plans(command: argparse.ArgumentParser) -> None:
    command.add_argument("--plan", action="store_true", help="show what would happen; change nothing")
    command.add_argument("--out", metavar="FILE", help="with --plan: also write the plan to a file, for odcpub apply")
    command.add_argument("--sql", action="store_true", help="with --plan: show the SQL, with its locks and hazards")


def _configuration(commands: _Commands) -> None:
    text = "set, unset, show, apply or send an app's settings and secrets"
    config = commands.add_parser("config", help=text, description=_sentence(text))
    actions = config.add_subparsers(metavar="ACTION", required=True)
    change = _of_app(actions, "set", "set values; they take effect with the next deployment or with config apply")
    text = "NAME alone asks for the value; a secret must be given in this way"
    change.add_argument("values", nargs="+", metavar="NAME[=VALUE]", help=text)
    unset = _of_app(actions, "unset", "remove values that config set has set")
    unset.add_argument("values", nargs="+", metavar="NAME", help="a setting's or secret's name")
    _of_app(actions, "show", "show all values and their sources")
    apply = _of_app(actions, "apply", "deploy the running revision again, with the present values")
    _plans(apply)
    apply.add_argument("--wait", action="store_true", help=WAIT)
    text = "send odcpub.yaml and stages/*.yaml again, without a publish"
    push = _add(actions, "push", text, "configuration:config_push")
    push.add_argument("path", metavar="PATH", help=MODEL)
    push.add_argument("--stage", default="", metavar="STAGE", help="send only this stage's file")


def _of_app(actions: _Commands, name: str, text: str) -> argparse.ArgumentParser:
    """An action on an app's configuration in a stage."""
    action = _add(actions, name, text, f"configuration:config_{name}")
    action.add_argument("asset", metavar="APP", help=APP)
    action.add_argument("--stage", required=True, metavar="STAGE", help=STAGE)
    return action


def _models(commands: _Commands) -> None:
    new = _add(commands, "new", "write a first model", "models:new")
    new.add_argument("kind", choices=["app", "library"], help="a library holds elements that several apps share")
    new.add_argument("path", metavar="PATH", help="a new or empty folder")
    new.add_argument("--name", help="the asset's name; default: the folder's")
    verify = _add(commands, "verify", "list the problems of a model, without a server", "models:verify")
    verify.add_argument("path", metavar="PATH", help=MODEL)
    text = "verify again whenever a file of the model changes, until Ctrl-C"
    verify.add_argument("--watch", action="store_true", help=text)
    _rename(commands)
    text = "write a model into one file, which can be published like its folder"
    archive = _add(commands, "archive", text, "models:archive")
    archive.add_argument("path", metavar="PATH", help="the model's folder")
    archive.add_argument("--out", default="", metavar="FILE.oap", help="default: the asset's name, in this folder")
    update = _add(commands, "update", "take newer versions of the libraries that a model uses", "models:update")
    update.add_argument("path", metavar="PATH", help="the model's folder")
    importer = _add(commands, "import", "make a model from a file of another tool", "models:import_model")
    importer.add_argument("format", choices=["jdl"], help="jdl: a JHipster domain file")
    importer.add_argument("file", metavar="FILE", help="the file to import")
    importer.add_argument("--out", required=True, metavar="FOLDER", help="a new or empty folder for the model")
    importer.add_argument("--name", default="", help="the app's name; default: baseName, else the name of FILE")
    _add(commands, "schema", "print the JSON Schema of the model language, for editors", "models:schema")


def _rename(commands: _Commands) -> None:
    text = "give an element of a model another name, everywhere in the model's files"
    rename = _add(commands, "rename", text, "models:rename")
    rename.add_argument("path", metavar="PATH", help="the model's folder")
    text = "the element, such as Ticket, Ticket.Subject, Settings.HourlyRate or screens.Tickets"
    rename.add_argument("old", metavar="OLD", help=text)
    rename.add_argument("new", metavar="NEW", help="its new name alone")
    rename.add_argument("--dry-run", action="store_true", help="show the changes; write nothing")


def _engines(commands: _Commands) -> None:
    text = "show or choose the engines, such as the database, the registry and the runner"
    actions = _add(commands, "engines", text, "installation:engines").add_subparsers(metavar="[use|set]")
    use = _add(actions, "use", "choose a profile: an engine for every job", "installation:engines_use")
    text = "local: needs nothing else; kind: needs Docker, kind and kubectl (docs/kind.md)"
    use.add_argument("profile", metavar="PROFILE", help=text)
    text = "choose single engines; the command asks for a database's password"
    change = _add(actions, "set", text, "installation:engines_set")
    change.add_argument("values", nargs="+", metavar="NAME=VALUE", help=ENGINES)


def _server(commands: _Commands) -> None:
    text = "show the resident server, or move the platform's records"
    actions = _add(commands, "server", text, "installation:server").add_subparsers(metavar="[set]")
    text = "move the platform's records; the command asks for a database's password"
    move = _add(actions, "set", text, "installation:server_set")
    text = "sqlite: in the data folder; or postgresql://user@host:5432/database"
    move.add_argument("value", metavar="store=STORE", help=text)


def _operations(commands: _Commands) -> None:
    _add(commands, "status", "show what runs in each stage, with address and health", "installation:status")
    log = _add(commands, "log", "list the last operations, or show one", "operations:log")
    log.add_argument("operation", nargs="?", default="", metavar="OPERATION", help="the beginning of its key")
    log.add_argument("--follow", action="store_true", help="show its progress until it ends")
    for name, function, text in (
        ("continue", "go_on", "continue an operation that waits"),
        ("cancel", "cancel", "end an operation before its next step"),
    ):
        action = _add(commands, name, text, f"operations:{function}")
        action.add_argument("operation", metavar="OPERATION", help="the beginning of its key; odcpub log lists them")
    _add(commands, "doctor", "check every engine; show what is missing and how to get it", "installation:doctor")
    _add(commands, "down", "stop local apps, embedded database, compiler and server; data stays", "installation:down")
