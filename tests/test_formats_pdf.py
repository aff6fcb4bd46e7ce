"""PDFs with a text layer: what their lines say, whatever their pages do to it."""

import random
import subprocess
import sys
import time
import zlib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import browser, pdfs
from tests.pdfs import Setting, speech

from askspeech.datatypes import slices
from askspeech.errors import ReadError
from askspeech.formats import pdf
from askspeech.formats.extracted import Extracted, RecognitionNeeded
from askspeech.formats.pdf_layout import Piece, lines_in_order
from askspeech.formats.pdf_paragraphs import EXACT, paragraphs

TITLE = "在全市优化营商环境大会上的讲话"
SPEECH = (
    "同志们：",
    "今天，市委、市政府召开全市优化营商环境大会，主要任务是总结去年工作，部署今年任务，动员全市上下进一步解放思想、"
    "真抓实干，推动营商环境再上新台阶。刚才，三位同志作了发言，讲得都很好，我都同意。下面，我讲三点意见。",
    "一、充分肯定成绩，增强优化营商环境的信心",
    "去年以来，全市新登记经营主体12.5万户，同比增长8.6%，其中企业3.2万户。政务服务事项网上可办率达到98%，平均办理"
    "时限压缩到2.3个工作日。",
    "（一）改革力度持续加大。我们把“放管服”改革作为先手棋，取消和下放行政许可事项126项，推行告知承诺制，企业开办"
    "时间压缩至0.5个工作日以内，工程建设项目审批时限压减60%以上。",
    "（二）服务水平不断提升。建立领导干部包联企业制度，累计走访企业1.6万家次，协调解决问题8900余件，办结率97.4%。",
    "二、正视差距不足，增强优化营商环境的紧迫感",
    "与先进地区相比，我们还有不少短板，主要表现在三个方面：一是思想认识不到位，二是政策落实有温差，三是要素保障有"
    "缺口。对这些问题，必须高度重视，切实加以解决。",
)


def kept_lines(extracted: Extracted) -> list[str]:
    """The lines that are the speaker's, in order, white space around them aside."""
    dropped = {drop.span.start for drop in extracted.layout.furniture}
    lines, at = [], 0
    for line in extracted.text.splitlines(keepends=True):
        if at not in dropped and line.strip():
            lines.append(line.strip())
        at += len(line)
    return lines


def words(extracted: Extracted) -> str:
    """The speaker's words with nothing between the lines, as a paragraph that a page break cut is joined again."""
    return "".join(kept_lines(extracted)).replace(" ", "")


def furniture(extracted: Extracted, reason: str) -> list[str]:
    return [slices(extracted.text, [drop.span]) for drop in extracted.layout.furniture if drop.reason == reason]


def chosen(number: int) -> tuple[str, ...]:
    """Speeches of which no two are alike."""
    return tuple(f"{one[:-1]}（第{number}次）{one[-1]}" if len(one) > 60 else one for one in SPEECH)


def test_wrapped_paragraphs_come_back_whole() -> None:
    extracted = pdf.read(speech(SPEECH, Setting(title=TITLE)))
    assert kept_lines(extracted) == [TITLE, *SPEECH]
    assert extracted.layout.unit == "page"
    assert extracted.text.splitlines()[2].startswith("　　今天")
    assert not extracted.layout.notices and not extracted.layout.confidences and not extracted.recognisable


@pytest.mark.parametrize("indent", [0.0, 2.0])
def test_paragraphs_with_and_without_indent(indent: float) -> None:
    assert kept_lines(pdf.read(speech(SPEECH, Setting(indent=indent)))) == list(SPEECH)


