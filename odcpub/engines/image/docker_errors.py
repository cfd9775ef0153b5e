"""A Docker engine's failures in plain words. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from odcpub.errors import EngineError, TemporaryEngineError
from odcpub.escaping import in_short

_REASONS = (
    ("no space left", "the engine's disk is full", "free space (docker system prune), then publish again"),
    (
        "permission denied",
        "your user may not use its socket",
        "add your user to the group docker and log in again, or set DOCKER_HOST to an engine you may use",
    ),
    (
        "no such file or directory",
        "there is no Docker engine on this machine",
        "install and start Docker, set DOCKER_HOST, or build without it: odcpub engines set builder=assembly",
    ),
    (
        "connection refused",
        "the engine does not answer",
        "start Docker, or build without it: odcpub engines set builder=assembly",
    ),
    ("denied", "access denied", "run docker login for this registry as a user who may push"),
    ("unauthorized", "access denied", "run docker login for this registry as a user who may push"),
    ("server gave http response to https", "the registry speaks plain http", "use a registry with https or localhost"),
    ("no such host", "a host name is unknown", "check the registry's address and the network"),
    ("manifest unknown", "the base image does not exist", "correct its digest: odcpub engines set base_image=…"),
    ("not found", "something it needs does not exist", "check the base image and the registry's address"),
)


_NOT_REACHED = ("connection refused", "i/o timeout", "no route to host", "connection reset", "eof")


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turns what the SDK raises into an EngineError that says what was being done, why it failed, how to go on."""
    import docker
    import requests

    try:
        yield
    except docker.errors.DockerException as error:
        raise failure(what, str(getattr(error, "explanation", "") or error)) from error
    except requests.exceptions.Timeout as error:
        raise TemporaryEngineError(f"Docker: {what}: the engine did not answer in time", "try again") from error
    except (requests.exceptions.RequestException, OSError) as error:
        raise failure(what, str(error)) from error


def failure(what: str, text: str) -> EngineError:
    """The error for the engine's own words."""
    lowered = text.lower()
    for sign, reason, hint in _REASONS:
        if sign in lowered:
            raw = "" if "Errno" in text or "Error(" in text else f": {_line(text)}"
            return EngineError(f"Docker: {what}: {reason}{raw}", hint)
    return EngineError(f"Docker: {what}: {_line(text)}", "see docker info and the engine's log")


def build_failed(repository: str, error: str, said: Sequence[str]) -> EngineError:
    """A failed build, with the step it was at."""
    step = next((line for line in reversed(said) if line.startswith("Step ")), "before its first step")
    return failure(f"building {repository}, {step}", error)


def push_failed(name: str, error: str) -> EngineError:
    """A failed push. Who did not answer then is the registry: the engine has told so."""
    if any(sign in error.lower() for sign in _NOT_REACHED):
        registry = name.partition("/")[0]
        hint = "start it again (docs/kind-registry.sh does, for kind), then publish again; odcpub doctor asks it, too"
        return TemporaryEngineError(f"registry {registry}: does not answer the Docker engine: {_line(error)}", hint)
    return failure(f"pushing {name}", error)


def _line(text: str) -> str:
    return in_short(text, 300)
