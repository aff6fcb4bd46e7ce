"""What an OLE compound file (the container of Office 97-2003) holds, told by the streams at its top."""

import struct
from collections.abc import Iterator

__all__ = ["OLE_MARK", "ole_kind"]

OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ENTRY_BYTES = 128
_MOST_SECTORS = 512
_NONE = 0xFFFFFFFF
_WORD_MARK = b"\xec\xa5"
_ENCRYPTED_WORD = 0x0100
# The stream that shows the kind, in the order in which they are asked for.
_STREAMS = (
    ("EncryptedPackage", "password"),
    ("WordDocument", "office"),
    ("Workbook", "spreadsheet"),
    ("Book", "spreadsheet"),
    ("PowerPoint Document", "slides"),
    ("__properties_version1.0", "message"),
)
_WORKS = ("CONTENTS", "MatOST", "MM")  # Microsoft Works, which LibreOffice reads


def ole_kind(data: bytes) -> str | None:
    """The format or the kind of refused file (see `sniffing`) that an OLE file is; None where it is none.

    A damaged file counts as what its stream names say wherever they are.
    """
    if not data.startswith(OLE_MARK):
        return None
    names = _top_names(data) or {name for name, _ in _STREAMS if name.encode("utf-16-le") in data}
    kind = next((kind for name, kind in _STREAMS if name in names), None)
    if kind == "office" and _is_encrypted(data):
        return "password"
    return kind or ("office" if names & set(_WORKS) else "other Office file")


def _is_encrypted(data: bytes) -> bool:
    """Whether the Word stream says so, where it begins in the first sector as it nearly always does."""
    start = _sector_bytes(data)
    flags = data[start + 10 : start + 12]
    return data[start : start + 2] == _WORD_MARK and bool(int.from_bytes(flags, "little") & _ENCRYPTED_WORD)


def _top_names(data: bytes) -> set[str]:
    """The names of the streams directly under the root; empty where the directory cannot be followed."""
    entries = [entry for sector in _directory_sectors(data) for entry in _entries(sector)]
    if not entries:
        return set()
    names, waiting, seen = set(), [_links(entries[0])[2]], {_NONE}
    while waiting:
        number = waiting.pop()
        if number in seen or number >= len(entries):
            continue
        seen.add(number)
        names.add(_name(entries[number]))
        waiting.extend(_links(entries[number])[:2])
    return names


def _directory_sectors(data: bytes) -> Iterator[bytes]:
    """The sectors of the directory, by way of the first part of the allocation table, which the header holds."""
    size = _sector_bytes(data)
    if len(data) < 2 * size:
        return
    table_sectors = struct.unpack_from("<109I", data, 76)
    sector: int = struct.unpack_from("<I", data, 48)[0]
    for _ in range(_MOST_SECTORS):
        content = _sector(data, sector, size)
        if len(content) < size:
            return
        yield content
        which, place = divmod(sector, size // 4)
        if which >= len(table_sectors):
            return
        table = _sector(data, table_sectors[which], size)
        if len(table) < size:
            return
        sector = struct.unpack_from("<I", table, 4 * place)[0]


def _sector_bytes(data: bytes) -> int:
    return 4096 if data[30:32] == b"\x0c\0" else 512


def _sector(data: bytes, number: int, size: int) -> bytes:
    return data[(number + 1) * size : (number + 2) * size]


def _entries(sector: bytes) -> list[bytes]:
    return [sector[start : start + _ENTRY_BYTES] for start in range(0, len(sector), _ENTRY_BYTES)]


def _links(entry: bytes) -> tuple[int, int, int]:
    """The numbers of an entry's left and right neighbours and of its first child."""
    left, right, child = struct.unpack_from("<3I", entry, 68)
    return left, right, child


def _name(entry: bytes) -> str:
    length = int.from_bytes(entry[64:66], "little")
    return entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
