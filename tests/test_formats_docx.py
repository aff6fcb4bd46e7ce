import random
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from tests.office_files import WORD, paragraph, relationships, word_file, word_part, word_parts, zipped

from askspeech.errors import ReadError
from askspeech.formats.docx import read
from askspeech.formats.number_formats import formatted


def lines(data: bytes) -> list[str]:
    return read(data).text.splitlines()


def body(*content: str, **parts: str) -> list[str]:
    return lines(word_file("".join(content), **parts))


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def level(number: int, form: str, text: str, more: str = "") -> str:
    shown = f'<w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/>{shown}</w:lvl>'


def styled(style: str) -> str:
    return f'<w:pStyle w:val="{style}"/>'


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def begun(*code: str) -> str:
    """A field as far as the end of its code."""
    return mark("begin") + "".join(
        f'<w:r><w:instrText xml:space="preserve">{text}</w:instrText></w:r>' for text in code
    )


def shown(code: str, result: str) -> str:
    """A field with a result."""
    return begun(code) + mark("separate") + result + mark("end")


def marked(change: str, *content: str) -> str:
    """A paragraph whose mark was changed."""
    return f"<w:p><w:pPr><w:rPr><w:{change}/></w:rPr></w:pPr>{''.join(content)}</w:p>"


def one(*content: str) -> str:
    return f"<w:p>{''.join(content)}</w:p>"


def deleted(text: str) -> str:
    return f"<w:del><w:r><w:delText>{text}</w:delText></w:r></w:del>"


def furniture(data: bytes) -> list[tuple[str, str]]:
    extracted = read(data)
    return [(extracted.text[slice(*drop.span)], drop.reason) for drop in extracted.layout.furniture]


def numbering(*levels: str, more: str = "") -> str:
    return (
        f'<w:abstractNum w:abstractNumId="5">{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>{more}'
    )


def item(text: str, level: int = 0, list_id: int = 1) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>')


OFFICIAL = numbering(
    level(0, "chineseCounting", "%1、"),
    level(1, "chineseCountingThousand", "（%2）"),
    level(2, "decimal", "%3."),
    level(3, "decimalEnclosedCircle", "%4"),
)


def test_paragraphs_are_places_and_empty_ones_are_lines() -> None:
    extracted = read(word_file(paragraph("在优化营商环境大会上的讲话") + paragraph() + paragraph("同志们：")))
    assert extracted.text == "在优化营商环境大会上的讲话\n\n同志们：\n"
    assert extracted.layout.unit == "paragraph"
    assert extracted.layout.starts == (0, 14, 15)
    assert extracted.layout.furniture == ()
    assert extracted.layout.notices == ()


def test_a_file_of_python_docx() -> None:
    document = docx.Document()
    document.add_heading("在营商环境大会上的讲话", 0)
    document.add_paragraph("压缩审批时限。", style="List Number")
    document.add_paragraph("推行一网通办。", style="List Number")
    document.add_paragraph("企业满意。", style="List Bullet")
    made = BytesIO()
    document.save(made)
    assert lines(made.getvalue()) == [
        "在营商环境大会上的讲话",
        "1. 压缩审批时限。",
        "2. 推行一网通办。",
        "• 企业满意。",
    ]


def test_breaks_tabs_hyphens_and_symbols() -> None:
    content = (
        "<w:p><w:r><w:t>一</w:t><w:tab/><w:t>二</w:t><w:br/><w:t>三</w:t><w:cr/><w:t>PM2</w:t><w:noBreakHyphen/>"
        '<w:t>5</w:t><w:softHyphen/><w:sym w:font="Wingdings" w:char="F0FC"/><w:br w:type="page"/></w:r></w:p>'
        '<w:p><w:r><w:br w:type="page"/><w:t>四</w:t><w:br w:type="page"/><w:t>五</w:t></w:r></w:p>'
    )
    assert body(content) == ["一\t二", "三", "PM2-5✓", "四", "五"]


def test_a_symbol_without_a_character_is_said() -> None:
    extracted = read(word_file('<w:p><w:r><w:t>甲</w:t><w:sym w:font="Webdings" w:char="F021"/></w:r></w:p>'))
    assert extracted.text == "甲\n"
    assert extracted.layout.notices[0].startswith("1 sign without a character left out.")


def test_white_space_without_preserve_is_no_text() -> None:
    assert body("<w:p><w:r><w:t>\n   优化\n  环境 </w:t></w:r></w:p>") == ["优化   环境"]


