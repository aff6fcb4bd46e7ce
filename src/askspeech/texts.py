"""What the page says of itself, in Chinese and in English."""

from dataclasses import asdict, dataclass

from askspeech.datatypes import Language
from askspeech.export_texts import CHINESE_EXPORT, ENGLISH_EXPORT, ExportTexts
from askspeech.glance_texts import CHINESE_GLANCE, ENGLISH_GLANCE, GlanceTexts
from askspeech.keeping_texts import CHINESE_KEEPING, ENGLISH_KEEPING, KeepingTexts
from askspeech.library_texts import CHINESE_LIBRARY, ENGLISH_LIBRARY, LibraryTexts
from askspeech.people_texts import CHINESE_PEOPLE, ENGLISH_PEOPLE, PeopleTexts
from askspeech.site_texts import CHINESE_SITE, ENGLISH_SITE, SiteTexts
from askspeech.upload_texts import CHINESE_UPLOAD, ENGLISH_UPLOAD, UploadTexts


@dataclass(frozen=True)  # without slots: several bases with slots cannot be joined
class PageTexts(ExportTexts, GlanceTexts, KeepingTexts, LibraryTexts, PeopleTexts, SiteTexts, UploadTexts):
    """The pages' words in one language; `{…}` stands for what is filled in."""

    title: str
    subtitle: str
    conversation: str
    question: str
    question_placeholder: str
    send: str
    stop: str
    welcome: str
    welcome_examples: str
    no_index: str
    missing_index: str
    sources: str
    sources_empty: str
    sources_none: str
    searching: str
    stopped: str
    failed: str
    cut_off: str
    connection_lost: str
    connection_back: str
    nearest: str
    nearest_note: str
    open_place: str
    cited_place: str
    doubt_partly: str
    doubt_not_found: str
    checked: str
    checked_quotes: str
    page: str
    paragraph: str
    line: str
    reader: str
    reader_close: str
    reader_loading: str
    reader_gone: str
    reader_failed: str
    filters: str
    filters_chosen: str
    filters_clear: str
    filter_speech: str
    filter_level: str
    filter_place: str
    filter_year: str
    filter_kind: str
    filter_file: str
    filtered: str
    reader_outline: str
    reader_facts: str
    reader_cited: str
    fact_occasion: str
    fact_date: str
    fact_office: str
    fact_addressed: str
    origin_text: str
    origin_file_name: str
    origin_derived: str
    title_derived: str
    blank_number: str
    blank_place: str
    blank_person: str
    blank_date: str
    blank_unknown: str
    hidden_part: str
    hidden_characters: str
    legend_blanks: str
    legend_hidden: str
    legend_left_out: str
    left_out: str
    reason_page_number: str
    reason_site_line: str
    reason_caption: str
    reason_advertisement: str
    reason_disclaimer: str
    reason_contents: str
    reason_note: str
    reason_repeated: str
    reason_markdown: str
    reason_watermark: str
    reason_outside: str
    reason_running_head: str
    reason_navigation: str
    reason_page_title: str
    why: str
    why_keyword: str
    why_dense: str
    why_late: str
    why_rerank: str
    why_outline: str
    why_speech: str
    why_named: str
    why_copies: str
    why_best: str
    why_score: str
    retry: str
    edit_question: str
    edit_note: str
    edit_cancel: str
    searched_for: str
    searched_too: str
    asked_literally: str
    asked_quotations: str
    search_literally: str
    quotations_only: str
    copy_link: str
    link_copied: str
    link_failed: str
    link_lost: str
    other_language: str
    to_sources: str
    show_earlier: str


