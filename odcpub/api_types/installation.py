"""The installation itself: server, status, engines, doctor, models and libraries. No I/O."""

from typing import Literal, NotRequired, TypedDict

from odcpub.api_types.assets import AssetKind, PendingFile
from odcpub.api_types.limits import Name, Script
from odcpub.api_types.operations import KindWord, RuleSince, WaitingFor
from odcpub.api_types.problems import MaybeError


class Server(TypedDict):
    """``build``: the version, and the state of the code that the server began with; ``data``: the data folder of the
    installation; ``store``: where its records are, ``sqlite`` (in that folder) or a database's address."""

    version: str
    build: str
    pid: int
    data: str
    store: str


class StoreChanged(TypedDict):
    """``before``: where the old store stays, readable; ``aside``: the new name of what was there before, or empty;
    both empty where the records stay where they are. The server ``pid`` ends and
    takes at most ``seconds``; 0: it goes on."""

    store: str
    before: str
    aside: str
    rows: int
    contents: int
    pid: int
    seconds: float


class StorePatch(TypedDict):
    """``store``: ``sqlite``, or a PostgreSQL database's address without a password. ``check``: only says what would
    be refused, before somebody is asked for a password; nothing is changed."""

    store: Name
    password: NotRequired[Name | None]
    check: NotRequired[bool]


class ShutDown(TypedDict):
    """``seconds``: how long the end can take."""

    pid: int
    seconds: float


class RuleNotInForce(RuleSince):
    """``why`` it is not in force, and the command that puts it in force."""

    why: str
    mend: str


class Unfinished(TypedDict):
    """Why a clean-up has failed, and the command that mends it."""

    why: str
    mend: str


class StageStatus(TypedDict):
    """What of an asset runs in a stage, or was deployed there last. ``health``: the runner's word for it;
    ``unfinished``: that the clean-up after its deployment has failed."""

    stage: str
    revision: int
    digest: str
    address: str
    health: str
    deployedAt: str
    rulesNotInForce: list[RuleNotInForce]
    unfinished: Unfinished | None
    pending: PendingFile | None


class WaitingOperation(TypedDict):
    """An operation that waits; ``operation``: its key."""

    operation: str
    kind: KindWord
    stage: str
    waiting: WaitingFor


class AssetStatus(TypedDict):
    """``revision``: 0 before the first one; ``release``: the latest, or empty; ``waiting``: operations that wait for
    something, the latest first."""

    key: str
    name: str
    kind: AssetKind
    revision: int
    release: str
    stages: list[StageStatus]
    waiting: list[WaitingOperation]


class Status(MaybeError):
    """Every asset. Where no engine can be asked, why: ``title`` and the rest of a problem."""

    assets: list[AssetStatus]
    title: NotRequired[str]


CheckState = Literal["ok", "warning", "missing"]


class Check(TypedDict):
    """One part that was looked at; ``hints``: how to go on."""

    what: str
    state: CheckState
    found: str
    hints: list[str]


class Doctor(TypedDict):
    """What is there, in the order of a publish."""

    checks: list[Check]


class Engines(TypedDict):
    """What is chosen, every value as text, empty where nothing is. ``warnings``: what follows from a change."""

    profile: str
    csharp: str
    builder: str
    base_image: str
    registry: str
    database: str
    database_address: str
    database_pooling: str
    database_connections: str
    runner: str
    kubeconfig: str
    context: str
    node_address: str
    warnings: NotRequired[list[str]]


class EnginesPatch(TypedDict):
    """``use`` a profile, or ``set`` single choices; ``databasePassword`` goes with a database address.
    ``kubeconfig``: the caller's file, whose current context profile ``kind`` keeps. ``check``: only says what would be
    refused, before somebody is asked for a password; nothing is changed."""

    use: NotRequired[Name | None]
    set: NotRequired[dict[Name, Name]]
    databasePassword: NotRequired[Name | None]
    kubeconfig: NotRequired[Name]
    check: NotRequired[bool]


class Source(TypedDict):
    """A revision as a project: path → text. ``sameCompiler``: whether this very compiler has compiled it."""

    name: str
    kind: AssetKind
    revision: int
    sameCompiler: bool
    files: dict[str, str]


class Scripts(TypedDict):
    """The migration scripts of an app in a stage: path → text. ``files``: those that were written out, or put back."""

    app: str
    stage: str
    files: dict[str, str]


class ScriptsRequest(TypedDict):
    """``files``: path → text, as they were written out; what is no script is passed over."""

    stage: Name
    files: dict[Name, Script]


LibraryChange = TypedDict("LibraryChange", {"name": str, "from": str | None, "to": str | None})
"""A library's locked version before and after; None where the model did not, or does not any more, use it."""


class Update(TypedDict):
    """What changes in a model's lock file. ``lockFile``: its text then, None where it stays."""

    asset: str
    changes: list[LibraryChange]
    warnings: list[str]
    lockFile: str | None