def test_official_numbering() -> None:
    content = (
        item("提高认识") + item("是生产力。", 1) + item("是竞争力。", 1) + item("快办。", 2) + item("首问负责。", 3)
        + item("狠抓落实") + item("强化统筹。", 1) + paragraph("插话。") + item("督查。", 1)
    )  # fmt: skip
    assert body(content, numbering=OFFICIAL) == [
        "一、提高认识", "（一）是生产力。", "（二）是竞争力。", "1. 快办。", "①首问负责。",
        "二、狠抓落实", "（一）强化统筹。", "插话。", "（二）督查。",
    ]  # fmt: skip


def test_numbering_through_styles() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/>'
        "</w:numPr></w:pPr></w:style>"
        '<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/><w:basedOn w:val="1"/><w:pPr><w:numPr>'
        '<w:ilvl w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="3"><w:name w:val="x"/><w:basedOn w:val="2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="a"><w:name w:val="y"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
        "</w:pPr></w:style>"
    )
    linked = numbering(
        level(0, "decimal", "第%1章"), level(1, "decimal", "%1.%2"), level(2, "decimal", "甲", '<w:pStyle w:val="a"/>')
    )
    content = (
        paragraph("总则", '<w:pStyle w:val="1"/>')
        + paragraph("目的", '<w:pStyle w:val="2"/>')
        + paragraph("依据", '<w:pStyle w:val="3"/>')
        + paragraph("无号", '<w:pStyle w:val="2"/><w:numPr><w:numId w:val="0"/></w:numPr>')
        + paragraph("分则", '<w:pStyle w:val="1"/>')
        + paragraph("内容", '<w:pStyle w:val="a"/>')
    )
    assert body(content, numbering=linked, styles=styles) == [
        "第1章总则",
        "1.1 目的",
        "1.2 依据",
        "无号",
        "第2章分则",
        "甲内容",
    ]


def test_lists_of_one_definition_count_on_unless_they_start_anew() -> None:
    more = (
        '<w:num w:numId="2"><w:abstractNumId w:val="5"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="5"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
        "</w:lvlOverride></w:num>"
    )
    content = "".join(item("。", list_id=number) for number in (1, 2, 3, 3, 2))
    assert body(content, numbering=numbering(level(0, "decimal", "%1、"), more=more)) == [
        "1、。",
        "2、。",
        "1、。",
        "2、。",
        "3、。",
    ]


def test_levels_that_restart_otherwise() -> None:
    nothing = '<w:suff w:val="nothing"/>'
    never = numbering(
        level(0, "upperRoman", "%1."),
        level(1, "decimal", "%2、", f'<w:lvlRestart w:val="0"/>{nothing}'),
        level(2, "decimal", "%1-%3", f"<w:isLgl/>{nothing}"),
    )
    content = item("甲") + item("子", 1) + item("乙") + item("丑", 1) + item("寅", 2)
    assert body(content, numbering=never) == ["I. 甲", "1、子", "II. 乙", "2、丑", "2-1寅"]


def test_a_list_defined_by_a_style_and_hidden_or_empty_numbers() -> None:
    parts = {
        "numbering": '<w:abstractNum w:abstractNumId="7"><w:numStyleLink w:val="公文"/></w:abstractNum>'
        + numbering(
            level(0, "ideographDigital", "第%1条"),
            level(1, "none", ""),
            level(2, "decimal", "%3", "<w:rPr><w:vanish/></w:rPr>"),
        )
        + '<w:num w:numId="9"><w:abstractNumId w:val="7"/></w:num>',
        "styles": '<w:style w:type="numbering" w:styleId="公文"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
        "</w:style>",
    }
    content = item("总则", list_id=9) + item("无", 1, 9) + item("藏", 2, 9) + item("", list_id=9)
    assert body(content, **parts) == ["第一条总则", "无", "藏", "第二条"]