CHINESE = PageTexts(
    title="问讲话",
    subtitle="向讲话稿提问，句句有出处",
    conversation="对话",
    question="问题",
    question_placeholder="输入你的问题，按回车提问",
    send="提问",
    stop="停止",
    welcome="想知道讲话里怎么说的？",
    welcome_examples="在下面提问，或从这些问题开始：",
    no_index="现在还不能提问",
    missing_index="这里还没有讲话稿。请在终端运行下面的命令，整理好后本页会自动可用：",
    sources="出处",
    sources_empty="回答引用的讲话会显示在这里。点击回答中的数字，可以在全文里看到原话。",
    sources_none="这个回答没有引文。",
    searching="正在查找……",
    stopped="已停止。",
    failed="出错了，没有得到回答。请再问一次；如果仍然如此，请查看运行本页的终端。",
    cut_off="回答没有做完：本页被关闭或重新载入了，或者连接断了。可以重新回答。",
    connection_lost="与服务器的连接断了，正在重新连接……连上后本页会重新载入；没答完的不算数，问题会留着。",
    connection_back="连接断过，本页已重新载入。没答完的问题可以再问一次。",
    nearest="相近的段落",
    nearest_note="仅供参考，不是回答的依据。",
    open_place="在全文中查看",
    cited_place="引文 {number}",
    doubt_partly="只找到部分依据",
    doubt_not_found="没有找到依据",
    checked="已核对 {sentences} 句，其中 {supported} 句在所引原文中找到依据。",
    checked_quotes="全部是原文，每句可点开核对。",
    page="第 {place} 页",
    paragraph="第 {place} 段",
    line="第 {place} 行",
    reader="讲话全文",
    reader_close="关闭",
    reader_loading="正在打开……",
    reader_gone="这篇讲话已不在资料库里。",
    reader_failed="没能打开这篇讲话。请检查本页的服务是否还在运行，然后再试一次。",
    filters="筛选",
    filters_chosen="筛选（已选 {number} 项）",
    filters_clear="清除筛选",
    filter_speech="讲话",
    filter_level="层级",
    filter_place="地点",
    filter_year="年份",
    filter_kind="类型",
    filter_file="文件",
    filtered="已筛选",
    reader_outline="目录",
    reader_facts="关于这篇讲话",
    reader_cited="引文",
    fact_occasion="场合",
    fact_date="日期",
    fact_office="讲话人职务",
    fact_addressed="讲话对象",
    origin_text="据原文",
    origin_file_name="据文件名",
    origin_derived="推断",
    title_derived="原文无题，这是据内容或文件名拟的",
    blank_number="原文件在这里隐去了数字",
    blank_place="原文件在这里隐去了地名",
    blank_person="原文件在这里隐去了人名",
    blank_date="原文件在这里隐去了日期",
    blank_unknown="原文件在这里隐去了内容",
    hidden_part="原文件在这里缺一部分",
    hidden_characters="原文件在这里缺 {number} 字",
    legend_blanks="隐去的内容 {number} 处",
    legend_hidden="缺失的部分 {number} 处",
    legend_left_out="不属于讲话、检索时略去的文字 {number} 处",
    left_out="检索时略去：{reason}",
    reason_page_number="页码",
    reason_site_line="网站的文字",
    reason_caption="图片说明",
    reason_advertisement="广告",
    reason_disclaimer="声明",
    reason_contents="目录",
    reason_note="编者的话",
    reason_repeated="反复出现的页眉页脚",
    reason_markdown="多余的排版符号",
    reason_watermark="水印",
    reason_outside="讲话以外的文字",
    reason_running_head="页眉页脚",
    reason_navigation="网页导航",
    reason_page_title="网页标题",
    why="为什么是这一段",
    why_keyword="关键词检索排第 {number}",
    why_dense="语义检索排第 {number}",
    why_late="逐词比对排第 {number}",
    why_rerank="重排模型排第 {number}",
    why_outline="列出了几条要点，正合问题所问",
    why_speech="整篇讲话与问题最贴近",
    why_named="问题提到了：{place}",
    why_copies="另有 {number} 处说法相同",
    why_best="综合得分最高",
    why_score="综合得分是最高者的 {number}%",
    retry="重新回答",
    edit_question="修改问题",
    edit_note="正在修改这个问题：在下面改好后提问，会替换它和它的回答。",
    edit_cancel="不改了",
    searched_for="实际检索的是：{question}",
    searched_too="同时检索了对应的中文词：{values}",
    asked_literally="按原话检索",
    asked_quotations="只用讲话原文",
    search_literally="按原话检索",
    quotations_only="只用讲话原文回答，不用对话模型",
    copy_link="复制链接",
    link_copied="链接已复制",
    link_failed="没能复制，请手动复制：",
    link_lost="资料库里没有这些筛选，没有选上：{values}",
    other_language="English",
    to_sources="看出处",
    show_earlier="显示更早的问答",
    **CHINESE_EXPORT,
    **CHINESE_GLANCE,
    **CHINESE_KEEPING,
    **CHINESE_LIBRARY,
    **CHINESE_PEOPLE,
    **CHINESE_SITE,
    **CHINESE_UPLOAD,
)

