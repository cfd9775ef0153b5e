"""``odcpub``: arguments to commands, errors to messages and exit codes. Imports a command's module when it runs.

Exit codes: 0 done; 1 the model or the plan is refused; 2 usage; 3 an engine failed; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from odcpub import __version__

EPILOG = "exit codes: 0 done, 1 model or plan refused, 2 usage, 3 an engine failed, 130 interrupted"


def make_parser() -> argparse.ArgumentParser:
    """The whole command line; ``run`` names the function of ``odcpub.cli.commands``."""
    parser = argparse.ArgumentParser(prog="odcpub", description="1-Click Publish for app models.", epilog=EPILOG)
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


def _publishing(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    publish = _add(commands, "publish", "publish the model in a folder to Development")
    publish.add_argument("path", help="the model's folder")
    publish.add_argument("--plan", action="store_true", help="show all that would happen and change nothing")
    publish.add_argument("--stage", default="", help=argparse.SUPPRESS)
    promote = _add(commands, "promote", "bring an app's revision to the next stage, unchanged")
    promote.add_argument("asset")
    promote.add_argument("--to", required=True, metavar="STAGE")
    promote.add_argument("--revision", type=int, help="an older revision that ran in the stage before")
    promote.add_argument("--plan", action="store_true", help="show all that would happen and change nothing")
    release = _add(commands, "release", "give a revision a semantic version")
    release.add_argument("asset")
    release.add_argument("--version", help="default: one patch above the last release, at first 0.1.0")
    release.add_argument("--notes", required=True, help="what it brings")
    release.add_argument("--revision", type=int, help="default: the latest")
    undeploy = _add(commands, "undeploy", "take an app out of a stage; its data stays")
    undeploy.add_argument("asset")
    undeploy.add_argument("--stage", required=True)


def _configuration(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    config = commands.add_parser("config", help="settings and secrets of an app in a stage")
    actions = config.add_subparsers(metavar="ACTION", required=True)
    helps = {
        "set": "set values; NAME alone asks for it (secrets always so)",
        "unset": "forget values that were set",
        "show": "show the values and where each comes from",
        "apply": "redeploy the same revision with the values as they are now",
    }
    for name, text in helps.items():
        action = _add(actions, name, text)
        action.set_defaults(run=f"config_{name}")
        action.add_argument("asset")
        if name in ("set", "unset"):
            action.add_argument("values", nargs="+", metavar="NAME=VALUE" if name == "set" else "NAME")
        action.add_argument("--stage", required=True)


def _models(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    new = _add(commands, "new", "write a first model into a new folder")
    new.add_argument("kind", choices=["app", "library"])
    new.add_argument("path")
    new.add_argument("--name", default="", help="the asset's name; default: the folder's")
    update = _add(commands, "update", "take newer versions of the libraries that a model uses")
    update.add_argument("path")
    importer = _add(commands, "import", "make a model of somebody else's")
    importer.add_argument("format", choices=["jdl"])
    importer.add_argument("file")
    importer.add_argument("--out", required=True, metavar="FOLDER")
    importer.add_argument("--name", default="", help="the app's name; default: what the file says, else its name")
    schema = _add(commands, "schema", "print the JSON Schema of the model language, for editors")
    schema.set_defaults(run="schema")


def _installation(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    engines = _add(commands, "engines", "show or choose the engines behind each port")
    actions = engines.add_subparsers(metavar="use|set")
    use = _add(actions, "use", "choose a profile")
    use.add_argument("profile", help="local or kind")
    use.set_defaults(run="engines_use")
    change = _add(actions, "set", "choose single engines; a database's password is asked for")
    change.add_argument("values", nargs="+", metavar="NAME=VALUE")
    change.set_defaults(run="engines_set")
    _add(commands, "status", "show every asset's revision, address and health by stage")
    log = _add(commands, "log", "list operations, or show one")
    log.add_argument("operation", nargs="?", default="", help="the beginning of its key")
    log.add_argument("--follow", action="store_true", help="go on while it runs")
    _add(commands, "doctor", "show what is there, what is missing and how to get it")
    _add(commands, "down", "stop apps, database, compiler and server; data stays")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; its exit code."""
    options = make_parser().parse_args(arguments)
    from odcpub.cli import commands
    from odcpub.cli.progress import INTERRUPTED, tell_problem
    from odcpub.errors import OdcpubError, system_failure

    try:
        run = getattr(commands, options.run.replace("import", "import_model"))
        return int(run(options))
    except OdcpubError as error:
        tell_problem(error, options.json)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        found = system_failure(error, "this machine")
        tell_problem(found, options.json)
        return found.exit_code


if __name__ == "__main__":
    sys.exit(main())
