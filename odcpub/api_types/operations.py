"""Operations: what is asked for, how far it is, what it says, what it would do. No I/O."""

from typing import Literal, NotRequired, TypedDict

from odcpub.api_types.limits import Name, RevisionNumber
from odcpub.api_types.models import SentModel
from odcpub.api_types.problems import MaybeError
from odcpub.errors import Severity

StatusWord = Literal["Running", "Finished", "FinishedWithError"]
KindWord = Literal["Publish", "Deploy", "Undeploy", "ApplyConfigs"]


class PublishOperationRequest(SentModel):
    """``renamed``: no other folder holds an asset of this key any more, so that one of another name is the same,
    renamed. ``waitForSettings``: where the stage lacks mandatory settings or secrets, the operation waits for them."""

    operation: NotRequired[Literal["Publish"]]
    renamed: NotRequired[bool]
    waitForSettings: NotRequired[bool]  # noqa: N815 - a name of the API


class DeploymentOperationRequest(TypedDict):
    """``assetKey`` and ``environmentKey`` take names too; without ``revision``, the one of the stage before.
    ``forget``: an Undeploy of the records alone, where the runner is gone for good. ``waitForSettings``: a Deploy waits
    for mandatory settings and secrets that the stage lacks."""

    operation: Literal["Deploy", "Undeploy", "ApplyConfigs"]
    assetKey: Name
    environmentKey: Name
    revision: NotRequired[RevisionNumber | None]
    forget: NotRequired[bool]
    waitForSettings: NotRequired[bool]


class RuleSince(TypedDict):
    """A rule of the model that is not in force; ``since``: when it was first missing."""

    rule: str
    since: str


WaitingFor = TypedDict("WaitingFor", {"for": str, "who": str, "since": str, "command": str})
"""What an operation waits for, who can let it go on, since when it waits, and the command that lets it go on."""


class Operation(TypedDict):
    """An operation as it is now. ``revision``: None until it is known; ``address``: the app's, empty where there is
    none; ``cleanUp``: what is left to do though the new version serves, while it is Running; ``takenOverBy``: the
    operation that does it in its place; ``waiting``: what for, while it is Running; ``plan``: fingerprint of the plan
    that it follows; ``lockFile``: the text that the author's lock file should have, None where it is right;
    ``exitCode``: the command line's."""

    key: str
    operation: KindWord
    status: StatusWord
    startedDateTime: str
    finishedDateTime: str | None
    deployedBy: str
    assetKey: str
    assetName: str
    environmentKey: str
    environmentName: str
    revision: int | None
    revisions: list[int]
    address: str
    forgotten: bool
    unchanged: bool
    cleanUp: list[str]
    takenOverBy: str | None
    rulesNotInForce: list[RuleSince]
    waiting: WaitingFor | None
    cancelledBy: str | None
    plan: str | None
    lockFile: str | None
    exitCode: int


class Page(TypedDict):
    """``count``: how many results are here; ``nextPageOffset``: None on the last page."""

    count: int
    limit: int
    offset: int
    nextPageOffset: int | None


class OperationPage(TypedDict):
    """Operations, the latest first."""

    page: Page
    results: list[Operation]


class AdditionalInfo(TypedDict):
    """``stepId``: the step's name, or its marker where the message is not of one step."""

    stepId: str
    assetKey: str


class MessageData(MaybeError, total=False):
    """What a message says for programs. ``event``: ``began``, ``ended`` (after ``seconds``), ``progress``, ``waits``;
    ``serves``: from the end of this step on the new version does; an error has its hint, its exit code and its
    lines."""

    event: str
    step: str
    seconds: float
    serves: bool
    revision: int | None
    digest: str
    address: str


class Message(TypedDict):
    """A message of an operation; ``id`` rises, so that a reader goes on after the last one seen. ``type``: the step's
    marker (Verify, Compile, Image, Data, Deploy, Store)."""

    id: int
    timestamp: str
    type: str
    severity: Severity
    message: str
    additionalInfo: AdditionalInfo
    data: MessageData


class MessagePage(TypedDict):
    """Messages in the order in which they were said."""

    page: Page
    results: list[Message]
