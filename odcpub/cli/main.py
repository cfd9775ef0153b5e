"""``odcpub``: arguments to commands, errors to messages and exit codes. Imports a command's module when it runs.

Exit codes: 0 done; 1 the model or the plan is refused; 2 usage; 3 an engine failed; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from odcpub import __version__

EPILOG = """first steps:
  odcpub new app my-app
  odcpub publish my-app
  odcpub promote my-app --to qa

exit codes: 0 done, 1 model or plan refused, 2 usage, 3 an engine failed, 130 interrupted
"""
APP = "the app's name, label or key; odcpub status lists them"
STAGE = "the stage's name, such as development, qa or production"
WAIT = "wait for the clean-up too: the end of the version before, and of the schema's changes"
ENGINES = (
    "names: csharp, builder, base_image, registry, database, database_address, database_pooling, "
    "database_connections, runner, kubeconfig, context, node_address; docs/commands.md has their values"
)


class _WrongUsage(Exception):
    """What cannot be understood, and by which (sub)command's parser."""

    def __init__(self, parser: argparse.ArgumentParser, message: str) -> None:
        super().__init__(message)
        self.parser, self.message = parser, message


class _Parser(argparse.ArgumentParser):
    """Leaves it to ``main`` to tell what is wrong: as text or, with --json, as JSON."""

    def error(self, message: str) -> NoReturn:
        raise _WrongUsage(self, message)


