"""Web pages: the words that a reader of the page sees, line by line, and what belongs to the page told apart."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.errors import ReadError
from askspeech.formats.html import read

PROSE = "近年来，青禾县把优化营商环境摆在突出位置，累计取消证明42项，办事材料减少三成，企业的评价一年比一年好。"
TITLE = "在全县优化营商环境大会上的讲话"


def page(body: str, head: str = "") -> bytes:
    return f'<!DOCTYPE html><html><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'.encode()


def kept(data: bytes) -> list[str]:
    """The lines that are the speaker's."""
    extracted = read(data)
    text, kept, at = extracted.text, "", 0
    for drop in extracted.layout.furniture:
        kept += text[at : drop.span.start]
        at = drop.span.end
        assert text[drop.span.start - 1 : drop.span.start] in ("", "\n")
        assert text[at] == "\n"
    return [line for line in (kept + text[at:]).split("\n") if line]


def furniture(data: bytes) -> dict[str, str]:
    extracted = read(data)
    return {extracted.text[drop.span.start : drop.span.end]: drop.reason for drop in extracted.layout.furniture}


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        pytest.param("<p>同志们：</p><p>大家好。</p>", ["同志们：", "大家好。"], id="paragraphs"),
        pytest.param("<p>优<b>化</b><font>营商</font><a href=x>环境</a></p>", ["优化营商环境"], id="inline elements"),
        pytest.param("<div>同志们：<br><br>　　大家好。</div>", ["同志们：", "　　大家好。"], id="breaks"),
        pytest.param("<p>前<div>中</div>后</p>", ["前", "中", "后"], id="a block inside a paragraph"),
        pytest.param("<p>one \n\t two</p>", ["one two"], id="white space"),
        pytest.param(
            "<p>优化\n  营商环境，\n要实</p>", ["优化营商环境，要实"], id="a break between chinese characters"
        ),
        pytest.param(
            "<p>&nbsp;&nbsp;&#12288;要实</p><p>&nbsp;</p>", ["\xa0\xa0　要实"], id="spaces that are characters"
        ),
        pytest.param("<pre>一、\n    二、\n\n三、</pre>", ["一、", "    二、", "三、"], id="preformatted"),
        pytest.param("<p style='white-space: pre-wrap'>一  二\n三</p>", ["一  二", "三"], id="preformatted by style"),
        pytest.param("<p style='white-space:pre-line'>一  二\n三</p>", ["一 二", "三"], id="lines by style"),
        pytest.param("<span style='display:block'>一</span><span>二</span>", ["一", "二"], id="block by style"),
        pytest.param(
            "<div style='display:inline'>一</div><div style='display: inline'>二</div>", ["一二"], id="inline"
        ),
        pytest.param("<p>青<ruby>禾<rp>(</rp><rt>hé</rt><rp>)</rp></ruby>县</p>", ["青禾县"], id="ruby"),
        pytest.param("<p>PM<sub>2.5</sub>下降<sup>①</sup></p>", ["PM2.5下降①"], id="sub and sup"),
        pytest.param("<p>见<img src=a alt=图一>下图</p>", ["见下图"], id="pictures"),
        pytest.param("<p>他说<q>办好<q>小事</q></q>。</p>", ["他说“办好‘小事’”。"], id="quotations"),
        pytest.param(
            "<input value=x><select><option>甲</select><button>提交</button><p>要实</p>", ["要实"], id="controls"
        ),
        pytest.param(
            "<script>a='<p>'</script><style>b</style><template><p>c</p></template>要实。", ["要实。"], id="script"
        ),
        pytest.param("要实<noscript>开启脚本</noscript><iframe src=x>旧浏览器</iframe>", ["要实"], id="fallbacks"),
        pytest.param("<!-- 注释 -->要<!-- -->实", ["要实"], id="comments"),
        pytest.param("<ul><li>一<li>二<ul><li>三</ul></ul>", ["一", "二", "三"], id="bullets"),
        pytest.param("<p>同志们：<p>一<td>二</b></i></p><p>三", ["同志们：", "一二", "三"], id="broken markup"),
        pytest.param("<svg><title>图标</title><text>文字</text></svg>要实", ["文字", "要实"], id="drawings"),
        pytest.param("<dl><dt>事项<dd>开办企业</dl>", ["事项", "开办企业"], id="definitions"),
        pytest.param("<o:p>一</o:p><st1:x>二</st1:x>", ["一二"], id="elements of others"),
    ],
)
def test_what_stands_on_a_line_of_its_own_is_one(body: str, lines: list[str]) -> None:
    assert kept(page(body)) == lines


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        pytest.param("<ol><li>甲<li>乙</ol>", ["1. 甲", "2. 乙"], id="numbers"),
        pytest.param("<ol start=3><li>甲<li value=9>乙<li>丙</ol>", ["3. 甲", "9. 乙", "10. 丙"], id="start, value"),
        pytest.param("<ol reversed><li>甲<li>乙</ol>", ["2. 甲", "1. 乙"], id="reversed"),
        pytest.param("<ol type=a><li>甲<li>乙</ol>", ["a. 甲", "b. 乙"], id="letters"),
        pytest.param("<ol type=I><li>甲<li>乙</ol>", ["I. 甲", "II. 乙"], id="roman"),
        pytest.param("<ol style='list-style-type: cjk-ideographic'><li>甲</ol>", ["一、甲"], id="chinese"),
        pytest.param("<ol style='list-style:none'><li>甲</ol>", ["甲"], id="none"),
        pytest.param("<ol><li><p>甲</p><p>续</p></li></ol>", ["1. 甲", "续"], id="paragraphs in an item"),
        pytest.param(
            "<ol><li>一、甲<li>（二）乙<li>第三，丙</ol>", ["一、甲", "（二）乙", "第三，丙"], id="written out"
        ),
        pytest.param("<ol><li><li>乙</ol>", ["2. 乙"], id="empty item"),
        pytest.param("<ol start=x><li value=''>甲</ol>", ["1. 甲"], id="no number"),
    ],
)
def test_the_numbers_of_a_list_are_read_as_browsers_show_them(body: str, lines: list[str]) -> None:
    assert kept(page(body)) == lines


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        pytest.param("<table><tr><td>甲<td>乙<tr><td>丙<td>丁</table>", ["甲\t乙", "丙\t丁"], id="rows"),
        pytest.param("<table><tr><th>甲<td><td>丙</table>", ["甲\t\t丙"], id="an empty cell"),
        pytest.param("<table><tr><td>甲<tr><td>乙</table>", ["甲", "乙"], id="one column"),
        pytest.param("<table><tr><td>甲<td>乙<br>丙</table>", ["甲", "乙", "丙"], id="lines in a cell"),
        pytest.param(
            "<table><tr><td><table><tr><td>甲<td>乙</table><td>丙<p>丁</table>", ["甲\t乙", "丙", "丁"], id="nested"
        ),
    ],
)
def test_tables(body: str, lines: list[str]) -> None:
    assert kept(page(body)) == lines


