"""The errors that askspeech raises, one small tree.

AskSpeechError                 root: every message says what was found, what was expected, what to do next
├── SettingsError              an option or an `ASKSPEECH_…` variable holds a value that cannot be used
├── QuestionError              the question cannot be searched for: empty, too long, only punctuation
├── CorpusError                the corpus roots hold nothing that can be indexed
├── ReadError                  one file cannot be read: skipped, listed, never fatal to a build
├── ModelError                 an embedder or a chat model cannot be loaded or used
├── DataError                  what is kept of conversations cannot be used: damaged, newer, busy
│   └── NotKeptError           a conversation was asked for that its owner does not have
└── StoreError                 the store cannot be used
    ├── StoreMissingError      no index has been built there
    ├── StoreMismatchError     another schema or another embedder built it
    ├── StoreDamagedError      its parts do not agree, or cannot be read
    ├── StoreLockedError       another build holds it
    ├── StoreUnreachableError  the Chroma server that holds its vectors does not answer
    └── DiskError              the disk is full, read-only or failing
"""

from typing import ClassVar

__all__ = [
    "AskSpeechError",
    "CorpusError",
    "DataError",
    "DiskError",
    "ModelError",
    "NotInIndexError",
    "NotKeptError",
    "QuestionError",
    "ReadError",
    "SettingsError",
    "StoreDamagedError",
    "StoreError",
    "StoreLockedError",
    "StoreMismatchError",
    "StoreMissingError",
    "StoreUnreachableError",
]


class AskSpeechError(Exception):
    """Root of all errors that askspeech raises on purpose."""

    exit_status: ClassVar[int] = 1


class SettingsError(AskSpeechError):
    """An option or an `ASKSPEECH_…` variable of the environment holds a value that cannot be used."""

    exit_status = 2


class QuestionError(AskSpeechError):
    """The question is empty, longer than the limit, or holds nothing to search for; or no file of questions."""


class CorpusError(AskSpeechError):
    """The corpus roots cannot be reached, or hold no file that can be indexed."""


class ReadError(AskSpeechError):
    """One file cannot be read as a speech: its format, its encoding or its permissions."""


class ModelError(AskSpeechError):
    """An embedder or a chat model cannot be loaded or does not answer."""


class DataError(AskSpeechError):
    """What is kept of conversations (`ASKSPEECH_DATA`) cannot be used: damaged, of a newer version, or busy."""


class NotKeptError(DataError):
    """A conversation, or a part of one, was asked for that this owner does not have."""


class StoreError(AskSpeechError):
    """The store cannot be used."""


class StoreMissingError(StoreError):
    """No index has been published at this place."""


class StoreMismatchError(StoreError):
    """The index was built with another schema or another embedder."""


class StoreDamagedError(StoreError):
    """A part of the index is missing, unreadable, or disagrees with the others."""


class StoreLockedError(StoreError):
    """Another process is building in this store."""

    exit_status = 75


class StoreUnreachableError(StoreError):
    """The Chroma server that holds the vectors does not answer, or not as one; what is on it may be sound."""

    exit_status = 74


class NotInIndexError(StoreError):
    """An id was asked for that the index does not hold."""


class DiskError(StoreError):
    """The disk is full, read-only, or failing."""

    exit_status = 74
