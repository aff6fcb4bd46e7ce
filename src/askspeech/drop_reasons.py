"""Why characters were dropped, in the words of readers: the catalogue keeps reasons in English. Pure."""

from collections.abc import Mapping

from askspeech.datatypes import Language

__all__ = ["reason_in_both", "reason_text"]

_CHINESE: Mapping[str, str] = {
    "advertisement": "广告",
    "blank space": "空白",
    "caption": "图片说明",
    "disclaimer": "声明",
    "editor's note": "编者的话",
    "excluded": "已移除的讲话",
    "hidden part": "隐去部分的标记",
    "line break": "换行",
    "outside the speeches": "讲话以外的文字",
    "page navigation": "网页导航",
    "page number": "页码",
    "page title": "网页标题",
    "repeated line": "反复出现的页眉页脚",
    "running head": "页眉页脚",
    "site line": "网站的文字",
    "space inside a sentence": "句中空格",
    "stray Markdown": "多余的排版符号",
    "table of contents": "目录",
    "watermark": "水印",
}
_ENGLISH: Mapping[str, str] = {"excluded": "speech removed from the index"}


def reason_text(reason: str, language: Language) -> str:
    """A reason in a reader's language; one of a user's own cleaning rules as it stands there."""
    return (_CHINESE if language == "zh" else _ENGLISH).get(reason, reason)


def reason_in_both(reason: str) -> str:
    """A reason in Chinese and English: 页码 page number."""
    return " ".join(dict.fromkeys((reason_text(reason, "zh"), reason_text(reason, "en"))))