def test_heads_and_page_numbers_are_furniture() -> None:
    many = [line for number in range(8) for line in chosen(number)]
    setting = Setting(
        heads=lambda number: "市政府办公室　工作材料", numbers=lambda number: f"— {number} —", title=TITLE
    )
    extracted = pdf.read(speech(many, setting))
    pages = len(extracted.layout.starts)
    assert pages >= 3
    assert words(extracted) == "".join((TITLE, *many))
    assert len(furniture(extracted, "running head")) == pages
    assert furniture(extracted, "page number") == [f"— {number} —" for number in range(1, pages + 1)]
    # A paragraph goes on below the number of one page and the head of the next.
    assert sum(line in many for line in kept_lines(extracted)) >= len(many) - pages


@pytest.mark.parametrize(
    "number", ["- {} -", "{}", "第{}页 共9页", "第 {} 页", "{} / 9", "Page {} of 9", "·{}·", "—{}—"]
)
def test_page_numbers_of_every_kind(number: str) -> None:
    many = [line for at in range(6) for line in chosen(at)]
    extracted = pdf.read(speech(many, Setting(numbers=number.format)))
    found = [one.replace(" ", "") for one in furniture(extracted, "page number")]
    assert found == [number.format(at).replace(" ", "") for at in range(1, len(extracted.layout.starts) + 1)]
    assert words(extracted) == "".join(many)


def test_roman_page_numbers() -> None:
    many = [line for at in range(6) for line in chosen(at)]
    extracted = pdf.read(speech(many, Setting(numbers=lambda page: ["i", "ii", "iii", "iv", "v"][page - 1])))
    assert furniture(extracted, "page number")[:3] == ["i", "ii", "iii"]


def test_heads_of_left_and_right_pages() -> None:
    many = [line for number in range(12) for line in chosen(number)]
    extracted = pdf.read(speech(many, Setting(heads=lambda number: "讲话汇编" if number % 2 else "优化营商环境专辑")))
    assert len(extracted.layout.starts) >= 4
    assert set(furniture(extracted, "running head")) == {"讲话汇编", "优化营商环境专辑"}
    assert words(extracted) == "".join(many)


def test_the_head_of_a_single_page() -> None:
    extracted = pdf.read(speech(SPEECH[:3], Setting(heads=lambda number: "市政府办公室　工作材料", indent=0)))
    assert kept_lines(extracted) == list(SPEECH[:3])
    assert len(furniture(extracted, "running head")) == 1


def test_figures_and_marks_at_the_end_of_a_page_are_no_page_numbers() -> None:
    for last in ("（二）", "2023"):
        body = [(72.0, 700.0 - 20 * row, f"第{row}项工作要抓好落实。", 12.0) for row in range(6)]
        assert kept_lines(pdf.read(pdfs.pages_of([[*body, (72.0, 580.0, last, 12.0)]])))[-1].endswith(last)


def test_a_heading_that_comes_twice_is_no_running_head() -> None:
    page = [(72.0, 700.0 - 20 * row, f"第{row}项工作要抓好落实，务求实效。", 12.0) for row in range(10)]
    extracted = pdf.read(pdfs.pages_of([[(72.0, 760.0, "二、下一步工作", 12.0), *page]] * 2))
    assert furniture(extracted, "running head") == []


@pytest.mark.parametrize("title", ["", TITLE])
def test_two_columns(title: str) -> None:
    many = [line for number in range(6) for line in chosen(number)]
    setting = Setting(columns=2, title=title, numbers=str, heads=lambda number: "工作通讯")
    extracted = pdf.read(speech(many, setting))
    assert words(extracted) == title + "".join(many)
    # A paragraph that goes on in the next column is one line.
    assert sum(line in many for line in kept_lines(extracted)) >= len(many) - len(extracted.layout.starts)


def test_three_columns() -> None:
    many = [line for number in range(5) for line in chosen(number)]
    assert words(pdf.read(speech(many, Setting(columns=3)))) == "".join(many)


@pytest.mark.parametrize("columns", [1, 2])
def test_the_order_of_the_content_does_not_matter(columns: int) -> None:
    plain = pdf.read(speech(SPEECH * 4, Setting(columns=columns)))
    shuffled = pdf.read(speech(SPEECH * 4, Setting(columns=columns, shuffle=random.Random(7).shuffle)))
    assert shuffled.text == plain.text


