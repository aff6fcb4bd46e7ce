"""What the readers of word processors' files share: lines, what was left out, and how both become an `Extracted`."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from askspeech.bilingual import Bilingual, with_command
from askspeech.errors import ReadError
from askspeech.formats.extracted import INSTALL_RECOGNITION, Extracted, TextBuilder

__all__ = ["CONTENTS", "Findings", "Line", "assembled", "note_lines", "row_lines", "visible"]

CONTENTS = "table of contents"
_PAGE_NUMBER = re.compile(r"[\W_]*(?:第|[Pp]age)?\W*\d{0,4}\W*(?:页|of|/)?\W*(?:共?\W*\d{0,4}\W*页?)?[\W_]*")


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, or a row of a table; `furniture` is a reason, `art` says that it is drawn (WordArt, watermark)."""

    text: str
    furniture: str = ""
    art: bool = False


@dataclass(slots=True)
class Findings:
    """What was left out or taken with a doubt, counted over the whole file; `hidden` and `deleted` are characters."""

    hidden: int = 0
    deleted: int = 0
    inserted: bool = False
    comments: int = 0
    pictures: int = 0
    symbols: int = 0
    fields: int = 0
    embedded: int = 0
    unnumbered: int = 0
    number_formats: set[str] = field(default_factory=set)


def assembled(
    headers: Iterable[Line], body: Sequence[Line], footers: Iterable[Line], findings: Findings, encoding: str = ""
) -> Extracted:
    """Headers, body and footers as one text whose places are the body's paragraphs.

    Raises ReadError where there are pictures and not one word.
    """
    if findings.pictures and not any(line.text.strip() for line in body):
        raise _pictures_only(findings.pictures)
    builder = TextBuilder("paragraph")
    for line in (*_page_furniture(headers), *body, *_page_furniture(footers)):
        builder.add(line.text, line.furniture)
    return builder.extracted(encoding=encoding, notices=tuple(_notices(findings)))


def note_lines(lines: Iterable[Line]) -> list[Line]:
    """The lines of a note, without the space or tab that stands behind its mark."""
    return [replace(line, text=line.text.strip()) for line in lines if line.text.strip()]


def row_lines(cells: Sequence[list[Line]]) -> list[Line]:
    """The lines of a table's row: one with tabs where no cell has more than a line, else those of its cells in order.

    Text that is only laid out by a table, in one cell of each row, stays as it is.
    """
    if len(cells) == 1:
        return cells[0]
    filled = [[line for line in cell if line.text.strip()] for cell in cells]
    lines = [line for cell in filled for line in cell]
    if len(lines) < 2 or any(len(cell) > 1 for cell in filled) or any("\n" in line.text for line in lines):
        return lines
    furniture = lines[0].furniture if all(line.furniture for line in lines) else ""
    return [Line("\t".join(cell[0].text.strip() if cell else "" for cell in filled).rstrip("\t"), furniture)]


def visible(text: str) -> int:
    """How many characters are no white space."""
    return sum(not character.isspace() for character in text)


def _page_furniture(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines of headers or footers, each wording once, with the reason why they are no speaker's."""
    seen: set[str] = set()
    for line in lines:
        words = line.text.strip()
        if words and words not in seen:
            seen.add(words)
            running = "page number" if _PAGE_NUMBER.fullmatch(words) else "running head"
            yield Line(line.text, "watermark" if line.art else running)


def _notices(findings: Findings) -> Iterator[str]:
    if findings.deleted or findings.inserted:
        yield (
            Bilingual(
                f"Tracked changes: {_many(findings.deleted, 'deleted character')} left out, insertions taken.",
                f"文件含修订记录：已删除的 {findings.deleted} 个字未收入，插入的文字已收入。",
            )
        )
    if findings.hidden:
        yield Bilingual(
            f"{_many(findings.hidden, 'hidden character')} left out.", f"有 {findings.hidden} 个隐藏文字未收入。"
        )
    if findings.comments:
        yield Bilingual(f"{_many(findings.comments, 'comment')} left out.", f"有 {findings.comments} 条批注未收入。")
    if findings.pictures:
        yield (
            Bilingual(
                f"Words in {_many(findings.pictures, 'picture')} were not read.",
                f"文件含 {findings.pictures} 张图片，图中的文字未读取。",
            )
        )
    if findings.symbols:
        yield (
            Bilingual(
                f"{_many(findings.symbols, 'sign')} without a character left out.",
                f"有 {findings.symbols} 个特殊符号无法转为文字，未收入。",
            )
        )
    if findings.fields:
        yield (
            Bilingual(
                f"What {_many(findings.fields, 'field')} would show only its own program computes; it is left out.",
                f"有 {findings.fields} 个域的内容只有原软件能算出，未收入。",
            )
        )
    if findings.embedded:
        yield (
            Bilingual(
                f"{_many(findings.embedded, 'embedded object')} (document, chart or diagram) not read.",
                f"有 {findings.embedded} 个嵌入的文档、图表或图示未读取。",
            )
        )
    if findings.unnumbered:
        yield (
            Bilingual(
                f"The file does not hold the automatic numbers of {_many(findings.unnumbered, 'paragraph')}. "
                "Save it as docx to keep them.",
                f"有 {findings.unnumbered} 段的自动编号不在文件中。请另存为 docx 以保留编号。",
            )
        )
    if findings.number_formats:
        names = ", ".join(sorted(findings.number_formats))[:200]
        yield Bilingual(
            f"Automatic numbers of the kind {names} are written in digits.", f"{names} 格式的自动编号已改用阿拉伯数字。"
        )


def _many(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def _pictures_only(pictures: int) -> ReadError:
    return ReadError(
        with_command(
            f"it holds no text, only {pictures} pictures, perhaps a scan. Ask for a copy with text; or save it as PDF "
            "and have the recognition of characters (OCR) installed on the server.",
            f"文件没有文字，只有 {pictures} 张图片，可能是扫描件。请索取文字版；"
            "或另存为 PDF，并在服务器上安装文字识别（OCR）。",
            INSTALL_RECOGNITION,
        )
    )