SITE = f"""
<div class=top><a href=/><img src=logo.png alt=青禾县></a> 今天是2024年3月5日 星期二</div>
<ul id=menu><li><a href=a>首页</a></li><li><a href=b>政务公开</a></li><li><a href=c>政务服务</a></li></ul>
<div>您当前的位置：<a href=a>首页</a> &gt; <a href=b>领导讲话</a> &gt; 正文</div>
<h1>{TITLE}</h1><div>（2024年3月1日）</div>
<div>发布时间：2024-03-05 09:20　来源：县政府办　字体：【<a href=#>大</a> <a href=#>中</a> <a href=#>小</a>】</div>
<div class=bdsharebuttonbox><a href=#>微信</a><a href=#>微博</a></div>
<div class=content><p>同志们：</p><p>{PROSE}</p><p>一、把服务<a href=x>做实</a></p><p>{PROSE}</p></div>
<p>【<a href="javascript:print()">打印本页</a>】【<a href="javascript:close()">关闭窗口</a>】</p>
<p>上一篇：<a href=y>在全县座谈会上的讲话</a></p><p>下一篇：没有了</p>
<h3>相关阅读</h3><ul><li><a href=r1>全县大会召开</a> 2024-03-01</li><li><a href=r2>一图读懂大会</a> 2024-03-02</li>
<li><a href=r3>县长主持座谈会</a> 2024-03-03</li></ul>
<footer><a href=g>关于我们</a> | <a href=h>网站地图</a></footer>
<div><p>主办：青禾县人民政府办公室</p><p>某ICP备00000000号</p><p>地址：青禾县城关镇</p></div>"""