def test_an_unknown_number_format_is_said() -> None:
    extracted = read(word_file(item("甲"), numbering=numbering(level(0, "hindiVowels", "%1."))))
    assert extracted.text == "1. 甲\n"
    assert "hindiVowels" in extracted.layout.notices[0]


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("chineseCounting", "一 十 十一 二十 二十一 九十九 一○○"),
        ("chineseCountingThousand", "一 十 十一 二十 二十一 九十九 一百"),
        ("japaneseCounting", "一 十 十一 二十 二十一 九十九 百"),
        ("ideographDigital", "一 一〇 一一 二〇 二一 九九 一〇〇"),
        ("chineseLegalSimplified", "壹 壹拾 壹拾壹 贰拾 贰拾壹 玖拾玖 壹佰"),
        ("decimalEnclosedCircle", "① ⑩ ⑪ ⑳ 21 99 100"),
        ("upperLetter", "A J K T U UUUU VVVV"),
        ("lowerRoman", "i x xi xx xxi xcix c"),
        ("decimalZero", "01 10 11 20 21 99 100"),
        ("ideographTraditional", "甲 癸 11 20 21 99 100"),
        ("decimalFullWidth", "１ １０ １１ ２０ ２１ ９９ １００"),
    ],
)
def test_number_formats(form: str, shown: str) -> None:
    assert [formatted(number, form) for number in (1, 10, 11, 20, 21, 99, 100)] == shown.split()


def test_tables() -> None:
    def table(*rows: str) -> str:
        return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"

    def cell(*content: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(content)}</w:tc>"

    merged, wide = '<w:vMerge w:val="restart"/>', '<w:gridSpan w:val="2"/>'
    content = (
        table(cell(paragraph("指标")) + cell(paragraph("去年")) + cell(paragraph("今年")),
              cell(paragraph("开办时间"), properties=merged) + cell(paragraph()) + cell(paragraph("1天")),
              cell(paragraph(), properties="<w:vMerge/>") + cell(paragraph("3天"), properties=wide))
        + table(cell(paragraph("同志们："), paragraph(), paragraph("开会。")))
        + table(cell(paragraph("要求")) + cell(paragraph("一要快。"), paragraph("二要实。")))
        + table(cell(paragraph("外"), table(cell(paragraph("内甲")) + cell(paragraph("内乙"))), paragraph()))
    )  # fmt: skip
    assert body(content) == [
        "指标\t去年\t今年", "开办时间\t\t1天", "3天", "同志们：", "", "开会。", "要求", "一要快。", "二要实。",
        "外", "内甲\t内乙", "",
    ]  # fmt: skip


def test_text_boxes_once_and_the_fallback_where_the_choice_has_no_text() -> None:
    def box(text: str) -> str:
        return f"<w:txbxContent>{paragraph(text)}</w:txbxContent>"

    def either(choice: str, fallback: str) -> str:
        return (
            f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{choice}</wps:txbx></w:drawing>'
            f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{fallback}</v:textbox></w:pict></mc:Fallback>"
            "</mc:AlternateContent></w:r>"
        )

    content = f"<w:p>{run('正文')}{either(box('框中'), box('框中'))}{either('', box('旧框'))}{run('继续')}</w:p>"
    assert body(content) == ["正文继续", "框中", "旧框"]


def test_notes_stand_at_the_end_and_separators_nowhere() -> None:
    notes = (
        '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        f'<w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r>{run(" 数据截至六月底。")}</w:p></w:footnote>'
        f'<w:footnote w:id="3">{paragraph("没有人引用。")}</w:footnote>'
    )
    endnotes = f'<w:endnote w:id="2">{paragraph("见附件。")}</w:endnote>'
    content = (
        f'<w:p>{run("开办企业")}<w:r><w:endnoteReference w:id="2"/></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
        f"{run('压缩到一天。')}</w:p>{paragraph('谢谢大家！')}"
    )
    assert body(content, footnotes=notes, endnotes=endnotes) == [
        "开办企业压缩到一天。",
        "谢谢大家！",
        "见附件。",
        "数据截至六月底。",
    ]


def test_headers_and_footers_are_furniture_once_each() -> None:
    references = "".join(
        f'<w:{kind}Reference w:type="{use}" r:id="{part}"/>'
        for kind, use, part in (
            ("header", "default", "header1"),
            ("header", "first", "header2"),
            ("footer", "default", "footer1"),
        )
    )
    data = word_file(
        f"{paragraph('正文。')}<w:sectPr>{references}</w:sectPr>",
        header1=paragraph("市政府办公室")
        + '<w:p><w:r><w:pict><v:shape><v:textpath string="内部资料"/></v:shape></w:pict></w:r></w:p>',
        header2=paragraph("市政府办公室"),
        header3=paragraph("不用的页眉"),
        footer1=one(run("— "), shown("PAGE", run("3")), run(" —")),
    )
    assert lines(data) == ["市政府办公室", "内部资料", "正文。", "— 3 —"]
    assert furniture(data) == [
        ("市政府办公室", "running head"),
        ("内部资料", "watermark"),
        ("— 3 —", "page number"),
    ]


