"""The formats that can be read, and what reading each of them may cost. Light: nothing that parses is imported here."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["FORMATS", "Format", "Limits", "format_of_suffix"]

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: its size, and memory and time of the process that reads it."""

    file_bytes: int = 50 * _MEBIBYTE
    memory_bytes: int = 512 * _MEBIBYTE
    seconds: float = 5.0
    seconds_per_page: float = 0.0


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the module of this package whose `read(data, announce)` takes its text out, and the reader's version.

    The version changes whenever the text or layout of a file would. `announce` is told the number of pages as soon as
    it is known, because the time allowed grows with it. A format that is not `isolated` is read in the calling process:
    it is decoded by Python itself and parsed by nothing.
    """

    name: str
    version: str
    module: str
    suffixes: tuple[str, ...]
    limits: Limits = Limits()
    isolated: bool = True
    recognised_by: str = ""
    """The format as which a file is read again where its characters are pictures, and the extra `ocr` is installed."""


_PAGES = Limits(file_bytes=200 * _MEBIBYTE, seconds_per_page=0.02)
_RECOGNISED = Limits(file_bytes=200 * _MEBIBYTE, memory_bytes=3072 * _MEBIBYTE, seconds=60.0, seconds_per_page=20.0)
_CONVERTED = Limits(memory_bytes=4096 * _MEBIBYTE, seconds=120.0)

_ALL = (
    Format("text", "2", "plain", (".txt", ".md", ".text", ".markdown"), Limits(200 * _MEBIBYTE), isolated=False),
    Format("html", "1", "html", (".html", ".htm", ".xhtml")),
    Format("docx", "1", "docx", (".docx", ".docm")),
    Format("odt", "1", "odt", (".odt",)),
    Format("rtf", "1", "rtf", (".rtf",)),
    Format("epub", "1", "epub", (".epub",)),
    Format("pdf", "1", "pdf", (".pdf",), _PAGES, recognised_by="scan"),
    Format("scan", "1", "scan", (), _RECOGNISED),
    Format("picture", "1", "picture", (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"), _RECOGNISED),
    Format("office", "1", "office", (".doc", ".wps"), _CONVERTED),
)
FORMATS: Mapping[str, Format] = {one.name: one for one in _ALL}
_BY_SUFFIX: Mapping[str, Format] = {suffix: one for one in _ALL for suffix in one.suffixes}


def format_of_suffix(suffix: str) -> Format | None:
    """The format of files whose names end so (".pdf"), whatever its case; None where no reader knows it."""
    return _BY_SUFFIX.get(suffix.lower())