def test_a_saved_page_of_a_site() -> None:
    data = page(SITE, f"<title>{TITLE}_领导讲话_青禾县人民政府</title>")
    assert kept(data) == [TITLE, "（2024年3月1日）", "同志们：", PROSE, "一、把服务做实", PROSE]
    reasons = furniture(data)
    assert reasons[f"{TITLE}_领导讲话_青禾县人民政府"] == "page title"
    assert reasons["首页"] == reasons["相关阅读"] == reasons["某ICP备00000000号"] == "page navigation"
    assert {reason for text, reason in reasons.items() if text.startswith("发布时间")} == {"site line"}


def test_a_saved_page_in_traditional_characters() -> None:
    prose = "近年來，青禾縣把優化營商環境擺在突出位置，累計取消證明42項，企業的評價一年比一年好。"
    data = page(
        f"<p>首頁 &gt; 講話</p><h1>在全縣大會上的講話</h1><p>發布時間：2024-03-01</p><p>{prose}</p><p>列印本頁</p>"
        "<p>主辦單位：青禾縣政府</p><p>版權所有</p>"
    )
    assert kept(data) == ["在全縣大會上的講話", prose]


def test_every_paragraph_of_the_speech_is_a_place() -> None:
    extracted = read(page(SITE, f"<title>{TITLE}</title>"))
    starts = extracted.layout.starts
    lines = [extracted.text[start:].partition("\n")[0] for start in starts[1:]]
    assert extracted.layout.unit == "paragraph"
    assert starts[0] == 0
    assert lines == ["（2024年3月1日）", "同志们：", PROSE, "一、把服务做实", PROSE]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gb2312"])
@pytest.mark.parametrize("label", ["utf-8", "gb2312", "big5", "iso-8859-1", "unknown", ""])
def test_whatever_the_label_says_the_words_are_right(encoding: str, label: str) -> None:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={label}">' if label else ""
    data = f"<html><head>{meta}</head><body><p>同志们：</p><p>{PROSE}</p></body></html>".encode(encoding)
    assert kept(data) == ["同志们：", PROSE]


@pytest.mark.parametrize("label", ["utf-8", "gb2312", "big5", ""])
def test_traditional_pages_in_big5(label: str) -> None:
    words = "近年來，青禾縣把優化營商環境擺在突出位置，累計取消證明42項。"
    data = f"<html><head><meta charset={label}></head><body><p>同志們：</p><p>{words}</p>".encode("big5")
    assert (kept(data), read(data).encoding) == (["同志們：", words], "cp950")


def test_characters_beyond_the_declared_gb2312() -> None:
    data = f"<meta charset=gb2312><p>朱镕基、陶喆、𠮷田</p><p>{PROSE}</p>".encode("gb18030")
    assert kept(data)[0] == "朱镕基、陶喆、𠮷田"


@pytest.mark.parametrize(
    "hidden",
    [
        "<div style='display:none'>{}</div>",
        "<div style='color:red; Visibility: hidden'>{}</div>",
        "<div hidden>{}</div>",
        "<span style='mso-hide:all'>{}</span>",
        "<textarea>{}</textarea>",
        "<dialog>{}</dialog>",
    ],
)
def test_what_is_hidden_is_left_out_and_told(hidden: str) -> None:
    data = page(f"<p>{PROSE}</p>" + hidden.format("本站独家整理请勿转载" * 3) + f"<p>{PROSE}</p>")
    assert kept(data) == [PROSE, PROSE]
    assert [notice[:13] for notice in read(data).layout.notices] == ["30 characters"]


