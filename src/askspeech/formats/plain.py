"""Plain text and Markdown: decoded, and nothing else; every character of the file stays where it is."""

from collections.abc import Callable

from askspeech.datatypes import Layout
from askspeech.decoding import decode, notices_of_damage
from askspeech.formats.extracted import Extracted

__all__ = ["read"]


def read(data: bytes, announce: Callable[[int], None] = lambda pages: None) -> Extracted:
    """Decode a text file; its places are lines.

    Raises ReadError where no encoding gives the text without loss, or where it is no text.
    """
    del announce  # a text has no pages
    decoded = decode(data)
    return Extracted(decoded.text, decoded.encoding, Layout("line", notices=notices_of_damage(decoded.text)))
