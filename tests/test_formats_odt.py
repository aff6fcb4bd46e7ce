from io import BytesIO

import odfdo
import pytest
from tests.office_files import open_file, open_parts, word_file, zipped

from askspeech.errors import ReadError
from askspeech.formats.odt import read


def lines(data: bytes) -> list[str]:
    return read(data).text.splitlines()


def body(content: str, **parts: str) -> list[str]:
    return lines(open_file(content, **parts))


def furniture(data: bytes) -> list[tuple[str, str]]:
    extracted = read(data)
    return [(extracted.text[slice(*drop.span)], drop.reason) for drop in extracted.layout.furniture]


def number(
    level: int, form: str, prefix: str = "", suffix: str = "", more: str = "", kind: str = "list-level-style-number"
) -> str:
    return (
        f'<text:{kind} text:level="{level}" style:num-format="{form}" style:num-prefix="{prefix}" '
        f'style:num-suffix="{suffix}" {more}/>'
    )


CHINESE, LEGAL = "一, 二, 三, ...", "壹, 贰, 叁, ..."
OFFICIAL = (
    '<text:list-style style:name="L">'
    + number(1, CHINESE, suffix="、")
    + number(2, CHINESE, "（", "）")
    + number(3, "1", suffix=".", more='text:display-levels="1"')
    + "</text:list-style>"
)


def items(*content: str, more: str = 'text:style-name="L"') -> str:
    return f"<text:list {more}>{''.join(f'<text:list-item>{one}</text:list-item>' for one in content)}</text:list>"


def p(text: str) -> str:
    return f"<text:p>{text}</text:p>"


def test_paragraphs_are_places_and_empty_ones_are_lines() -> None:
    extracted = read(open_file(f"{p('在大会上的讲话')}<text:p/><text:section>{p('同志们：')}</text:section>"))
    assert extracted.text == "在大会上的讲话\n\n同志们：\n"
    assert extracted.layout.unit == "paragraph"
    assert extracted.layout.starts == (0, 8, 9)


def test_a_file_of_odfdo() -> None:
    document = odfdo.Document("text")
    document.body.clear()
    document.body.append(odfdo.Header(1, "优化营商环境"))
    document.body.append(odfdo.Paragraph("审批  再提速，\n服务再优化。"))
    document.body.append(odfdo.List(["一窗受理", "一次办好"]))
    made = BytesIO()
    document.save(made)
    assert lines(made.getvalue()) == ["1. 优化营商环境", "审批  再提速，", "服务再优化。", "一窗受理", "一次办好"]


def test_white_space_of_the_markup_counts_once() -> None:
    content = p('\n  优化\n  <text:span> 环境 </text:span>\n 好<text:s text:c="3"/>吗<text:tab/>好<text:line-break/>！')
    assert body(content) == ["优化 环境 好   吗\t好", "！"]


def test_lists_are_numbered_as_they_show() -> None:
    continued = 'text:style-name="L" text:continue-numbering="true"'
    content = (
        items(p("提高认识") + p("第二段。") + items(p("是生产力。"), p("是竞争力。"), more=""))
        + p("插话。")
        + items(p("狠抓落实"), items(items(p("快。"), more=""), more=""), more=continued)
        + items(p("另起"))
    )
    assert body(content, automatic=OFFICIAL) == [
        "一、提高认识", "第二段。", "（一）是生产力。", "（二）是竞争力。", "插话。", "二、狠抓落实", "1. 快。",
        "一、另起",
    ]  # fmt: skip