def test_a_body_that_scripts_show_later_is_read() -> None:
    words = f"<p>同志们：</p><p>{PROSE}</p><p>{PROSE}</p><span style='display:none'>编号</span>"
    data = page(
        f"<h1>{TITLE}</h1><p>青禾发布</p><div id=js_content style='visibility: hidden; opacity: 0'>{words}</div>"
    )
    assert kept(data) == [TITLE, "青禾发布", "同志们：", PROSE, PROSE]
    assert "until scripts show it" in read(data).layout.notices[0]


def test_words_shown_in_place_of_none_are_read() -> None:
    assert kept(page("<div style='display:none'>同志们</div>")) == ["同志们"]


@pytest.mark.parametrize(
    ("title", "body", "lines"),
    [
        pytest.param(f"{TITLE}_青禾县", f"<p>同志们：</p><p>{PROSE}</p>", [TITLE, "同志们：", PROSE], id="only there"),
        pytest.param(f"青禾网 - {TITLE}", f"<p>{PROSE}</p>", [TITLE, PROSE], id="behind the site"),
        pytest.param(TITLE, f"<p>{TITLE}</p><p>{PROSE}</p>", [TITLE, PROSE], id="in the text, too"),
        pytest.param("青禾县人民政府", f"<p>{PROSE}</p>", [PROSE], id="a site's name"),
        pytest.param("新建文本文档", f"<p>{PROSE}</p>", [PROSE], id="no title"),
        pytest.param(
            TITLE,
            f"<b>在全县大会上<br>的讲话</b><p>{PROSE}</p>",
            ["在全县大会上", "的讲话", PROSE],
            id="another in the text",
        ),
    ],
)
def test_the_title_of_the_window_helps_where_the_text_has_none(title: str, body: str, lines: list[str]) -> None:
    assert kept(page(body, f"<title>{title}</title>")) == lines


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f"<nav><p>同志们：</p><p>{PROSE}</p></nav>", id="all in a navigation"),
        pytest.param(
            f"<div class='nav menu footer'><p>同志们：</p><p>{PROSE}</p></div>", id="all in a class of that name"
        ),
        pytest.param(
            "<ul><li><a href=a>同志们</a><li><a href=b>大家好</a><li><a href=c>再见</a></ul>", id="only links"
        ),
        pytest.param(
            f"<a href=x><p>同志们：</p><p>一、做实</p><p>二、做细</p><p>三、做好</p><p>{PROSE}</p>", id="open link"
        ),
        pytest.param("".join(f"<div class=hot>{PROSE}{n}</div>" for n in range(9)), id="many small parts"),
    ],
)
def test_a_body_is_never_taken_for_furniture(body: str) -> None:
    assert furniture(page(body)) == {}


def test_a_table_of_contents_by_anchors() -> None:
    links = "".join(f"<p><a href='#_Toc{n}'>{n}、标题<span>{n}</span></a></p>" for n in "一二三")
    assert set(furniture(page(f"{links}<p>{PROSE}</p>")).values()) == {"table of contents"}


def test_a_page_that_word_has_saved() -> None:
    ignore = (
        "<![if !supportLists]><span style='{}'><span style='mso-list:Ignore'>{}<span>&nbsp;&nbsp; </span></span></span>"
    )
    data = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv=Content-Type content="text/html; charset=gb2312"><meta name=Generator content="Microsoft Word 15">
<title>同志们</title>
<!--[if gte mso 9]><xml><o:Author>某某</o:Author></xml><![endif]--><style><!-- p {{}} --></style></head>
<body><div class=WordSection1><p class=MsoNormal><b><span style='mso-hide:none'>{TITLE}<o:p></o:p></span></b></p>
<p class=MsoNormal><span lang=EN-US><o:p>&nbsp;</o:p></span></p><p>同志们：</p>
<p style='mso-list:l0'>{ignore.format("", "一、")}<![endif]>抓好服务</p>
<p style='mso-list:l0'>{ignore.format("", "1.")}<![endif]>办好小事</p>
<p style='mso-list:l0'>{ignore.format("font-family:Wingdings", "l")}<![endif]>某项目</p>
<table><tr><td><p class=MsoNormal>事项<o:p></o:p></p></td><td><p>2024年</p></td></tr></table>
<p>来源：办公室</p></div></body></html>""".encode("gb18030")
    assert kept(data) == [TITLE, "同志们：", "一、抓好服务", "1. 办好小事", "某项目", "事项\t2024年", "来源：办公室"]


def test_a_page_written_as_xml() -> None:
    data = f"""<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "x.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a.js"/></head>