def test_tracked_changes() -> None:
    content = (
        one(
            run("审批"),
            f"<w:ins>{run('再')}</w:ins>",
            deleted("不 必"),
            run("提速。"),
            f"<w:moveFrom>{run('移动的话')}</w:moveFrom>",
        )
        + marked("del", run("这一段"))
        + one(run("接上了。"), f"<w:moveTo>{run('移动的话')}</w:moveTo>")
        + marked("del", deleted("整段删"))
        + f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('删行')}</w:tc></w:tr></w:tbl>"
        + paragraph("完。")
    )
    extracted = read(word_file(content))
    assert extracted.text.splitlines() == ["审批再提速。", "这一段接上了。移动的话", "完。"]
    assert extracted.layout.notices[0].startswith("Tracked changes: 7 deleted characters left out")


def test_hidden_text_is_counted_wherever_it_is_hidden() -> None:
    styles = (
        '<w:style w:type="character" w:styleId="藏"><w:basedOn w:val="底"/></w:style>'
        '<w:style w:type="character" w:styleId="底"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>'
    )
    hidden = '<w:rStyle w:val="藏"/>'
    content = one(
        run("看得见"),
        run("看不见", "<w:vanish/>"),
        run("也看不见", hidden),
        run("又看得见", f'{hidden}<w:vanish w:val="0"/>'),
    )
    extracted = read(word_file(content, styles=styles))
    assert extracted.text == "看得见又看得见\n"
    assert extracted.layout.notices == ("7 hidden characters left out. 有 7 个隐藏文字未收入。",)


def test_fields_show_their_results() -> None:
    simple = f'<w:fldSimple w:instr="DATE">{run("今天")}</w:fldSimple>'
    nested = begun("IF ") + shown("PAGE", run("9")) + mark("separate") + run("真") + mark("end")
    content = (
        one(run("详见"), shown("HYPERLINK x", run("方案")), simple, nested)
        + one(begun(" eq \\o\\ac(○,", "3)"), mark("end"), run("第三。"))
        + one(shown("EQ \\* jc2 \\o\\ad(\\s\\up 9(yíng),营)", ""), run("商"))
    )
    assert body(content) == ["详见方案今天真", "③第三。", "营商"]


def test_a_field_without_an_end_is_no_field() -> None:
    content = one(begun("TOC"), run("正文一")) + paragraph("正文二") + one(shown("DATE", run("今天")))
    assert body(content) == ["正文一", "正文二", "今天"]


def test_what_only_word_computes_is_said() -> None:
    extracted = read(word_file(one(begun("LISTNUM"), mark("end"), run("甲"))))
    assert extracted.text == "甲\n"
    assert "1 field " in extracted.layout.notices[0]


def test_a_table_of_contents_is_furniture() -> None:
    entry = f"{run('一、总体要求')}<w:r><w:tab/></w:r>{run('3')}"
    generated = one(begun(" TOC \\o "), mark("separate"), entry) + one(entry) + one(mark("end"), run("正文开始"))
    content = f"<w:sdt><w:sdtPr/><w:sdtContent>{generated}</w:sdtContent></w:sdt>{paragraph('二、任务', styled('T'))}"
    data = word_file(content, styles='<w:style w:type="paragraph" w:styleId="T"><w:name w:val="toc 1"/></w:style>')
    assert lines(data) == ["一、总体要求\t3", "一、总体要求\t3", "正文开始", "二、任务"]
    assert furniture(data) == [
        ("一、总体要求\t3", "table of contents"),
        ("一、总体要求\t3", "table of contents"),
        ("二、任务", "table of contents"),
    ]


def test_ruby_mathematics_controls_and_comments() -> None:
    content = (
        f"<w:p><w:ruby><w:rubyPr/><w:rt>{run('yíng')}</w:rt><w:rubyBase>{run('营')}</w:rubyBase></w:ruby>"
        f"<w:sdt><w:sdtContent>{run('商')}</w:sdtContent></w:sdt><w:smartTag><w:customXml>{run('环境')}</w:customXml></w:smartTag>"
        "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>3</m:t></m:r></m:den></m:f>"
        "<m:d><m:e><m:r><m:t>x</m:t></m:r></m:e></m:d></m:oMath>"
        '<w:r><w:commentReference w:id="1"/></w:r><w:r><w:drawing><pic:pic/></w:drawing></w:r></w:p>'
    )
    extracted = read(word_file(content))
    assert extracted.text == "营商环境1/3(x)\n"
    assert [notice.split(".")[0] for notice in extracted.layout.notices] == [
        "1 comment left out",
        "Words in 1 picture were not read",
    ]


