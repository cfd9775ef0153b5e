"""The table of problem codes. No I/O."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Stable codes of model problems; ``meaning`` is the line of docs/model.md."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Code:
        """A code that is its text, with what it means."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    FOLDER = "ODC-M001", "the folder is missing, is not a folder or cannot be read"
    NO_MODEL = "ODC-M002", "the folder holds no model"
    FILE = "ODC-M003", "a file cannot be read: permissions, not a regular file, a link out of the folder"
    FILE_SIZE = "ODC-M004", "a file, or the model, is too large"
    ENCODING = "ODC-M005", "a file is not UTF-8 text"
    SYNTAX = "ODC-M006", "a file is not valid YAML"
    YAML_FEATURE = "ODC-M007", "YAML that a model may not use: tags, several documents, too many levels or aliases"
    DUPLICATE_KEY = "ODC-M008", "the same key twice in one mapping"
    SEVERAL_MODELS = "ODC-M009", "the folder holds several models, or one whose stages are in a subfolder"
    CHARACTER = "ODC-M010", "a control character, or a character that changes the direction of text"
    UNKNOWN_KEY = "ODC-M101", "a key that the language does not have"
    MISSING_KEY = "ODC-M102", "a required key is missing"
    WRONG_SHAPE = "ODC-M103", "a value of the wrong YAML type"
    BAD_VALUE = "ODC-M104", "a value that the key does not accept"
    BAD_UUID = "ODC-M105", "the asset's key is not a UUID"
    BAD_NAME = "ODC-M201", "a name that is too long, or has other characters than letters, digits and underscores"
    RESERVED_NAME = "ODC-M202", "a reserved name"
    DUPLICATE_NAME = "ODC-M203", "two elements with the same name, or with names that differ only in case"
    DUPLICATE_IDENTITY = "ODC-M204", "two elements with the same identity"
    PHYSICAL_COLLISION = "ODC-M205", "two elements that would get the same name in the database"
    UNKNOWN_TYPE = "ODC-M301", "a data type that does not exist"
    WRONG_TYPE = "ODC-M302", "a data type that cannot be used there"
    LIMIT_TYPE = "ODC-M303", "a limit that the data type does not have"
    BAD_LIMIT = "ODC-M304", "a limit out of range, or limits that contradict one another"
    BAD_PATTERN = "ODC-M305", "a pattern outside the common subset"
    BAD_DEFAULT = "ODC-M306", "a default that the attribute's type or limits do not allow"
    EXPRESSION = "ODC-M307", "an expression that is unknown, or of another type"
    SECRET_DEFAULT = "ODC-M308", "a secret with a default"
    UNKNOWN_TARGET = "ODC-M401", "an entity, attribute or record that does not exist"
    DELETE_RULE = "ODC-M402", "a delete rule that cannot work"
    MANDATORY_CYCLE = "ODC-M403", "mandatory references that form a cycle: the first row could never be created"
    STRUCTURE_CYCLE = "ODC-M404", "a structure that contains itself"
    BAD_INDEX = "ODC-M405", "an index that the database cannot store"
    BAD_SCREEN = (
        "ODC-M406",
        "a screen that is not exactly one list, detail or dashboard, or that has what it cannot have",
    )
    LIBRARY_DATA = "ODC-M501", "data, settings or screens in a library"
    UNKNOWN_LIBRARY = "ODC-M502", "a library that does not exist, or is not listed under uses"
    LIBRARY_VERSION = "ODC-M503", "a version range that is malformed, or that no version of the library satisfies"
    RENAMED_LIBRARY = "ODC-M504", "a library that has another name in newer versions (warning)"
    NO_RECORDS = "ODC-M601", "a static entity without records (warning)"
    BAD_STEP = "ODC-M701", "a step of no kind, or of two, or one that cannot be done"
    BAD_VARIABLE = "ODC-M702", "a variable that is unknown, taken, or of another type"
    BAD_CALL = "ODC-M703", "a call that does not fit the action's inputs and outputs"
    LOGIC_LIMIT = "ODC-M704", "an action with too many inputs or steps, or steps too deep"
    ENDLESS = "ODC-M705", "actions that call one another without end; a warning where a condition may end it"
    UNREACHABLE = "ODC-M711", "steps that are never reached (warning)"
    UNUSED = "ODC-M712", "an input or variable that nothing uses (warning)"
    NEVER_SET = "ODC-M713", "an output that nothing sets (warning)"
    NO_LIMIT = "ODC-M714", "a query that may give any number of rows (warning)"
    QUERY_IN_LOOP = "ODC-M715", "a query for each element of a list (warning)"
    MIXED_IDENTIFIERS = "ODC-M716", "identifiers of two entities that are compared (warning)"
    NOT_SUPPORTED = "ODC-M901", "a part of the language that is not supported yet"
