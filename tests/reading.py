"""Reading files as the ingest does, for tests that need a source or what was understood of it."""

from pathlib import Path

from askspeech.corpus_files import CorpusFile
from askspeech.datatypes import Document, Source
from askspeech.readers import read_source
from askspeech.settings import IndexSettings
from askspeech.understanding import understand

__all__ = ["read_file", "understood"]


def read_file(path: Path, name: str | None = None) -> Source:
    """The source that a file is read as, cited by this name (default: its own)."""
    return read_source(CorpusFile(path, name or path.name))


def understood(path: Path) -> Document:
    """What a file is read and understood as."""
    return understand(read_file(path), IndexSettings())