def make_parser() -> argparse.ArgumentParser:
    """The whole command line; ``run`` names the function of ``odcpub.cli.commands``."""
    parser: argparse.ArgumentParser = _Parser(
        prog="odcpub",
        description="1-Click Publish for app models: from YAML to a running app with its database.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"odcpub {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _publishing(commands)
    _configuration(commands)
    _models(commands)
    _installation(commands)
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    parser.set_defaults(run=name)
    return parser


def _number(text: str) -> int:
    """A revision's; revisions count from 1."""
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise argparse.ArgumentTypeError(f"{text}: is no revision's number; odcpub status shows them")
    return int(text)


def _publishing(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    publish = _add(commands, "publish", "publish the model in a folder to the first stage, Development")
    publish.add_argument("path", metavar="PATH", help="the model's folder, or an archive of it (.oap)")
    _plans(publish)
    publish.add_argument("--wait", action="store_true", help=WAIT)
    text = "the asset that was published under another name, from elsewhere, is this one, renamed"
    publish.add_argument("--renamed", action="store_true", help=text)
    publish.add_argument("--stage", default="", help=argparse.SUPPRESS)
    promote = _add(commands, "promote", "bring the revision that runs in the stage before to a stage, unchanged")
    promote.add_argument("asset", metavar="APP", help=APP)
    promote.add_argument("--to", required=True, metavar="STAGE", help=STAGE)
    promote.add_argument(
        "--revision", type=_number, metavar="N", help="an older revision that ran in the stage before, to go back to it"
    )
    _plans(promote)
    promote.add_argument("--wait", action="store_true", help=WAIT)
    apply = _add(commands, "apply", "execute a plan that was made with --plan --out: exactly that, or nothing")
    apply.add_argument("file", metavar="FILE", help="the plan's file")
    apply.add_argument("--wait", action="store_true", help=WAIT)
    release = _add(commands, "release", "give a revision a semantic version")
    release.add_argument("asset", metavar="ASSET", help="the app's or library's name, label or key")
    release.add_argument("--version", metavar="V", help="default: one patch above the last release, at first 0.1.0")
    release.add_argument("--notes", required=True, metavar="TEXT", help="what it brings")
    release.add_argument("--revision", type=_number, metavar="N", help="default: the latest")
    source = _add(commands, "source", "write a revision as an ordinary .NET project, to go on without odcpub")
    source.add_argument("asset", metavar="ASSET", help="the app's or library's name, label or key")
    source.add_argument("folder", metavar="FOLDER", help="a new or empty folder")
    source.add_argument("--revision", type=_number, metavar="N", help="default: the latest")
    data = commands.add_parser("data", help="write out an app's migration scripts", description="Work with migrations.")
    scripts = _add(
        data.add_subparsers(metavar="scripts", required=True), "scripts", "write an app's scripts to a folder"
    )
    scripts.set_defaults(run="data_scripts", out="", source="")
    scripts.add_argument("asset", metavar="APP", help=APP)
    scripts.add_argument("--stage", required=True, metavar="STAGE", help=STAGE)
    way = scripts.add_mutually_exclusive_group(required=True)
    way.add_argument("--out", metavar="FOLDER", help="a new or empty folder, which plain Alembic can run")
    way.add_argument("--from", dest="source", metavar="FOLDER", help="put lost scripts back from such a folder")
    undeploy = _add(commands, "undeploy", "take an app out of a stage; its data stays")
    undeploy.add_argument("asset", metavar="APP", help=APP)
    undeploy.add_argument("--stage", required=True, metavar="STAGE", help=STAGE)
    text = "only forget it, where its cluster is gone for good: nothing is removed, and what stays behind is told"
    undeploy.add_argument("--forget", action="store_true", help=text)
    _plans(undeploy)


def _plans(command: argparse.ArgumentParser) -> None:
    command.add_argument("--plan", action="store_true", help="show all that would happen and change nothing")
    command.add_argument("--out", metavar="FILE", help="with --plan: write the plan to a file, for odcpub apply")
    command.add_argument("--sql", action="store_true", help="with --plan: show the statements, with locks and hazards")


def _configuration(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "set, show and apply an app's settings and secrets in a stage"
    config = commands.add_parser("config", help=text, description=text[0].upper() + text[1:] + ".")
    actions = config.add_subparsers(metavar="ACTION", required=True)
    helps = {
        "set": "set values; they take effect with the next deployment or config apply",
        "unset": "forget values that were set",
        "show": "show the values and where each comes from",
        "apply": "redeploy the same revision with the values as they are now",
    }
    values = {"set": ("NAME[=VALUE]", "NAME alone asks for the value, as a secret must be set"), "unset": ("NAME", "")}
    for name, text in helps.items():
        action = _add(actions, name, text)
        action.set_defaults(run=f"config_{name}")
        action.add_argument("asset", metavar="APP", help=APP)
        if name in values:
            metavar, told = values[name]
            action.add_argument("values", nargs="+", metavar=metavar, help=told or "a setting's or secret's name")
        action.add_argument("--stage", required=True, metavar="STAGE", help=STAGE)
        if name == "apply":
            _plans(action)
            action.add_argument("--wait", action="store_true", help=WAIT)
    push = _add(actions, "push", "send the project file and the files of stages anew, without a publish")
    push.set_defaults(run="config_push")
    push.add_argument("path", metavar="PATH", help="the model's folder, or an archive of it (.oap)")
    push.add_argument("--stage", default="", metavar="STAGE", help="of this stage alone")


def _models(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    new = _add(commands, "new", "write a first model into a new folder")
    new.add_argument("kind", choices=["app", "library"], help="a library holds what several apps share")
    new.add_argument("path", metavar="PATH", help="a new or empty folder")
    new.add_argument("--name", default="", help="the asset's name; default: the folder's")
    archive = _add(commands, "archive", "write a model into one file, which can be published like its folder")
    archive.add_argument("path", metavar="PATH", help="the model's folder")
    archive.add_argument("--out", default="", metavar="FILE.oap", help="default: the asset's name in this folder")
    update = _add(commands, "update", "take newer versions of the libraries that a model uses")
    update.add_argument("path", metavar="PATH", help="the model's folder")
    importer = _add(commands, "import", "make a model of a file of another tool")
    importer.add_argument("format", choices=["jdl"], help="jdl: a JHipster domain file")
    importer.add_argument("file", metavar="FILE", help="what to import")
    importer.add_argument("--out", required=True, metavar="FOLDER", help="a new or empty folder for the model")
    importer.add_argument("--name", default="", help="the app's name; default: what the file says, else its name")
    schema = _add(commands, "schema", "print the JSON Schema of the model language, for editors")
    schema.set_defaults(run="schema")


def _installation(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    engines = _add(commands, "engines", "show or choose the compiler, registry, database and runner in use")
    actions = engines.add_subparsers(metavar="use|set")
    use = _add(actions, "use", "choose a profile")
    use.add_argument(
        "profile", metavar="PROFILE", help="local: needs nothing; kind: Docker and a local Kubernetes (docs/kind.md)"
    )
    use.set_defaults(run="engines_use")
    change = _add(actions, "set", "choose single engines; a database's password is asked for")
    change.add_argument("values", nargs="+", metavar="NAME=VALUE", help=ENGINES)
    change.set_defaults(run="engines_set")
    server = _add(commands, "server", "show the server, or choose where the platform's records are kept")
    actions = server.add_subparsers(metavar="set")
    move = _add(actions, "set", "move the platform's records; a database's password is asked for")
    move.add_argument(
        "value", metavar="store=STORE", help="sqlite: in the data folder; or postgresql://user@host:5432/database"
    )
    move.set_defaults(run="server_set")
    _add(commands, "status", "show every asset's revision, address and health by stage")
    log = _add(commands, "log", "list operations, or show one")
    log.add_argument("operation", nargs="?", default="", metavar="OPERATION", help="the beginning of its key")
    log.add_argument("--follow", action="store_true", help="go on while it runs")
    for name, text in (
        ("continue", "let an operation that waits go on"),
        ("cancel", "end an operation before its next step"),
    ):
        action = _add(commands, name, text)
        action.set_defaults(run="go_on" if name == "continue" else name)
        action.add_argument("operation", metavar="OPERATION", help="the beginning of its key; odcpub log lists them")
    _add(commands, "doctor", "show what is there, what is missing and how to get it")
    _add(commands, "down", "stop local apps, database, compiler and server; data stays")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        options = make_parser().parse_args(given)
    except _WrongUsage as wrong:
        return _tell_usage(wrong, "--json" in given)
    from odcpub.cli import commands
    from odcpub.cli.exit_codes import INTERRUPTED
    from odcpub.cli.printing import warn
    from odcpub.cli.progress import tell_problem
    from odcpub.errors import OdcpubError, system_failure

    try:
        with _interruptible():
            _check_text(given)
            run = getattr(commands, options.run.replace("import", "import_model"))
            return int(run(options))
    except OdcpubError as error:
        tell_problem(error, options.json)
        return error.exit_code
    except KeyboardInterrupt:
        warn("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        found = system_failure(error, "this machine")
        tell_problem(found, options.json)
        return found.exit_code


def _check_text(arguments: Sequence[str]) -> None:
    """Refuses what is no text: it could not be sent, nor shown."""
    from odcpub.errors import UsageError

    for one in arguments:
        try:
            one.encode()
        except UnicodeEncodeError:
            shown = one.encode(errors="surrogateescape").decode(errors="replace")
            raise UsageError(f"{shown}: is not UTF-8 text", "write it in UTF-8") from None


@contextmanager
def _interruptible() -> Iterator[None]:
    """Within it Ctrl-C is an exception, so that what is half done can be taken back or told."""
    before = signal.getsignal(signal.SIGINT)
    try:
        if before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _tell_usage(wrong: _WrongUsage, as_json: bool) -> int:
    """As argparse tells it, which ends the command; as every other error, for programs."""
    from odcpub.escaping import escaped

    if not as_json:
        argparse.ArgumentParser.error(wrong.parser, escaped(wrong.message))
    from odcpub.cli.progress import tell_problem
    from odcpub.errors import UsageError

    usage = " ".join(wrong.parser.format_usage().split())
    error = UsageError(f"{wrong.parser.prog}: {wrong.message}", usage)
    tell_problem(error, as_json)
    return error.exit_code