@pytest.mark.parametrize("mark", [pdfs.slanting("内部资料"), pdfs.pale("仅供参阅", pdfs.TOP - 6 * pdfs.LEADING)])
def test_watermarks_are_no_part_of_a_sentence(mark: pdfs.Mark) -> None:
    many = [line for number in range(4) for line in chosen(number)]
    extracted = pdf.read(speech(many, Setting(watermark=mark)))
    assert words(extracted) == "".join(many)
    assert set(furniture(extracted, "watermark")) in ({"内部资料"}, {"仅供参阅"})


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages(turn: int) -> None:
    page, buffer = pdfs.canvas()
    page.setPageRotation(turn)
    page.saveState()
    if turn == 90:
        page.translate(pdfs.WIDTH, 0)
    elif turn == 180:
        page.translate(pdfs.WIDTH, pdfs.HEIGHT)
    else:
        page.translate(0, pdfs.HEIGHT)
    page.rotate(turn)
    for row, (indent, line) in enumerate(line for one in SPEECH for line in pdfs.wrapped(one, 400)):
        pdfs.draw(page, 60 + indent, 480 - 14 * row, line)
    page.restoreState()
    page.showPage()
    assert kept_lines(pdf.read(pdfs.finished(page, buffer))) == list(SPEECH)


def test_characters_written_downwards() -> None:
    page, buffer = pdfs.canvas()
    lines = [line for one in SPEECH[:3] for _, line in pdfs.wrapped(one, 500, indent=0)]
    for column, line in enumerate(lines):
        for row, character in enumerate(line.replace("“", "「")):
            pdfs.draw(page, 500 - 20 * column, 780 - 12.5 * row, character)
    page.showPage()
    assert words(pdf.read(pdfs.finished(page, buffer))) == "".join(SPEECH[:3])


def test_words_of_latin_letters_keep_their_spaces_and_hyphens() -> None:
    text = "The well-known business environment of our city has improved steadily year after year. " * 6
    extracted = pdf.read(speech([text.strip()], Setting(indent=0)))
    assert " ".join(kept_lines(extracted)) == text.strip()
    assert len(kept_lines(extracted)) == 1


def test_a_hyphen_at_the_end_of_a_line_stays() -> None:
    lines = [(72.0, 700.0, "一些词语之间有连字符，例如 co-", 12.0), (72.0, 680.0, "ordinate 就是。", 12.0)]
    assert "co-" in pdf.read(pdfs.pages_of([lines])).text


def test_footnotes_stay_below_the_text_of_their_page() -> None:
    body = [
        (72.0, 760.0 - 20 * row, "优化营商环境没有最好，只有更好，必须久久为功、持续用力才行。" + "好" * 6, 12.0)
        for row in range(8)
    ]
    note = [(72.0, 90.0, "①数据来自市统计局。", 9.0)]
    assert kept_lines(pdf.read(pdfs.pages_of([note + body])))[-1] == "①数据来自市统计局。"


def test_narrow_characters_that_come_twice_are_no_copies() -> None:
    page, buffer = pdfs.canvas()
    page.setFont(pdfs.SONG, 12)
    page.drawString(90, 700, "第11页第1122行，共500户、1000万元。")
    page.setFont(pdfs.WESTERN, 12)
    page.drawString(90, 680, "ill iii ... ,,, 1111")
    page.showPage()
    assert words(pdf.read(pdfs.finished(page, buffer))) == "第11页第1122行，共500户、1000万元。illiii...,,,1111"


def test_pages_without_text_keep_the_count_right() -> None:
    line = (72.0, 700.0, "第三页上的一句话。", 12.0)
    extracted = pdf.read(pdfs.pages_of([[(72.0, 700.0, "第一页上的一句话。", 12.0)], [], [line]]))
    assert len(extracted.layout.starts) == 3
    assert extracted.text[extracted.layout.starts[2] :].startswith("第三页")
    assert not extracted.recognisable