ENGLISH = PageTexts(
    title="AskSpeech",
    subtitle="Every sentence shows its source",
    conversation="Conversation",
    question="Question",
    question_placeholder="Type your question and press Enter",
    send="Ask",
    stop="Stop",
    welcome="What do the speeches say?",
    welcome_examples="Ask below, or start with one of these:",
    no_index="Not ready for questions yet",
    missing_index="There are no speeches here yet. Run this in a terminal; this page notices when it is done:",
    sources="Sources",
    sources_empty="What an answer cites appears here. Click a number in it to see the words in the speech.",
    sources_none="This answer cites nothing.",
    searching="Searching…",
    stopped="Stopped.",
    failed="Something went wrong; there is no answer. Ask again, or look at the terminal that runs this page.",
    cut_off="The answer was not finished: the page was closed or loaded again, or its connection broke. Answer again.",
    connection_lost="The connection to the server is lost; trying again… Once it is back this page loads again. "
    "An unfinished answer does not count; your question stays.",
    connection_back="The connection was lost for a while, and the page was loaded again. Ask again what has no answer.",
    nearest="Passages that come close",
    nearest_note="Offered for reading; no evidence for an answer.",
    open_place="Open in the speech",
    cited_place="Citation {number}",
    doubt_partly="only partly supported",
    doubt_not_found="no support found",
    checked="{sentences} sentences checked, {supported} of them supported by what they cite.",
    checked_quotes="Quoted word for word; every number opens its place.",
    page="page {place}",
    paragraph="paragraph {place}",
    line="line {place}",
    reader="The whole speech",
    reader_close="Close",
    reader_loading="Opening…",
    reader_gone="This speech is no longer in the library.",
    reader_failed="The speech could not be opened. See whether the server of this page still runs, then try again.",
    filters="Filters",
    filters_chosen="Filters ({number} chosen)",
    filters_clear="Clear filters",
    filter_speech="Speech",
    filter_level="Level",
    filter_place="Place",
    filter_year="Year",
    filter_kind="Kind",
    filter_file="File",
    filtered="Filtered",
    reader_outline="Outline",
    reader_facts="About this speech",
    reader_cited="Cited",
    fact_occasion="Occasion",
    fact_date="Date",
    fact_office="Speaker’s office",
    fact_addressed="Addressed to",
    origin_text="from the text",
    origin_file_name="from the file’s name",
    origin_derived="derived",
    title_derived="The text is untitled; it is named after its content or its file",
    blank_number="The file has blanked out a figure here",
    blank_place="The file has blanked out a place here",
    blank_person="The file has blanked out a name here",
    blank_date="The file has blanked out a date here",
    blank_unknown="The file has blanked something out here",
    hidden_part="The file lacks a part here",
    hidden_characters="The file lacks {number} characters here",
    legend_blanks="{number} blanked out",
    legend_hidden="{number} missing parts",
    legend_left_out="{number} stretches that are not the speaker’s, left out of the search",
    left_out="Left out of the search: {reason}",
    reason_page_number="page number",
    reason_site_line="a site’s own line",
    reason_caption="caption",
    reason_advertisement="advertisement",
    reason_disclaimer="disclaimer",
    reason_contents="table of contents",
    reason_note="editor’s note",
    reason_repeated="repeated line",
    reason_markdown="stray Markdown",
    reason_watermark="watermark",
    reason_outside="outside the speeches",
    reason_running_head="running head",
    reason_navigation="page navigation",
    reason_page_title="title of the web page",
    why="Why this passage",
    why_keyword="number {number} by keywords",
    why_dense="number {number} by meaning",
    why_late="number {number} word against word",
    why_rerank="number {number} by the reranker",
    why_outline="lists several points, as the question asks for",
    why_speech="the speech as a whole fits the question best",
    why_named="the question names: {place}",
    why_copies="{number} other places say the same",
    why_best="the best score of all",
    why_score="scores {number}% of the best",
    retry="Answer again",
    edit_question="Edit the question",
    edit_note="You are editing this question: change it below and ask; it and its answer are replaced.",
    edit_cancel="Leave it",
    searched_for="Searched for: {question}",
    searched_too="Searched for the Chinese of it, too: {values}",
    asked_literally="Searched as typed",
    asked_quotations="Speeches’ own words only",
    search_literally="Search for what I typed",
    quotations_only="Answer with the speeches’ own words only, without the chat model",
    copy_link="Copy link",
    link_copied="Link copied",
    link_failed="Could not copy; copy it by hand:",
    link_lost="The library does not have these filters, so they are not chosen: {values}",
    other_language="中文",
    to_sources="See the sources",
    show_earlier="Show earlier questions and answers",
    **ENGLISH_EXPORT,
    **ENGLISH_GLANCE,
    **ENGLISH_KEEPING,
    **ENGLISH_LIBRARY,
    **ENGLISH_PEOPLE,
    **ENGLISH_SITE,
    **ENGLISH_UPLOAD,
)

TEXTS: dict[Language, PageTexts] = {"zh": CHINESE, "en": ENGLISH}

LANGUAGE_COOKIE = "askspeech_language"
"""What the page's script keeps the chosen language in."""


def page_texts(language: Language) -> PageTexts:
    """The page's words in that language."""
    return TEXTS[language]


def language_of_reader(accept_language: str | None, cookies: str | None = None) -> Language:
    """The language to address a reader in: the one that was chosen on the page, kept in a cookie, else the browser's.

    The browser's is the first that `Accept-Language` names; Chinese where it names none.

    Empty elements of the list name none (RFC 9110, 5.6.1), nor does `*`, any language at all (RFC 4647, 2.1).
    """
    for name, _, value in (pair.strip().partition("=") for pair in (cookies or "").split(";")):
        if name == LANGUAGE_COOKIE and (chosen := next((one for one in TEXTS if one == value), None)):
            return chosen
    ranges = (element.partition(";")[0].strip().lower() for element in (accept_language or "").split(","))
    first = next((name for name in ranges if name not in ("", "*")), "zh")
    return "zh" if first.startswith("zh") else "en"


def translations() -> dict[str, dict[str, str]]:
    """All words by locale, as Gradio's and the page script's translations want them."""
    return {language: asdict(texts) for language, texts in TEXTS.items()}
