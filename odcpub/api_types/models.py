"""A model's files on their way in. No I/O."""

from typing import Literal, NotRequired, TypedDict

from odcpub.api_types.limits import Content, Digest, Name, Text, Whole


class UnreadFile(TypedDict):
    """Why a file of a model was not read where it lies."""

    code: Literal["ODC-M001", "ODC-M003", "ODC-M004"]
    message: Text
    hint: Text


class ModelFilesRequest(TypedDict):
    """A model's files. ``files``: path → sha256 of the content; ``unread``: path → why a file was not read; ``above``:
    how many folders above the model's the project file lies; ``contents``: of files that the server lacks, in base64.
    ``folder`` and ``host``: where the files lie."""

    files: dict[Name, Digest]
    unread: NotRequired[dict[Name, UnreadFile]]
    above: NotRequired[Whole]
    contents: NotRequired[list[Content]]
    folder: Name
    host: NotRequired[Name]


class FormerAsset(TypedDict):
    """An asset that was published from another folder, under another name."""

    folder: str
    key: str
    name: str


class ModelFiles(TypedDict):
    """``source``: what requests call the files, None while contents are ``missing``: send them in the same request once
    more. ``former``: the asset of this key, where only the sender can look whether its folder still holds it."""

    source: str | None
    missing: list[str]
    former: FormerAsset | None


class SentModel(TypedDict):
    """A model that was sent. ``source``: what the server called its files; ``folder`` and ``host``: where they lie, for
    people."""

    source: Digest
    folder: Name
    host: NotRequired[Name]