def test_a_character_printed_twice_is_one() -> None:
    page, buffer = pdfs.canvas()
    for shift in (0.0, 0.3):
        pdfs.draw(page, 72 + shift, 700, "加粗的标题")
    page.showPage()
    assert pdf.read(pdfs.finished(page, buffer)).text == "加粗的标题\n"


UNMAPPED = "".join(f"{code:04x}" for code in range(0xE000, 0xE040))
WELL_KNOWN = "It opens with words in a font that everybody knows, and there are enough of them. "


def without_map(*pages: tuple[str, str]) -> bytes:
    """Pages of well-known words, and of codes in a font that has no table of the characters they show."""
    kids = b" ".join(b"%d 0 R" % (6 + 2 * at) for at in range(len(pages)))
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /ABCDEF+Nameless /Encoding /Identity-H /DescendantFonts [5 0 R] >>"
    )
    descendant = (
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /ABCDEF+Nameless /DW 1000 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
    )
    bodies = []
    for at, (known, codes) in enumerate(pages):
        resources = b"/Resources << /Font << /K 3 0 R /U 4 0 R >> >>"
        box = b"/MediaBox [0 0 595 842] /Contents %d 0 R" % (7 + 2 * at)
        content = f"BT /K 12 Tf 72 700 Td ({known}) Tj /U 12 Tf 0 -40 Td <{codes}> Tj ET".encode()
        bodies += [b"<< /Type /Page /Parent 2 0 R %s %s >>" % (box, resources), pdfs.stream(content)]
    tree = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids)
    helvetica = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    return pdfs.objects(b"<< /Type /Catalog /Pages 2 0 R >>", tree, helvetica, font, descendant, *bodies)


def test_fonts_without_a_map_to_characters_are_named() -> None:
    with pytest.raises(RecognitionNeeded, match="fonts do not say which characters"):
        pdf.read(without_map(("", UNMAPPED), ("", UNMAPPED)))


def test_one_page_without_a_map_is_a_notice() -> None:
    extracted = pdf.read(without_map((WELL_KNOWN, ""), ("", UNMAPPED)))
    assert kept_lines(extracted)[0] == WELL_KNOWN.strip()
    assert extracted.recognisable
    (notice,) = extracted.layout.notices
    assert notice.startswith("Page 2:") and "第 2 页" in notice


def test_a_few_characters_without_a_name_are_counted() -> None:
    extracted = pdf.read(without_map((WELL_KNOWN, UNMAPPED[:8])))
    (notice,) = extracted.layout.notices
    assert "2 characters" in notice and "2 个字符" in notice
    assert not extracted.recognisable


def image_pages(count: int, *, with_text: int = 0) -> bytes:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    page, buffer = pdfs.canvas()
    picture = ImageReader(Image.effect_noise((60, 80), 40))
    for number in range(count + with_text):
        if number < count:
            page.drawImage(picture, 0, 0, pdfs.WIDTH, pdfs.HEIGHT)
            pdfs.draw(page, 400, 20, "扫描王 创建", 8)
        else:
            for row, (indent, line) in enumerate(line for one in SPEECH for line in pdfs.wrapped(one, 400)):
                pdfs.draw(page, 72 + indent, 760 - 20 * row, line)
        page.showPage()
    return pdfs.finished(page, buffer)


def test_pictures_only_says_what_to_install() -> None:
    with pytest.raises(RecognitionNeeded, match=r"askspeech\[ocr\].*无文本层，需要 OCR") as refused:
        pdf.read(image_pages(2))
    assert "pip" not in refused.value.public, "who reads a page has no terminal"