def test_lists_continue_by_id_and_start_where_they_say() -> None:
    other = OFFICIAL.replace('"L"', '"M"')
    content = (
        items(p("甲"), more='xml:id="a" text:style-name="L"')
        + items(p("乙"), more='text:style-name="M"')
        + items(p("丙"), more='text:style-name="L" text:continue-list="a"')
        + '<text:list text:style-name="L"><text:list-header><text:p>无号</text:p></text:list-header>'
        '<text:list-item text:start-value="10"><text:p>丁</text:p></text:list-item></text:list>'
        '<text:numbered-paragraph text:list-id="z" text:level="1" text:style-name="L"><text:p>戊</text:p>'
        "</text:numbered-paragraph>"
    )
    assert body(content, automatic=OFFICIAL + other) == ["一、甲", "一、乙", "二、丙", "无号", "十、丁", "一、戊"]


def test_headings_are_numbered_by_the_outline() -> None:
    def heading(level: int, text: str, more: str = "") -> str:
        return f'<text:h text:outline-level="{level}" {more}>{text}</text:h>'

    outline = (
        "<text:outline-style>"
        + number(1, LEGAL, more='loext:num-list-format="第%1%章"', kind="outline-level-style")
        + number(2, "1", more='text:display-levels="2"', kind="outline-level-style")
        + number(3, "", kind="outline-level-style")
        + "</text:outline-style>"
    )
    content = (
        heading(1, "总则") + heading(2, "目的") + heading(3, "依据") + heading(1, "附", 'text:is-list-header="true"')
        + heading(1, "分则") + heading(2, "内容")
        + heading(1, "末", 'text:restart-numbering="true" text:start-value="7"')
    )  # fmt: skip
    assert body(content, styles=outline) == [
        "第壹章总则",
        "壹.1 目的",
        "依据",
        "附",
        "第贰章分则",
        "贰.1 内容",
        "第柒章末",
    ]


def test_bullets_and_unknown_number_formats() -> None:
    styles = (
        '<text:list-style style:name="L"><text:list-level-style-bullet text:level="1" text:bullet-char="\uf0d8"/>'
        + number(2, "ก, ข, ค", suffix=".")
        + "</text:list-style>"
    )
    extracted = read(open_file(items(p("一窗") + items(p("受理"), more="")), automatic=styles))
    assert extracted.text == "➢ 一窗\n1. 受理\n"
    assert "ก, ข, ค" in extracted.layout.notices[0]


def test_tables() -> None:
    def row(*cells: str) -> str:
        inside = "".join(f"<table:table-cell>{one}</table:table-cell>" for one in cells)
        return f"<table:table-row>{inside}<table:covered-table-cell/></table:table-row>"

    head = f"<table:table-header-rows>{row(p('指标'), p('今年'))}</table:table-header-rows>"
    content = (
        f"<table:table>{head}{row(p('开办'), p('1天'))}</table:table>"
        f"<table:table>{row(p('一要快。') + p('二要实。'))}</table:table>"
    )
    assert body(content) == ["指标\t今年", "开办\t1天", "一要快。", "二要实。"]


def test_frames_notes_and_what_is_beside_the_text() -> None:
    note = f"<text:note-citation>1</text:note-citation><text:note-body>{p('截至六月。')}</text:note-body>"
    content = p(
        f"画框<draw:frame><draw:text-box>{p('框中')}</draw:text-box><draw:image/></draw:frame>"
        f"<draw:g><draw:custom-shape>{p('形中')}</draw:custom-shape></draw:g>之后"
        f"<text:note>{note}</text:note>。<office:annotation><text:p>批注</text:p></office:annotation>"
        "<text:ruby><text:ruby-base>营</text:ruby-base><text:ruby-text>yíng</text:ruby-text></text:ruby>"
        "<draw:frame><draw:image/></draw:frame>"
    )
    extracted = read(open_file(content))
    assert extracted.text.splitlines() == ["画框之后。营", "框中", "形中", "截至六月。"]
    assert [notice.split(".")[0] for notice in extracted.layout.notices] == [
        "1 comment left out",
        "Words in 1 picture were not read",
    ]


