"""The font that stands in for those a PDF names but does not hold: every character is a box.

PDFium asks the system for such fonts and loads the outline of each character from them, ten times the work of reading
the text; and where the system has none it takes the characters for copies of each other and drops them. Text and widths
come from the PDF itself, so a box for every character is all that reading needs, and the same on every machine.
"""

import struct

__all__ = ["box_font"]

_EM, _BOTTOM, _TOP = 1000, -120, 880


def box_font() -> bytes:
    """A TrueType font that draws each character of Unicode as one square."""
    return _font_file({b"cmap": _one_glyph_for_all(), **_outlines(), **_metrics()})


def _one_glyph_for_all() -> bytes:
    """A character map of format 13, many characters to one glyph."""
    group = struct.pack(">LLL", 0, 0x10FFFF, 1)
    return struct.pack(">HHHHL", 0, 1, 3, 10, 12) + struct.pack(">HHLLL", 13, 0, 16 + len(group), 0, 1) + group


def _outlines() -> dict[bytes, bytes]:
    """Glyph 0 is empty; glyph 1 is a square of four points."""
    corners = bytes([1] * 4) + struct.pack(">8h", 0, 0, _EM, 0, _BOTTOM, _EM, 0, -_EM)
    glyph = struct.pack(">5hHH", 1, 0, _BOTTOM, _EM, _TOP, 3, 0) + corners
    glyph += bytes(-len(glyph) % 4)
    return {b"glyf": glyph, b"loca": struct.pack(">HHH", 0, 0, len(glyph) // 2)}


def _metrics() -> dict[bytes, bytes]:
    head = (0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _EM, 0, 0, 0, _BOTTOM, _EM, _TOP, 0, 8, 2, 0, 0)
    return {
        b"head": struct.pack(">LLLLHHQQ4hHHhhh", *head),
        b"hhea": struct.pack(">L3hH11hH", 0x10000, _TOP, _BOTTOM, 0, _EM, 0, 0, _EM, 1, *[0] * 7, 1),
        b"hmtx": struct.pack(">Hhh", _EM, 0, 0),
        b"maxp": struct.pack(">L14H", 0x10000, 2, 4, 1, 0, 0, 1, *[0] * 8),
    }


def _font_file(tables: dict[bytes, bytes]) -> bytes:
    directory, body = b"", b""
    start = 12 + 16 * len(tables)
    for tag, table in sorted(tables.items()):
        directory += tag + struct.pack(">LLL", 0, start + len(body), len(table))
        body += table + bytes(-len(table) % 4)
    return struct.pack(">LHHHH", 0x10000, len(tables), 0, 0, 0) + directory + body