def test_some_pictures_are_a_notice() -> None:
    extracted = pdf.read(image_pages(2, with_text=1))
    assert extracted.recognisable
    assert extracted.layout.confidences == ()
    assert "Pages 1–2" in extracted.layout.notices[0] and "第 1–2 页" in extracted.layout.notices[0]
    assert kept_lines(extracted)[-1] == SPEECH[-1]


def test_a_password_is_said() -> None:
    with pytest.raises(ReadError, match="password"):
        pdf.read(speech(SPEECH, encrypt="secret"))


def test_what_was_wrong_with_one_file_is_not_said_of_the_next() -> None:
    """PDFium keeps the error of the last document that it could not open, also where the next one has no page."""
    with pytest.raises(ReadError, match="password"):
        pdf.read(speech(SPEECH, encrypt="secret"))
    with pytest.raises(ReadError, match="none of its pages"):
        pdf.read(pdfs.objects(CATALOG, b"<< /Type /Pages /Count 0 /Kids [] >>"))
    with pytest.raises(ReadError, match="not a PDF that can be opened"):
        pdf.read(b"%PDF-1.7\n")


def test_an_owner_password_alone_hinders_nobody() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    locked = speech(SPEECH, encrypt=StandardEncryption("", ownerPassword="owner", canCopy=0))
    assert kept_lines(pdf.read(locked)) == list(SPEECH)


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7\n", b"PK\x03\x04 no pdf", speech(SPEECH)[:700], b"%PDF-1.4\n" + bytes(range(256)) * 20],
    ids=["empty", "header", "zip", "cut", "noise"],
)
def test_what_cannot_be_opened(data: bytes) -> None:
    with pytest.raises(ReadError, match="Ask for another copy"):
        pdf.read(data)


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
CYCLIC = pdfs.objects(
    CATALOG, b"<< /Type /Pages /Count 3 /Kids [2 0 R 2 0 R 3 0 R] >>", b"<< /Type /Pages /Kids [2 0 R] >>"
)
COUNTLESS = pdfs.objects(CATALOG, b"<< /Type /Pages /Count 2000000000 /Kids [] >>")