<body><a id="top"/><p><![CDATA[一 < 二 & 三：]]></p><textarea/><p>{PROSE}</p></body></html>""".encode()
    assert kept(data) == ["一 < 二 & 三：", PROSE]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"<html></html>", "without text", id="no body"),
        pytest.param(page("<img src=a.png>"), "without text", id="a picture"),
        pytest.param(
            page("<noscript>x</noscript><div id=app></div><script src=a></script>"), "scripts put it", id="js"
        ),
        pytest.param(page("<div id=app>正在加载…</div><script src=a></script>"), "scripts put it", id="loading"),
        pytest.param(b"<frameset cols=1,2><frame src=menu.htm><frame src=b.htm></frameset>", r"menu\.htm", id="frames"),
        pytest.param(page("<iframe src=inner.htm></iframe>"), r"frames \(inner\.htm\)", id="inner frame"),
        pytest.param(b'<!DOCTYPE html [<!ENTITY a "b">]><html><p>&a;</p></html>', "declares entities", id="entities"),
        pytest.param(("<div>" * 100_000 + "要实").encode(), "nested more than", id="nested"),
        pytest.param(b"\x89PNG\x00\x01\x02", "UTF-8|control", id="no text"),
        pytest.param("<p>要实".encode("utf-16-le") + b"\x00", "UTF-8|UTF-16", id="odd utf-16"),
    ],
)
def test_a_page_that_cannot_be_read_says_why_and_what_to_do(data: bytes, message: str) -> None:
    with pytest.raises(ReadError, match=message) as raised:
        read(data)
    assert "请" in str(raised.value)


def test_deep_nesting_is_read_whole() -> None:
    deep = "<span>" * 15_000 + f"<p>{PROSE}</p>" + "</span>" * 15_000
    assert kept(page(deep)) == [PROSE]


def test_a_large_picture_inside_is_passed_over() -> None:
    picture = "QUJD" * 1_000_000
    body = f"<p>{PROSE}</p><img src='data:image/png;base64,{picture}'><div style='background:url({picture})'>要实</div>"
    assert kept(page(body)) == [PROSE, "要实"]


_TAGS = (
    "p",
    "div",
    "b",
    "td",
    "tr",
    "table",
    "ol",
    "li",
    "a href=x",
    "nav",
    "pre",
    "br",
    "q",
    "h1",
    "select",
    "svg",
    "title",
)
_PIECES = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in _TAGS] + [f"</{tag.split()[0]}>" for tag in _TAGS]),
    st.sampled_from(
        ["同志们：", PROSE, " ", "\n", "&nbsp;", "&#0;", "&", "<", "<!--", "-->", "<![CDATA[", "]]>", "<p hidden>"]
    ),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=5),
)


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_any_page_is_read_or_refused(body: str) -> None:
    try:
        extracted = read(f"<body><p>要实</p>{body}".encode())
    except ReadError:
        return
    starts, spans = extracted.layout.starts, [drop.span for drop in extracted.layout.furniture]
    assert starts == tuple(sorted(set(starts)))
    assert all(start < end <= len(extracted.text) for start, end in spans)
    assert all(former.end < latter.start for former, latter in pairwise(spans))


@given(st.lists(st.sampled_from(("同志们：", PROSE, "一、办好实事", "service", TITLE)), min_size=1, max_size=9))
def test_no_paragraph_is_lost(paragraphs: list[str]) -> None:
    extracted = read(page("".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)))
    assert extracted.text.splitlines() == paragraphs
