"""Opened files to sources: whichever format a file is in, its characters are taken out in the same few steps."""

import hashlib

from askspeech.corpus_files import CorpusFile, OpenedFile, open_file
from askspeech.datatypes import Source
from askspeech.errors import ReadError
from askspeech.formats.extracted import Extracted
from askspeech.formats.extras import reader_version
from askspeech.reading_pool import ReadingPool

__all__ = ["read_source", "source_id", "source_of"]

_INVISIBLE = "\ufeff\u200b"


def read_source(file: CorpusFile) -> Source:
    """Read one file into a source; raises ReadError with the reason where it cannot be read."""
    opened = open_file(file)
    with ReadingPool(workers=1) as pool:
        return source_of(opened, pool.read(opened.format, opened.data))


def source_of(opened: OpenedFile, extracted: Extracted) -> Source:
    """The source that a file is, from what was taken out of it; raises ReadError where that is nothing."""
    if all(character.isspace() or character in _INVISIBLE for character in extracted.text):
        raise ReadError("it is empty. Put text into it, or leave it out.", "文件里没有文字，请补上内容或移除它。")
    return Source(
        id=source_id(extracted.text),
        file=opened.name,
        text=extracted.text,
        byte_hash=opened.byte_hash,
        reader=opened.format.name,
        reader_version=reader_version(opened.format),
        encoding=extracted.encoding,
        layout=extracted.layout,
    )


def source_id(text: str) -> str:
    """The identity of a source: a hash of its canonical text (32 hexadecimal digits)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