def test_tracked_changes() -> None:
    content = (
        "<text:tracked-changes><text:changed-region>"
        f"<text:deletion>{p('删 去的')}</text:deletion></text:changed-region>"
        "<text:changed-region><text:insertion/></text:changed-region></text:tracked-changes>"
        '<text:p>审批<text:change text:change-id="1"/><text:change-start/>再<text:change-end/>提速。</text:p>'
    )
    extracted = read(open_file(content))
    assert extracted.text == "审批再提速。\n"
    assert extracted.layout.notices[0].startswith("Tracked changes: 3 deleted characters")


def test_hidden_text_is_counted() -> None:
    none = '<style:text-properties text:display="none"/>'
    automatic = (
        f'<style:style style:name="藏" style:family="text">{none}</style:style>'
        '<style:style style:name="子" style:family="text" style:parent-style-name="藏"/>'
        f'<style:style style:name="段" style:family="paragraph">{none}</style:style>'
    )
    content = (
        '<text:p>看得见<text:span text:style-name="子">看不见</text:span></text:p>'
        f'<text:p text:style-name="段">整段</text:p><text:section text:display="none">{p("一节")}</text:section>'
        '<text:p><text:hidden-text text:is-hidden="true" text:string-value="暗"/>明</text:p>'
    )
    extracted = read(open_file(content, automatic=automatic))
    assert extracted.text == "看得见\n明\n"
    assert extracted.layout.notices == ("8 hidden characters left out. 有 8 个隐藏文字未收入。",)


def test_headers_footers_and_contents_are_furniture() -> None:
    header, page = f"<style:header>{p('市政府办公室')}</style:header>", p("第<text:page-number>1</text:page-number>页")
    hidden = f'<style:footer style:display="false">{p("不显示")}</style:footer>'
    master = (
        f"<style:master-page>{header}<style:footer>{page}</style:footer></style:master-page>"
        f"<style:master-page>{header}{hidden}</style:master-page>"
    )
    contents = (
        "<text:table-of-content-source><text:index-title-template>目录</text:index-title-template>"
        f"</text:table-of-content-source><text:index-body>{p('一、总体要求<text:tab/>1')}</text:index-body>"
    )
    content = f"<text:table-of-content>{contents}</text:table-of-content>{p('正文。')}"
    data = open_file(content, master=master)
    assert lines(data) == ["市政府办公室", "一、总体要求\t1", "正文。", "第1页"]
    assert furniture(data) == [
        ("市政府办公室", "running head"),
        ("一、总体要求\t1", "table of contents"),
        ("第1页", "page number"),
    ]


CONTENT = str(open_parts(p("正文。"))["content.xml"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f'<!DOCTYPE x [<!ENTITY a "b">]>{CONTENT}', "declares a document type"),
        (CONTENT.replace("<text:p>", f"{'<text:section>' * 20_000}<text:p>"), "nested more than 256"),
        (CONTENT[:-40], "is damaged"),
        ("<a/>", "without a text document inside"),
        (CONTENT.replace("office:text", "office:spreadsheet"), "a spreadsheet inside"),
    ],
)
def test_bad_contents(content: str, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        read(zipped({**open_parts(""), "content.xml": content}))


def test_protected_files_say_so() -> None:
    manifest = "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    for parts in ({**open_parts(""), "META-INF/manifest.xml": manifest}, {"encrypted-package": "x"}):
        with pytest.raises(ReadError, match="protected with a password"):
            read(zipped(parts))


def test_other_packages_and_cut_files_are_refused() -> None:
    with pytest.raises(ReadError, match=r"no 'content\.xml' inside"):
        read(word_file("<w:p/>"))
    with pytest.raises(ReadError, match="damaged or was cut off"):
        read(open_file(p("优化营商环境。") * 50)[:-60])


def test_pictures_alone_are_an_error_that_names_the_way_out() -> None:
    with pytest.raises(ReadError, match=r"askspeech\[ocr\]"):
        read(open_file("<text:p><draw:frame><draw:image/></draw:frame></text:p>"))
