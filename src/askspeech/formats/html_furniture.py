"""Which lines of a web page belong to the page and not to the speaker: navigation, bars, lists of links, its foot.

Precision first: a line that reads like prose is never taken for navigation because of its links or its wording, and a
part of the page is believed to be navigation only where little of the page's prose stands in it.
"""

import re
from collections.abc import Iterator, Sequence

from askspeech.formats.html_blocks import Line, prose, visible
from askspeech.formats.html_elements import Zone

__all__ = ["furniture", "title_line"]

_NAVIGATION, _CONTENTS, _SITE_LINE = "page navigation", "table of contents", "site line"
_FEWEST_LINKS = 3
_MOSTLY = 0.6
_SHARE_OF_SURE_ZONE, _SHARE_OF_ZONE = 0.5, 0.2
_SHORTEST_TITLE = 6
_LONGEST_LABEL = 40
_LONGEST_FOOT = 120
_LONGEST_HEADING = 15
_DATE = re.compile(
    r"(?:19|20)?\d{2}\s*[-/.年]\s*\d{1,2}(?:\s*[-/.月]\s*\d{1,2}\s*日?)?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?"
)
_SEPARATORS = re.compile(r"[\s|｜>＞»›·•\[\]【】()（）/,，、:：←→↑.…-]+")
_TOOLS = re.compile(
    r"(?:(?:打印|列印)(?:本页|本頁|此页|文章|正文)?|(?:关闭|關閉)(?:窗口|視窗|本页|此页|页面)?|字[体體]|字[号號]"
    r"|[大中小默认]|放大|缩小|收藏(?:本页|本站)?|加入收藏"
    r"|设为首页|返回(?:顶部|頂部|首[页頁]|列表|上一[页頁])?|回到[顶頂]部|TOP"
    r"|分享(?:到|至)?|转发|点赞|复制链接|複製連結|我要纠错|纠错|微信(?:好友)?|朋友圈"
    r"|新浪微博|腾讯微博|微博|QQ空间|QQ好友|QQ|人人网|豆瓣网?|更多|保存"
    r"|下载(?:本文|文字版|图片版|PDF)?|无障碍(?:浏览|阅读|模式)?"
    r"|适老化|关怀版|长者(?:版|模式)|简体|繁體|繁体|简|繁|EN|English|登录|注册"
    r"|手机版|客户端|网站支持IPv6|扫一扫在手机(?:上)?(?:打开|浏览)(?:当前页|本页)?)+"
)
_NEIGHBOUR = re.compile(r"[\[【(（]?(?:上|下)一(?:篇|条|页|章|则|节)[\]】)）]?\s*(?:[:：>＞»].{0,80}|没有了.{0,2})?")
_BREADCRUMB = re.compile(
    r"(?:[您你]?(?:现在|當前|当前|目前)?(?:所在)?(?:的)?位置\s*(?:是|在)?\s*[:：]|首[页頁]\s*[>＞»›/－\-]).{0,100}"
)
_FOOT = re.compile(
    r"ICP备|ICP证|公网安备|公安备案|网站标识码|版[权權]所有|Copyright|©"
    r"|(?:主[办辦]|承[办辦]|技[术術]支[持援]|运维|[维維][护護]|建[设設])(?:[单單]位)?\s*[:：]"
    r"|(?:网站|網站)地[图圖]|[关關][于於]我[们們]|(?:联系|聯絡)我[们們]|(?:联系|聯絡)[电電][话話]\s*[:：]"
    r"|建议使用.{0,30}浏览器|分辨率"
    r"|扫一扫.{0,12}(?:关注|打开|浏览|查看)|关注.{0,8}公众号|预览时标签不可点|继续滑动看下一个",
    re.IGNORECASE,
)
_FACT = re.compile(
    r"(?:(?:发布|發[布佈]|更新|发文|成文|录入|浏览)?(?:[时時][间間]|日期)|(?:信息|稿件|文章)?[来來]源"
    r"|作者|记者|(?:[责責]任)?[编編][辑輯]|责编|审核|校对|录入|"
    r"(?:浏览|瀏覽)(?:次[数數]|量)?"
    r"|(?:阅读|閱讀)(?:次[数數]|量)?|访问(?:次数|量)?|点击(?:次数|量|数)?|字[体體]|字[号號])\s*[:：]"
)
_LABEL = re.compile(r"相[关關]|推[荐薦]|[热熱][点點门門]|更多|延伸|排行|链接|专题|导航|栏目|最新|阅读|分享|快速")


def furniture(lines: Sequence[Line], title: int | None, *, site: bool) -> list[str]:
    """Why each line belongs to the page; empty where it is the speaker's.

    `title` is the number of the line that the page itself names as its title. A page that is no page of a site (saved
    by Word, a chapter of a book) has no bars and no foot: only what calls itself so and lists of links are furniture.
    """
    sizes = [_prose(line) for line in lines]
    zones = _accepted_zones(lines, sizes)
    reasons = [_zone_reason(line, zones) for line in lines]
    for first, last, reason in _link_lists(lines, sizes):
        reasons[first : last + 1] = [reason] * (last + 1 - first)
        if first and _is_label(lines[first - 1].text):
            reasons[first - 1] = reasons[first - 1] or reason
    if site:
        _mark_bars(lines, sizes, reasons)
        _mark_head(lines, sizes, reasons, title)
        _mark_foot(lines, sizes, reasons)
    if title is not None and not lines[title].links:
        reasons[title] = ""
    # Never the whole page: whatever the signs say, somebody saved it for its text. A book has pages of contents alone.
    whole = all(reasons) and (site or set(reasons) != {_CONTENTS})
    return [""] * len(lines) if whole else reasons


