"""What a build says when it is done: what it made of every file, and which ones it skipped."""

from dataclasses import dataclass
from typing import Literal

BuiltFrom = Literal["nothing", "copy", "unchanged"]


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that a build could not take in, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileReport:
    """What a build made of one file; `dropped` counts characters by reason."""

    file: str
    speeches: int
    passages: int
    characters: int
    dropped: tuple[tuple[str, int], ...] = ()
    copies: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    """What its reader warns of: pages that hold pictures only, characters recognised with little confidence."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did: its generation, a line per file, and the files it skipped."""

    store: str
    generation: str
    files: tuple[FileReport, ...]
    skipped: tuple[SkippedFile, ...]
    speeches: int
    passages: int
    embedded: int
    """Different texts whose vectors were computed: passages of one text share one, and known ones are used again."""
    logical_hash: str
    seconds: float
    built_from: BuiltFrom = "nothing"
    """Whether all was written anew, a copy of the index in use was changed, or nothing had changed."""
    excluded: tuple[str, ...] = ()
    """Files that were found and left out, because they, or all their speeches, have been removed from the index."""
