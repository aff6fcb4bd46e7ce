"""Which of the optional readers are installed, without loading them."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from askspeech.formats.table import Format

__all__ = ["reader_version", "recogniser"]

_RECOGNISER = "rapidocr"


@cache
def recogniser() -> str | None:
    """The version of what reads the characters of pictures (extra `ocr`); None where it is not installed."""
    try:
        return version(_RECOGNISER)
    except PackageNotFoundError:
        return None


def reader_version(format: Format) -> str:
    """The version of a format's reader; that of what recognises pictures goes in where it would read the file."""
    known = recogniser() if format.recognised_by else None
    return f"{format.version}+{_RECOGNISER} {known}" if known else format.version
