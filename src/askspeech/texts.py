"""What the page says of itself, in Chinese and in English."""

from dataclasses import asdict, dataclass

from askspeech.datatypes import Language


@dataclass(frozen=True, slots=True)
class PageTexts:
    """The page's words in one language; `{…}` stands for what is filled in."""

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
    nearest: str
    nearest_note: str
    open_place: str
    cited_place: str
    doubt_partly: str
    doubt_not_found: str
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
    missing_index="这里还没有索引。请在终端运行下面的命令建立索引，建好后本页会自动可用：",
    sources="出处",
    sources_empty="回答引用的讲话会显示在这里。点击回答中的数字，可以在全文里看到原话。",
    sources_none="这个回答没有引文。",
    searching="正在查找……",
    stopped="已停止。",
    failed="出错了，没有得到回答。请再问一次；如果仍然如此，请查看运行本页的终端。",
    nearest="相近的段落",
    nearest_note="仅供参考，不是回答的依据。",
    open_place="在全文中查看",
    cited_place="引文 {number}",
    doubt_partly="只找到部分依据",
    doubt_not_found="没有找到依据",
    page="第 {place} 页",
    paragraph="第 {place} 段",
    line="第 {place} 行",
    reader="讲话全文",
    reader_close="关闭",
    reader_loading="正在打开……",
    reader_gone="这篇讲话已不在当前的索引里。",
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
)

ENGLISH = PageTexts(
    title="AskSpeech",
    subtitle="Ask the speeches; every sentence shows its source",
    conversation="Conversation",
    question="Question",
    question_placeholder="Type your question and press Enter",
    send="Ask",
    stop="Stop",
    welcome="What do the speeches say?",
    welcome_examples="Ask below, or start with one of these:",
    no_index="No questions yet",
    missing_index="There is no index yet. Build one in a terminal; this page notices when it is ready:",
    sources="Sources",
    sources_empty="What an answer cites appears here. Click a number in it to see the words in the speech.",
    sources_none="This answer cites nothing.",
    searching="Searching…",
    stopped="Stopped.",
    failed="Something went wrong; there is no answer. Ask again, or look at the terminal that runs this page.",
    nearest="Passages that come close",
    nearest_note="Offered for reading; no evidence for an answer.",
    open_place="Open in the speech",
    cited_place="Citation {number}",
    doubt_partly="only partly supported",
    doubt_not_found="no support found",
    page="page {place}",
    paragraph="paragraph {place}",
    line="line {place}",
    reader="The whole speech",
    reader_close="Close",
    reader_loading="Opening…",
    reader_gone="This speech is no longer in the current index.",
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
)

TEXTS: dict[Language, PageTexts] = {"zh": CHINESE, "en": ENGLISH}


def page_texts(language: Language) -> PageTexts:
    """The page's words in that language."""
    return TEXTS[language]


def language_of_reader(accept_language: str | None) -> Language:
    """The language to address a reader in, the first that `Accept-Language` names; Chinese where it names none.

    Empty elements of the list name none (RFC 9110, 5.6.1), nor does `*`, any language at all (RFC 4647, 2.1).
    """
    ranges = (element.partition(";")[0].strip().lower() for element in (accept_language or "").split(","))
    first = next((name for name in ranges if name not in ("", "*")), "zh")
    return "zh" if first.startswith("zh") else "en"


def translations() -> dict[str, dict[str, str]]:
    """All words by locale, as Gradio's and the page script's translations want them."""
    return {language: asdict(texts) for language, texts in TEXTS.items()}