def test_pictures_alone_are_an_error_that_names_the_way_out() -> None:
    with pytest.raises(ReadError, match=r"askspeech\[ocr\]"):
        read(word_file("<w:p><w:r><w:drawing><pic:pic/></w:drawing></w:r></w:p>"))


def test_the_main_part_is_found_as_office_finds_it_and_strict_files_are_read() -> None:
    strict = word_part("document", f"<w:body>{paragraph('严格格式。')}</w:body>").replace(
        WORD, "http://purl.oclc.org/ooxml/wordprocessingml/main"
    )
    parts = {
        "_rels/.rels": relationships(("a", "officeDocument", "/Text/Main%20Part.xml")),
        "Text/main part.xml": strict,
        "word/document.xml": word_part("document", f"<w:body>{paragraph('假的。')}</w:body>"),
    }
    assert lines(zipped(parts)) == ["严格格式。"]


def test_nothing_outside_is_fetched() -> None:
    parts = word_parts(paragraph("正文。"))
    parts["word/_rels/document.xml.rels"] = relationships(external="http://127.0.0.1:9/styles.xml")
    assert lines(zipped(parts)) == ["正文。"]


def test_an_external_main_part_is_none() -> None:
    parts = word_parts(paragraph("正文。"))
    del parts["word/document.xml"]
    with pytest.raises(ReadError, match="without a Word document inside"):
        read(zipped(parts))


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
DOCUMENT = word_part("document", f"<w:body>{paragraph('正文。')}</w:body>")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (DOCUMENT.replace("?>", f"?>{ENTITIES}", 1), "declares a document type"),
        (
            DOCUMENT.replace("UTF-8", "UTF-16").replace("?>", f"?>{ENTITIES}", 1).encode("utf-16"),
            "declares a document type",
        ),
        (DOCUMENT.replace("<w:body>", f"<w:body>{'<w:sdt>' * 20_000}", 1), "nested more than 256"),
        (DOCUMENT[:-30], "is damaged"),
        (DOCUMENT.replace("正文", "\x01"), "is damaged"),
        (DOCUMENT.encode().replace("正".encode(), b"\xff\xfe"), "is damaged"),
        ("", "is damaged"),
        ("<a/>", "without a Word document inside"),
        ('<workbook xmlns="x"/>', "a spreadsheet inside"),
    ],
)
def test_bad_documents(document: str | bytes, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        read(zipped({**word_parts(""), "word/document.xml": document}))


def test_documents_in_utf_16_are_read() -> None:
    document = DOCUMENT.replace("UTF-8", "UTF-16").encode("utf-16")
    assert lines(zipped({**word_parts(""), "word/document.xml": document})) == ["正文。"]


def test_a_zip_that_is_no_word_file() -> None:
    with pytest.raises(ReadError, match="without a Word document inside"):
        read(zipped({"readme.txt": "优化营商环境"}))


@pytest.mark.parametrize("cut", [0.3, 0.7, 0.99])
def test_files_that_were_cut_off(cut: float) -> None:
    data = word_file(paragraph("优化营商环境。") * 100)
    with pytest.raises(ReadError, match="damaged or was cut off"):
        read(data[: int(len(data) * cut)])


def test_ten_megabytes_of_text_within_the_limits_of_memory(tmp_path: Path) -> None:
    chance = random.Random(9)
    characters = [chr(chance.randrange(0x4E00, 0x9000)) for _ in range(2000)]
    content = "".join(item("".join(chance.choices(characters, k=60)), 1) for _ in range(34_000))
    path = tmp_path / "large.docx"
    path.write_bytes(word_file(content, numbering=OFFICIAL))
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20));"
        "from pathlib import Path; from askspeech.formats.docx import read;"
        "print(len(read(Path(sys.argv[1]).read_bytes()).text))"
    )
    result = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    assert int(result.stdout) > 34_000 * 63


def test_python_docx_agrees_with_the_hand_made_files() -> None:
    document = docx.Document()
    document.element.body.insert(0, parse_xml(f'<w:p xmlns:w="{WORD}">{run("同一段。")}</w:p>'))
    made = BytesIO()
    document.save(made)
    assert lines(made.getvalue()) == ["同一段。"]
