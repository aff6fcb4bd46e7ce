"""What an RTF reader keeps of the group it is in, and the words of RTF 1.9.1 that need no more than a table."""

from dataclasses import dataclass

from askspeech.formats.docx_fields import Field
from askspeech.formats.rtf_sink import Sink

__all__ = [
    "CHARACTERS", "SETTLED", "SHOWN", "SIGNS", "SILENT", "SILENT_GROUPS", "STORIES", "TRANSPARENT", "State",
]  # fmt: skip

SHOWN, SETTLED, SILENT = range(3)
"""Text is shown; it is not, but groups inside may be; nothing inside is."""

CHARACTERS = {
    "tab": "\t", "line": "\n", "page": "\f", "column": "\f", "emdash": "—", "endash": "–", "emspace": "\u2003",
    "enspace": "\u2002", "qmspace": "\u2005", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”",
}  # fmt: skip
SIGNS = {b"~": "\u00a0", b"_": "-", b"{": "{", b"}": "}", b"\\": "\\", b"\t": "\t"}
SILENT_GROUPS = frozenset((
    "aftncn", "aftnsep", "aftnsepc", "author", "buptim", "colortbl", "comment", "creatim", "doccomm", "filetbl",
    "ftncn", "ftnsep", "ftnsepc", "info", "keywords", "mmathPict", "nonesttables", "nonshppict", "objdata",
    "operator", "pntxta", "pntxtb", "printim", "private", "revtim", "rxe", "shprslt", "subject", "tc", "tcn",
    "template", "title", "txe", "xe", "mctrlPr", "mrPr", "mdPr", "mfPr", "mbegChr", "mendChr",
))  # fmt: skip
STORIES = frozenset((
    "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "footnote", "shptxt",
    "dptxbxtext",
))  # fmt: skip
TRANSPARENT = frozenset(("shppict", "moMath", "moMathPara", "mmath"))


@dataclass(slots=True)
class State:
    """What a group inherits from the group around it."""

    sink: Sink
    shown: int = SHOWN
    font: int = -1
    eastern: int = -1
    sets_eastern: bool = False
    fallback: int = 1
    hidden: bool = False
    deleted: bool = False
    contents: bool = False
    style: int = 0
    level: int = 0
    field: Field | None = None
    captured: list[str] | None = None
    table: str = ""
    list_id: int = 0
    group: str = ""
    starred: bool = False
