"""The page's words for kept conversations and for what readers think, in Chinese and in English."""

from dataclasses import dataclass


@dataclass(frozen=True)
class KeepingTexts:
    """The words in one language; `{…}` stands for what is filled in."""

    keeping: str
    keeping_show: str
    keeping_off: str
    new_conversation: str
    search_conversations: str
    conversations_kept: str
    conversations_none: str
    conversations_unfound: str
    conversations_more: str
    rename: str
    new_title: str
    save: str
    cancel: str
    delete: str
    delete_really: str
    delete_confirm: str
    not_kept: str
    place_gone: str
    places_gone: str
    cited_right: str
    cited_wrong: str
    comment: str
    comment_given: str
    thumb_up: str
    thumb_down: str


CHINESE_KEEPING = {
    "keeping": "对话记录",
    "keeping_show": "显示或收起对话记录",
    "keeping_off": "对话不会保存：服务器没有可以写入的数据文件夹。在服务器停止之前，重新载入本页还能看到这个对话。",
    "new_conversation": "新对话",
    "search_conversations": "搜索对话",
    "conversations_kept": "保存的对话",
    "conversations_none": "还没有保存的对话。提问之后，对话会保存在这里。",
    "conversations_unfound": "没有找到这样的对话。",
    "conversations_more": "更多",
    "rename": "改名",
    "new_title": "新的名称",
    "save": "保存",
    "cancel": "取消",
    "delete": "删除",
    "delete_really": "删除这个对话？删除后不能恢复。",
    "delete_confirm": "确定删除",
    "not_kept": "这个回答没能保存：{reason}",
    "place_gone": "这处原文已不在资料库里；这里是引用时的原话。",
    "places_gone": "有 {number} 处引文所在的讲话已从资料库移除或改动过，那里只有引用时的原话，不能再点开核对。",
    "cited_right": "引得对",
    "cited_wrong": "引得不对",
    "comment": "你的意见（可以不写）",
    "comment_given": "意见：{reason}",
    "thumb_up": "回答得好",
    "thumb_down": "回答得不好",
}


ENGLISH_KEEPING = {
    "keeping": "Conversations",
    "keeping_show": "Show or hide the conversations",
    "keeping_off": "Conversations are not kept: the server has no data folder that it can write. Until it stops, "
    "loading this page again still shows this one.",
    "new_conversation": "New conversation",
    "search_conversations": "Search conversations",
    "conversations_kept": "Kept conversations",
    "conversations_none": "Nothing is kept yet. Your conversations will be here once you have asked.",
    "conversations_unfound": "No conversation has these words.",
    "conversations_more": "More",
    "rename": "Rename",
    "new_title": "New title",
    "save": "Save",
    "cancel": "Cancel",
    "delete": "Delete",
    "delete_really": "Delete this conversation? It cannot be brought back.",
    "delete_confirm": "Delete for good",
    "not_kept": "This answer could not be kept: {reason}",
    "place_gone": "The library no longer has this place; these are the words as they were quoted.",
    "places_gone": "The library no longer has {number} of the places cited, as their speeches were removed or changed: "
    "what stands here are the words as they were quoted, which can no longer be looked up.",
    "cited_right": "Right",
    "cited_wrong": "Wrong",
    "comment": "Your comment (optional)",
    "comment_given": "Comment: {reason}",
    "thumb_up": "Good answer",
    "thumb_down": "Bad answer",
}
