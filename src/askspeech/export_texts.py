"""The page's words for taking answers along, in Chinese and in English."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExportTexts:
    """The words in one language; `{…}` stands for what is filled in."""

    copy_answer: str
    answer_copied: str
    answer_not_copied: str
    export: str
    export_heading: str
    export_what: str
    export_answer: str
    export_conversation: str
    export_unsupported: str
    export_word: str
    export_markdown: str
    export_close: str
    export_making: str
    export_done: str
    export_failed: str
    export_no_answer: str
    export_title: str
    export_note: str
    export_untitled: str
    export_partly: str
    export_not_found: str
    export_filtered: str
    export_left_out: str
    export_unfinished: str
    export_speech: str
    export_says: str


CHINESE_EXPORT = {
    "copy_answer": "复制（含脚注）",
    "answer_copied": "回答和出处已复制",
    "answer_not_copied": "没能复制，请选中回答的文字后手动复制。",
    "export": "导出",
    "export_heading": "导出回答和出处",
    "export_what": "导出什么",
    "export_answer": "这个回答",
    "export_conversation": "整个对话",
    "export_unsupported": "也导出没有找到依据的句子（会标明）",
    "export_word": "Word 文档（.docx）",
    "export_markdown": "Markdown 文本（.md）",
    "export_close": "关闭",
    "export_making": "正在生成……",
    "export_done": "已导出：{name}",
    "export_failed": "没能导出：{reason}",
    "export_no_answer": "这个对话里没有第 {number} 个回答。请重新载入本页再导出。",
    "export_title": "提问记录（{number} 个问题）",
    "export_note": "《{title}》{untitled}，见 {file}，{place}：“{quote}”",
    "export_untitled": "（原文无题，据内容或文件名拟）",
    "export_partly": "（只找到部分依据）",
    "export_not_found": "（没有找到依据）",
    "export_filtered": "筛选：{filters}",
    "export_left_out": "另有 {number} 句没有找到依据，没有导出。",
    "export_unfinished": "这个回答没有做完。",
    "export_speech": "讲话",
    "export_says": "讲到的内容",
}
ENGLISH_EXPORT = {
    "copy_answer": "Copy with footnotes",
    "answer_copied": "Answer and sources copied",
    "answer_not_copied": "Could not copy; select the words of the answer and copy them by hand.",
    "export": "Export",
    "export_heading": "Export with sources",
    "export_what": "What to export",
    "export_answer": "This answer",
    "export_conversation": "The whole conversation",
    "export_unsupported": "Also sentences without support (they are marked)",
    "export_word": "Word document (.docx)",
    "export_markdown": "Markdown (.md)",
    "export_close": "Close",
    "export_making": "Making it…",
    "export_done": "Exported: {name}",
    "export_failed": "Could not export: {reason}",
    "export_no_answer": "This conversation has no answer {number}. Load this page again, then export.",
    "export_title": "Questions and answers ({number})",
    "export_note": "“{title}”{untitled}, {file}, {place}: “{quote}”",
    "export_untitled": "(untitled; named after its content or file)",
    "export_partly": "(only partly supported)",
    "export_not_found": "(no support found)",
    "export_filtered": "Filters: {filters}",
    "export_left_out": "Sentences without support that were left out: {number}.",
    "export_unfinished": "This answer was not finished.",
    "export_speech": "Speech",
    "export_says": "What it says",
}
