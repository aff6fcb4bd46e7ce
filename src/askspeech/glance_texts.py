"""The words of the page that shows a corpus at a glance, in Chinese and in English."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GlanceTexts:
    """The words in one language; `{…}` stands for what is filled in."""

    glance_term: str
    glance_term_placeholder: str
    glance_find: str
    glance_loading: str
    glance_corpus: str
    glance_found: str
    glance_none: str
    glance_back: str
    glance_by: str
    glance_by_fact: str
    glance_measure: str
    glance_uses: str
    glance_rate: str
    glance_using: str
    glance_speeches: str
    glance_characters: str
    glance_most: str
    glance_most_of: str
    glance_untold: str
    glance_untold_fact: str
    glance_table: str
    glance_table_only: str
    glance_chart: str
    glance_right: str
    glance_right_empty: str
    glance_right_term: str
    glance_listed: str
    glance_listed_uses: str
    glance_ask: str
    glance_ask_one: str
    glance_library: str
    glance_open_speech: str
    glance_times: str
    glance_outside: str
    glance_more: str
    glance_gone: str
    glance_not_yet: str


CHINESE_GLANCE = {
    "glance_term": "用词",
    "glance_term_placeholder": "输入一个词，例如“营商环境”，看哪些讲话、什么时候用到它",
    "glance_find": "查看这个词",
    "glance_loading": "正在统计……",
    "glance_not_yet": "现在还没有可以统计的讲话",
    "glance_corpus": "共 {speeches} 篇讲话，{characters} 字。点击任何一条，就会列出相应的讲话。",
    "glance_found": "“{term}”在 {using} 篇讲话里用了 {uses} 次，平均每万字 {rate} 次（共查了 {speeches} 篇讲话）。",
    "glance_none": "没有讲话用到“{term}”（共查了 {speeches} 篇）。全角半角、大小写、简繁体都算同一个词。",
    "glance_back": "回到全部讲话",
    "glance_by": "分组：",
    "glance_by_fact": "按{fact}",
    "glance_measure": "数字：",
    "glance_uses": "次数",
    "glance_rate": "每万字次数",
    "glance_using": "用到的讲话",
    "glance_speeches": "讲话篇数",
    "glance_characters": "字数",
    "glance_most": "用得最多的讲话",
    "glance_most_of": "用得最多的 {number} 篇讲话（共 {speeches} 篇）",
    "glance_untold": "没有标明",
    "glance_untold_fact": "没有标明{fact}的另有：{number}",
    "glance_table": "看表格",
    "glance_table_only": "另有 {number} 项只列在表格里。",
    "glance_chart": "{title}：条形图。下面的表格里是同样的数字和链接。",
    "glance_right": "讲话和段落",
    "glance_right_empty": "点击图中的任何一条，或者表格里的链接，这里会列出相应的讲话。",
    "glance_right_term": "点击图中的任何一条，或者表格里的链接，这里会列出用到这个词的段落。",
    "glance_listed": "{speeches} 篇讲话",
    "glance_listed_uses": "{speeches} 篇讲话，{uses} 次",
    "glance_ask": "就这些讲话提问",
    "glance_ask_one": "就这篇提问",
    "glance_library": "在资料库里看",
    "glance_open_speech": "看全文",
    "glance_times": "{number} 次",
    "glance_outside": "题目，或者段落以外的文字",
    "glance_more": "再列一些（还有 {number} 处）",
    "glance_gone": "资料库里没有这样的讲话。",
}

ENGLISH_GLANCE = {
    "glance_term": "Term",
    "glance_term_placeholder": "Type a term to see which speeches use it, and when",
    "glance_find": "Find this term",
    "glance_loading": "Counting…",
    "glance_not_yet": "No speeches to look at yet",
    "glance_corpus": "{speeches} speeches, {characters} characters. Click a bar to list its speeches.",
    "glance_found": "“{term}” is used {uses} times in {using} of {speeches} speeches, {rate} times per 10,000 "
    "characters.",
    "glance_none": "None of {speeches} speeches uses “{term}”. Width, case and traditional characters make "
    "no difference.",
    "glance_back": "Back to all speeches",
    "glance_by": "Group:",
    "glance_by_fact": "By {fact}",
    "glance_measure": "Figures:",
    "glance_uses": "Uses",
    "glance_rate": "Uses per 10,000 characters",
    "glance_using": "Speeches that use it",
    "glance_speeches": "Speeches",
    "glance_characters": "Characters",
    "glance_most": "Speeches that use it most",
    "glance_most_of": "The {number} speeches that use it most, of {speeches}",
    "glance_untold": "not stated",
    "glance_untold_fact": "{fact} not stated: {number}",
    "glance_table": "As a table",
    "glance_table_only": "{number} more are in the table only.",
    "glance_chart": "{title}: a bar chart. The table below it has the same figures and links.",
    "glance_right": "Speeches and passages",
    "glance_right_empty": "Click a bar of a chart, or a link of a table, to list its speeches here.",
    "glance_right_term": "Click a bar of a chart, or a link of a table, to list the passages that use the term here.",
    "glance_listed": "Speeches: {speeches}",
    "glance_listed_uses": "Speeches: {speeches}, uses: {uses}",
    "glance_ask": "Ask about these speeches",
    "glance_ask_one": "Ask about it",
    "glance_library": "See it in the library",
    "glance_open_speech": "Read it",
    "glance_times": "uses: {number}",
    "glance_outside": "The title, or text outside the passages",
    "glance_more": "List more ({number} left)",
    "glance_gone": "The library has no such speech.",
}
