"""The meeting that a speech was held at, and its kind, as titles, subtitles and openings name them.

Every text here is without white space; a range is [start, end) of its characters.
"""

import re

__all__ = ["find_kind", "find_meeting", "find_opened_meeting", "find_report", "is_named"]

Range = tuple[int, int]

_KINDS = (
    *("动员部署大会", "动员部署会议", "动员部署会", "动员大会", "动员会议", "动员会", "誓师大会"),
    *("现场推进会", "推进大会", "推进会议", "推进会", "现场办公会", "现场会议", "现场会", "调度会议", "调度会"),
    *("座谈会议", "座谈会", "恳谈会", "茶话会", "见面会", "联谊会", "表彰大会", "表彰会议", "表彰会"),
    *("总结大会", "总结会议", "总结会", "部署会议", "部署会", "专题会议", "专题会", "协调会议", "协调会"),
    *("工作会议", "工作会", "联席会议", "常务会议", "常委会议", "全体会议", "全会", "电视电话会议", "视频会议"),
    *("启动仪式", "开工仪式", "签约仪式", "揭牌仪式", "授牌仪式", "闭幕式", "开幕式", "开班式", "结业式", "典礼"),
    *("新闻发布会", "发布会", "培训班", "培训会", "研讨班", "研讨会", "学习会", "交流会", "推介会", "洽谈会", "招商会"),
    *("民主生活会", "组织生活会", "讲评会", "通报会", "报告会", "约谈会", "分析会", "汇报会", "论坛", "峰会", "年会"),
    *("党代会", "人代会", "代表大会", "党课", "大会", "会议"),
)
_KIND = "(?:" + "|".join(_KINDS) + ")"
_KIND_AT_END = re.compile(_KIND + "$")
# Not the ends of words that name a group, a chance or a way: 社会, 协会, 商会 (but 招商会), 机会, 形式, 上班.
_NAMED = (
    "(?:会议|(?<![社机协学工])(?<!(?<!招)商)(?<!联合|基金)会|仪式|(?<![形方模样正格公款新旧])式"
    "|典礼|论坛|(?<![上下加值航])班)"
)
_AT_MEETING = re.compile(
    rf"在([^。！？；]{{0,70}}?{_NAMED})(?:上(?!下)|的(?=政府工作报告|工作报告|报告|讲话|致辞|致词|发言|总结|主持))"
)
_SPOKEN = "(?:讲话|讲稿|致辞|致词|发言|总结讲话|主持词|演讲|报告|动员讲话)"
_MEETING_SPEECH = re.compile(
    rf"(?:^|(?<=[^一-鿿、“”]))(?:关于)?((?:[0-9]{{4}}年)?[一-鿿xX*×][^。！？；]{{1,50}}?{_NAMED})(?:上)?(?:的)?(?:领导|开幕|闭幕|主持)?{_SPOKEN}"
)
_OPENED = re.compile(
    r"(?:(?:今天|今日|今晚|在这里|在此)([^。！？；]{0,24}?)(?:召开|举行|举办)(?!的)|(?:决定|研究|我们)([^。！？；]{0,16}?)(?:召开|举行|举办))"
    rf"(?(1)(?:这次|这个|此次|本次)?|(?:这次|这个|此次|本次))((?:[^。！？；，,]|[，,](?=促进|推进|推动|助力|打造)){{0,50}}?{_KIND})(?!精神)"
)
_EARLIER = re.compile("昨|前不久|日前|上周|上月|刚刚|已|精神")
_THIS_MEETING = re.compile(rf"(?:这次|本次|此次)([^。！？；，,的]{{0,30}}?{_KIND})(?!精神)")
_MEETING_OF_DELEGATES = r"第[^。！？；，,]{1,4}[届次][^。！？；，,]{0,6}代表大会(?:第[^。！？；，,]{1,3}次会议)?"
_TO_MEETING = re.compile(rf"向([^。！？；，,]{{0,12}}?{_MEETING_OF_DELEGATES})")
_CONGRESS = re.compile(rf"^(?:我们)?((?:中国共产党)?{_MEETING_OF_DELEGATES})[，,]?(?:是|在|将)")
_SCOPE = re.compile("[全我][省市县区州旗镇乡局]")
_GENERAL = re.compile(f"(?:{_KIND}|会|全会)")
_SPEAKER = "(?:[^，,在]{0,20}(?:书记|[省市县州盟区旗镇乡局厅部]长|主任|主席|总理|领导|同志)[一-鿿]{0,4})?"
_NOT_OF_THE_NAME = (
    re.compile(f"^.*在(?={_GENERAL.pattern}$)"),
    re.compile(f"^{_SPEAKER}(?<![现正存所实潜内旨重贵好])在(?![职建岗册校线外京])"),
    re.compile("^(?:[这本此]次|今天的?)"),
)
_REPORT = re.compile(r"政府工作报告(?=(?:[（(][^（）()]{1,12}[）)])?$)")
_RESOLUTION = re.compile(r"决议(?=(?:[（(][^（）()]{1,12}[）)])?$)")
_GIVES_REPORT = re.compile(r"(?:我|现在|市长|省长|县长|区长|主席|总理)[^。！？；]{0,40}作(政府工作报告)")


def find_meeting(text: str) -> Range | None:
    """The meeting that a title or subtitle names: 在…会上的讲话, …会议讲话; its kind alone where it says 在大会上."""
    found = _AT_MEETING.search(text) or _MEETING_SPEECH.search(text)
    if found is None:
        return None
    start, end = found.span(1)
    for before in _NOT_OF_THE_NAME:
        left_out = before.match(text[start:end])
        start += left_out.end() if left_out else 0
    return (start, end) if end - start > 1 else None  # 在会上 names none and says no kind


def find_opened_meeting(text: str) -> Range | None:
    """The meeting that an opening says is being held: 今天召开…大会, 这次会议, 向…代表大会作报告."""
    for opened in _OPENED.finditer(text):
        if not _EARLIER.search(opened[1] or opened[2] or ""):
            return _without_praise(text, *opened.span(3))
    found = _TO_MEETING.search(text) or _CONGRESS.search(text) or _THIS_MEETING.search(text)
    return found.span(1) if found else None


def find_kind(meeting: str) -> Range | None:
    """The kind of a meeting, which the end of its name says."""
    found = _KIND_AT_END.search(meeting)
    return found.span() if found else None


def find_report(text: str, *, spoken: bool = False) -> Range | None:
    """The words 政府工作报告 or 决议 where a title or a file's name ends with them, or, spoken, where one is given."""
    found = _GIVES_REPORT.search(text) if spoken else _REPORT.search(text)
    if found:
        return found.span(1 if spoken else 0)
    found = _RESOLUTION.search(text)
    return found.span() if found and not spoken else None


def is_named(meeting: str) -> bool:
    """Whether the words name one meeting and not just a kind of meetings."""
    return _GENERAL.fullmatch(meeting) is None


def _without_praise(text: str, start: int, end: int) -> Range:
    """The range from the words that say whose meeting it is: 高规格、大规模的全县…大会 begins at 全县."""
    scope = _SCOPE.search(text, start, end)
    praise = text.rfind("的", start, end)
    return (scope.start() if scope else max(start, praise + 1)), end