def bomb(layers: int, size: int) -> bytes:
    """A page whose content grows to that many bytes."""
    content = b"BT /F 12 Tf (a) Tj ET " * (size // 22)
    for _ in range(layers):
        content = zlib.compress(content, 9)
    filters = b"/Filter [" + b"/FlateDecode " * layers + b"]"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
    return pdfs.objects(CATALOG, b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>", page, pdfs.stream(content, filters))


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from pathlib import Path
from askspeech.errors import ReadError
from askspeech.formats import pdf
try:
    extracted = pdf.read(Path(sys.argv[1]).read_bytes())
    print("read", len(extracted.layout.starts), len(extracted.text))
except ReadError as error:
    print("refused", error)
"""


def read_limited(data: bytes, folder: Path, seconds: float) -> str:
    """What a child says that reads a file with 512 MiB; "ended" where the child was ended by what it read."""
    file = folder / "file.pdf"
    file.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", LIMITED, str(file)],
        capture_output=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout if done.returncode == 0 else "ended"


@pytest.mark.parametrize(
    "data",
    [CYCLIC, COUNTLESS, bomb(1, 300_000_000), bomb(2, 300_000_000), bomb(1, 3_000_000)],
    ids=["cyclic pages", "countless pages", "bomb", "nested bomb", "small bomb"],
)
def test_hostile_files_end_in_time(data: bytes, tmp_path: Path) -> None:
    assert read_limited(data, tmp_path, 60).split()[0] in ("read", "refused", "ended")


def test_five_thousand_pages(tmp_path: Path) -> None:
    page, buffer = pdfs.canvas()
    for number in range(5_000):
        page.setFont(pdfs.SONG, 12)
        for row in range(12):
            page.drawString(
                90,
                780 - 25 * row,
                f"{'一二三四五六七八九十'[number % 10]}要持续优化营商环境，把服务企业的各项工作抓紧抓实抓好。",
            )
        page.drawString(290, 40, str(number + 1))
        page.showPage()
    data = pdfs.finished(page, buffer)
    started = time.perf_counter()
    outcome = read_limited(data, tmp_path, 250)
    seconds = time.perf_counter() - started
    print(f"5,000 pages: {seconds:.1f} s, {outcome}")
    assert outcome.startswith("read 5000 ")
    assert seconds < 5 + 5_000 * 0.02


PAGE = """<!doctype html><meta charset=utf-8><style>
@page {{ size: A4 }} h1 {{ text-align: center; font-size: 22pt }}
p {{ text-indent: 2em; margin: 0; text-align: justify }}
body {{ font-size: 12pt; line-height: 1.7 }} section {{ columns: {columns}; column-gap: 2em }}
div {{ position: fixed; top: 45%; left: 20%; transform: rotate(-30deg); color: #ddd; font-size: 50pt }}
</style><h1>{title}</h1><section>{body}</section>"""


@pytest.fixture(scope="module")
def printed() -> dict[int, bytes]:
    """The same speech as a browser prints it, in one column and in two."""
    body = "".join(f"<p>{line}</p>" for number in range(9) for line in chosen(number)) + "<div>内部资料</div>"
    head = '<p style="font-size: 8px; margin-left: 60px">工作材料</p>'
    foot = '<p style="font-size: 8px; margin-left: 300px">- <span class="pageNumber"></span> -</p>'
    made = {}
    with browser.launched() as chromium:
        for columns in (1, 2):
            page = chromium.new_page()
            page.set_content(PAGE.format(columns=columns, title=TITLE if columns == 1 else "", body=body))
            made[columns] = page.pdf(
                display_header_footer=True,
                header_template=head,
                footer_template=foot,
                margin=dict.fromkeys(("top", "bottom", "left", "right"), "25mm"),
            )
    return made


@pytest.mark.browser
def test_what_a_browser_prints(printed: dict[int, bytes]) -> None:
    expected = "".join(line for number in range(9) for line in chosen(number))
    for columns, title in ((1, TITLE), (2, "")):
        extracted = pdf.read(printed[columns])
        assert words(extracted) == title + expected
        assert set(furniture(extracted, "running head")) == {"工作材料"}
        assert furniture(extracted, "page number") == [f"- {at} -" for at in range(1, len(extracted.layout.starts) + 1)]
        assert set(furniture(extracted, "watermark")) == {"内部资料"}


@pytest.mark.browser
def test_a_printed_page_without_its_map_of_characters(printed: dict[int, bytes]) -> None:
    with pytest.raises(RecognitionNeeded, match="fonts do not say"):
        pdf.read(printed[1].replace(b"/ToUnicode", b"/NoUnicode"))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_every_piece_is_in_one_line(data: st.DataObject) -> None:
    numbers = st.floats(-500, 500, allow_nan=False).map(lambda number: round(number, 1))
    pieces = []
    for at in range(data.draw(st.integers(0, 40))):
        left, bottom = data.draw(numbers), data.draw(numbers)
        width, size = data.draw(st.floats(1, 300)), data.draw(st.sampled_from([8.0, 12.0, 12.0, 20.0]))
        pieces.append(Piece(chr(0x4E00 + at) * 3, left, bottom, left + width, bottom + size, size))
    lines = lines_in_order(pieces)
    expected = Counter("".join(piece.text for piece in pieces))
    assert Counter("".join(line.text for line in lines).replace(" ", "")) == expected
    whole = "".join(text for page in paragraphs([lines], [EXACT]) for text in page)
    assert Counter(whole.replace("　", "").replace(" ", "")) == expected


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_text_or_a_read_error(data: bytes) -> None:
    try:
        extracted = pdf.read(b"%PDF-1.7\n" + data)
    except ReadError:
        return
    assert all(one <= other for one, other in pairwise(extracted.layout.starts))
