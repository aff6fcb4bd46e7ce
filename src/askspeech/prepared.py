"""What is made of one file before anything is written: messages between processes, which also wait on the disk.

Never pickle: messages hold numbers, strings, bytes and lists of these, and nothing in them can be run.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import msgpack

from askspeech import records
from askspeech.bilingual import Bilingual
from askspeech.cleaning_rules import LineRule, Rules
from askspeech.corpus_files import OpenedFile
from askspeech.datatypes import Document, Source, Span
from askspeech.errors import ModelError, SettingsError
from askspeech.formats.table import FORMATS
from askspeech.settings import IndexSettings

__all__ = ["BUILTIN", "Outcome", "Parts", "Prepared", "Recipe", "Task", "failed", "pack", "unpack", "unreadable"]

BUILTIN = "builtin"
"""What a recipe calls the embedder of the package."""

NO_REASON = Bilingual("")

Kind = Literal["prepared", "unreadable", "silent", "excluded"]


def pack(value: object) -> bytes:
    """Numbers, strings, bytes, None and lists of these as bytes."""
    packed: bytes = msgpack.packb(value, unicode_errors="surrogatepass")
    return packed


def unpack(data: bytes) -> Any:
    """What was packed, with tuples for lists; ValueError where it is no such thing."""
    return msgpack.unpackb(data, unicode_errors="surrogatepass", use_list=False, strict_map_key=False)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What all files are prepared by, the same in every process."""

    settings: IndexSettings
    """Of these only what shapes passages, and the embedder that is named."""
    rules: Rules
    removed: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    """Where the speeches lie that are excluded, by source."""
    embedder: str = ""
    """BUILTIN; the name of a SentenceTransformer; empty where no vectors are made, only token ids."""
    known: frozenset[str] = frozenset()
    """The keys of texts that need not be embedded."""
    libraries: Mapping[str, str] = field(default_factory=dict)
    """The versions of what decides how a file turns out."""

    def packed(self) -> bytes:
        """As a message."""
        settings = self.settings
        named = settings.embedder, settings.embedder_revision, settings.batch_size
        return pack(
            [
                [settings.passage_minimum, settings.passage_maximum, *named],
                [_packed_rules(self.rules.lines), _packed_rules(self.rules.gaps)],
                dict(self.removed),
                self.embedder,
                sorted(self.known),
                dict(self.libraries),
            ]
        )

    @classmethod
    def unpacked(cls, message: bytes) -> "Recipe":
        """The recipe that a message holds."""
        (minimum, maximum, name, revision, batch), (lines, gaps), removed, embedder, known, libraries = unpack(message)
        return cls(
            IndexSettings(
                embedder=name,
                embedder_revision=revision,
                batch_size=batch,
                passage_minimum=minimum,
                passage_maximum=maximum,
            ),
            Rules(_rules(lines), _rules(gaps)),
            {source: tuple(Span(*span) for span in spans) for source, spans in removed.items()},
            embedder,
            frozenset(known),
            libraries,
        )


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to prepare: a file to be read, a source to be understood, or rows of a document understood before."""

    file: OpenedFile | None = None
    source: Source | None = None
    rows: records.Rows | None = None

    def packed(self) -> bytes:
        """As a message."""
        file, source = self.file, self.source
        return pack(
            [
                file and [file.name, file.byte_hash, file.format.name, file.data],
                source and [source.id, records.pack_source(source), records.pack_text(source.text)],
                self.rows and {table: [list(row) for row in rows] for table, rows in self.rows.items()},
            ]
        )

    @classmethod
    def unpacked(cls, message: bytes) -> "Task":
        """The task that a message holds."""
        file, source, rows = unpack(message)
        return cls(
            file and OpenedFile(file[0], file[3], file[1], FORMATS[file[2]]),
            source and records.unpack_source(source[0], source[1], records.unpack_text(source[2])),
            rows,
        )


Parts = Callable[[], bytes]
"""Gives what was packed, from wherever it waits."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document as a build writes it; what is large in it is packed, and may wait on the disk."""

    source: Source
    """Without its text."""
    passages: int
    passage_characters: int
    source_characters: int
    rows: Parts
    """Of the catalogue: a map of the rows by table, the sketches (id, bytes), and for each different text that is not
    known yet: key, token ids, vector or None, and where that is None the text."""
    keywords: Parts
    """A list of passage id, speech id and the tokens of each field, joined."""

    def document(self) -> Document:
        """The document itself."""
        rows, _, _ = unpack(self.rows())
        made = records.document_of(rows)
        return replace(made, source=replace(self.source, text=made.source.text))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task: a document, or why there is none."""

    kind: Kind
    prepared: Prepared | None = None
    reason: Bilingual = NO_REASON
    """Where it is unreadable: why."""

    @classmethod
    def unpacked(cls, message: bytes) -> "Outcome":
        """The outcome that a message holds; raises ModelError or SettingsError where nothing can be prepared there."""
        said, *values = unpack(message)
        if said == "failed":
            raise {"SettingsError": SettingsError, "ModelError": ModelError}[values[0]](Bilingual(*values[1:]))
        if said != "prepared":
            return cls(said, reason=Bilingual(*values) if values else NO_REASON)
        identity, source, passages, passage_characters, source_characters, rows, keywords = values
        prepared = Prepared(
            records.unpack_source(identity, source, ""),
            passages,
            passage_characters,
            source_characters,
            lambda: rows,
            lambda: keywords,
        )
        return cls("prepared", prepared)


def failed(error: ModelError | SettingsError) -> bytes:
    """The message that nothing can be prepared, which is raised where it is unpacked."""
    return pack(["failed", type(error).__name__, *_parts(error.words)])


def unreadable(reason: Bilingual) -> bytes:
    """The message that a file could not be read or prepared."""
    return pack(["unreadable", *_parts(reason)])


def _parts(text: Bilingual) -> tuple[str, str, str]:
    return text.english, text.chinese, str(text)


def _packed_rules(rules: Sequence[LineRule]) -> list[object]:
    return [[rule.reason, [[pattern.pattern, pattern.flags] for pattern in rule.patterns]] for rule in rules]


def _rules(packed: Sequence[Any]) -> tuple[LineRule, ...]:
    return tuple(LineRule(reason, tuple(re.compile(*pattern) for pattern in patterns)) for reason, patterns in packed)
