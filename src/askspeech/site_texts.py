"""The words that all pages share, in Chinese and in English."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SiteTexts:
    """The words in one language."""

    page_chat: str
    page_library: str
    page_glance: str
    page_people: str
    busy: str
    start_none: str
    start_none_reader: str
    start_add: str
    start_waiting: str
    start_update: str
    start_building: str
    start_building_note: str
    start_progress: str
    start_not_yet: str
    start_terminal: str


CHINESE_SITE = {
    "page_chat": "提问",
    "page_library": "资料库",
    "page_glance": "一览",
    "page_people": "用户",
    "busy": "系统繁忙，请稍后再试。问题还在输入框里。",
    "start_none": "这里还没有讲话稿。添加讲话稿并更新资料库以后，就可以提问了。",
    "start_none_reader": "这里还没有讲话稿。请联系管理员添加。",
    "start_add": "添加讲话稿",
    "start_waiting": "讲话稿已经收到，还差一步：到“资料库”里点“更新资料库”，整理好后就可以提问了。",
    "start_update": "去更新资料库",
    "start_building": "正在整理讲话稿",
    "start_building_note": "整理好后本页会自动变成可以提问，不用刷新。",
    "start_progress": "进度",
    "start_not_yet": "讲话稿还在整理，好了以后再提问；您的问题留在输入框里。",
    "start_terminal": "熟悉终端的人也可以用命令",
}
ENGLISH_SITE = {
    "page_chat": "Ask",
    "page_library": "Library",
    "page_glance": "At a glance",
    "page_people": "People",
    "busy": "The server is busy. Try again shortly: your question is still in the box.",
    "start_none": "There are no speeches here yet. Add some and update the library; then you can ask.",
    "start_none_reader": "There are no speeches here yet. Ask an administrator to add some.",
    "start_add": "Add speeches",
    "start_waiting": "Your speeches are here. One more step: press “Update the library” in the Library; then you can "
    "ask.",
    "start_update": "To the library",
    "start_building": "The speeches are being prepared",
    "start_building_note": "This page lets you ask as soon as that is done; there is no need to load it again.",
    "start_progress": "Progress",
    "start_not_yet": "The speeches are still being prepared. Your question stays in the box: ask when they are ready.",
    "start_terminal": "In a terminal, a command does the same",
}