def title_line(lines: Sequence[Line], name: str) -> int | None:
    """The number of the first line that the name of the page begins with, or that begins with it."""
    wanted = _bare(name)
    for number, line in enumerate(lines):
        text = _bare(line.text) if len(line.text) <= 2 * len(name) + _LONGEST_LABEL else ""
        if len(text) >= _SHORTEST_TITLE and (wanted.startswith(text) or (wanted and text.startswith(wanted))):
            return number
    return None


def _bare(text: str) -> str:
    return "".join(text.split())


def _prose(line: Line) -> int:
    """How many characters of a line are prose; none where it is a line of the foot, however long."""
    foot = len(line.text) <= 2 * _LONGEST_FOOT and _FOOT.search(line.text)
    return 0 if foot else prose(line)


def _accepted_zones(lines: Sequence[Line], sizes: Sequence[int]) -> frozenset[Zone]:
    """The zones that hold so little of the page's prose that they are what they call themselves."""
    seen: dict[Zone, None] = {}
    for line, size in zip(lines, sizes, strict=True):
        zone = line.zone
        while zone is not None:
            zone.prose += size
            seen[zone] = None
            zone = zone.outer
    total = sum(sizes)
    accepted = [zone for zone in seen if zone.prose <= total * (_SHARE_OF_SURE_ZONE if zone.sure else _SHARE_OF_ZONE)]
    # A page cut into many small parts of such a name has no other text.
    if sum(zone.prose for zone in accepted if not zone.sure) > total * _SHARE_OF_SURE_ZONE:
        accepted = [zone for zone in accepted if zone.sure]
    if sum(zone.prose for zone in accepted) > total * _SHARE_OF_SURE_ZONE:
        accepted = []
    return frozenset(accepted)


def _zone_reason(line: Line, accepted: frozenset[Zone]) -> str:
    zone = line.zone
    if zone is not None and line.heading and not line.links and visible(line.text) >= _SHORTEST_TITLE:
        return ""
    while zone is not None:
        if zone in accepted:
            return zone.reason
        zone = zone.outer
    return ""


def _link_lists(lines: Sequence[Line], sizes: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    """Runs of lines that are links and nothing else but dates and separators, with three different links at least."""
    number = 0
    while number < len(lines):
        first, last, links = number, number - 1, dict[str, None]()
        while number < len(lines) and not sizes[number] and (_is_links(lines[number]) or _is_date(lines[number])):
            if lines[number].links:
                links.update(dict.fromkeys(lines[number].links))
                last = number
            number += 1
        if len(links) >= _FEWEST_LINKS and last >= first:
            inside = all(len(link) > 1 and link.startswith("#") for link in links)
            yield first, last, _CONTENTS if inside else _NAVIGATION
        number = max(number, first + 1)


def _is_links(line: Line) -> bool:
    """Whether most of a line is the words of links; dates and separators aside."""
    if not line.links:
        return False
    other = _bare(_SEPARATORS.sub("", _DATE.sub("", line.text)))
    return line.linked >= _MOSTLY * len(other)


def _is_date(line: Line) -> bool:
    return len(line.text) <= _LONGEST_LABEL and not _SEPARATORS.sub("", _DATE.sub("", line.text))


def _is_label(text: str) -> bool:
    return visible(text) <= _LONGEST_HEADING and _LABEL.search(text) is not None


def _mark_bars(lines: Sequence[Line], sizes: Sequence[int], reasons: list[str]) -> None:
    for number, line in enumerate(lines):
        text = line.text.strip()
        if sizes[number] or reasons[number] or len(text) > 2 * _LONGEST_FOOT:
            continue
        words = _SEPARATORS.sub("", text)
        tools = words and _TOOLS.fullmatch(words) and (len(words) > 1 or line.links)
        facts = len(_FACT.findall(text))
        if facts > 1 or (
            facts and len(text) <= _LONGEST_LABEL and _FACT.match(_DATE.sub("", text, count=1).lstrip("（([【 　"))
        ):
            reasons[number] = _SITE_LINE
        elif tools or _NEIGHBOUR.fullmatch(text) or _BREADCRUMB.fullmatch(text):
            reasons[number] = _NAVIGATION


def _mark_head(lines: Sequence[Line], sizes: Sequence[int], reasons: list[str], title: int | None) -> None:
    """What stands above the title of a page that has a navigation there: its name, a date, the weather, a search."""
    if title is None or any(sizes[:title]) or _NAVIGATION not in reasons[:title]:
        return
    for number in range(title):
        if len(lines[number].text) <= _LONGEST_LABEL:
            reasons[number] = reasons[number] or _NAVIGATION


def _mark_foot(lines: Sequence[Line], sizes: Sequence[int], reasons: list[str]) -> None:
    """Everything from the first line of the site's own below the last prose, if it goes on like that."""
    last = max((number for number, size in enumerate(sizes) if size and not reasons[number]), default=-1)
    below = range(last + 1, len(lines))
    first = next((n for n in below if len(lines[n].text) <= 2 * _LONGEST_FOOT and _FOOT.search(lines[n].text)), None)
    if (
        last < 0
        or first is None
        or any(len(lines[number].text) > 3 * _LONGEST_FOOT for number in range(first, len(lines)))
    ):
        return
    for number in range(first, len(lines)):
        reasons[number] = reasons[number] or _NAVIGATION
