"""Kept conversations on the page, without a browser: what is kept and comes back, the list, what readers think."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest
from hypothesis import given, settings
from tests import fakes, kept
from tests.signed import asked_by

from askspeech.answer_rendering import AnswerView
from askspeech.chat import Conversation, Exchange
from askspeech.chat_keeping import REMEMBERED, exchange_of, turn_to_keep
from askspeech.chat_page import Handlers
from askspeech.conversations import LOCAL_OWNER, Conversations
from askspeech.errors import DataError, DiskError, StoreMissingError
from askspeech.keeping import Judgement, KeptTurn, turn_of
from askspeech.keeping_panel import LISTED, NEW, KeepingHandlers, pointed
from askspeech.live_index import LiveIndex, Opened
from askspeech.texts import CHINESE, ENGLISH

READER = cast(gr.Request, SimpleNamespace(session_hash="zh", headers={"accept-language": "zh-CN"}))
ENGLISH_READER = cast(gr.Request, SimpleNamespace(session_hash="en", headers={"accept-language": "en"}))
COMMAND = "askspeech build FOLDER"


@pytest.fixture
def store(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "data")


@pytest.fixture
def page(store: Conversations) -> Handlers:
    return handlers(store)


def handlers(
    store: Conversations | None, index: fakes.FakeIndex | None = None, answers: fakes.FakeAnswers | None = None
) -> Handlers:
    opened = Opened(index or fakes.FakeIndex(), answers or fakes.FakeAnswers())
    return Handlers(LiveIndex(lambda: opened), COMMAND, store)


def ask(page: Handlers, question: str, conversation: Conversation | None = None, reader: gr.Request = READER) -> Any:
    """What the page shows at the end of an answer, and its conversation."""
    return list(page.ask(question, conversation or Conversation(), reader))[-1]


def turns(store: Conversations, conversation: Conversation) -> Sequence[KeptTurn]:
    return store.get(LOCAL_OWNER, conversation.id).turns


def listed(page: Handlers, conversation: Conversation | None = None, search: str = "", limit: int = LISTED) -> Any:
    return page.kept.listed(conversation or Conversation(), search, limit, READER)


def choices(listing: Any) -> list[tuple[str, str]]:
    return [(shown.partition("\n")[0], identity) for shown, identity in listing[0]["choices"]]


def liked(turn: int, said: bool | str) -> gr.LikeData:
    return gr.LikeData(None, {"index": 2 * turn + 1, "value": "", "liked": said})


def test_an_answer_is_kept_when_it_is_done_and_comes_back_as_it_was(page: Handlers, store: Conversations) -> None:
    shown = ask(page, fakes.DEBTS.question)
    conversation = shown[3]
    assert conversation.id and conversation.exchanges[0].kept
    (turn,) = turns(store, conversation)
    assert (turn.text, turn.citations, turn.state) == (fakes.DEBTS.text, fakes.DEBTS.citations, "done")
    assert turn.generation == fakes.FakeIndex().generation and turn.asked_at > 1e9
    restored = handlers(store).kept.opened(f"{conversation.id} 1", READER)
    contents = [[message["content"] for message in update[0]["value"]] for update in (restored, shown)]
    assert contents[0] == contents[1]
    assert restored[1] == shown[1]


def test_a_conversation_goes_on_with_what_was_kept_as_its_history(page: Handlers, store: Conversations) -> None:
    first = ask(page, fakes.DEBTS.question)[3]
    answers = fakes.FakeAnswers()
    later = handlers(store, answers=answers)
    conversation = later.kept.opened(first.id, READER)[3]
    last = ask(later, fakes.OFFICERS.question, cast(Conversation, conversation))[3]
    assert answers.histories == [(turn_of(turns(store, first)[0]),)]
    assert last.id == first.id and len(turns(store, last)) == 2


def test_what_was_stopped_or_failed_is_kept_too(page: Handlers, store: Conversations) -> None:
    running = Conversation((Exchange("问", AnswerView(text="一半", citations=(fakes.LEDGER,)), asked_at=1.0),))
    stopped = cast(Conversation, page.stopped(running, READER)[3])
    failed = cast(Conversation, page.failed(stopped.asked("defect"), READER)[3])
    first, second = turns(store, failed)
    assert (first.state, first.text, first.citations, first.outcome) == ("stopped", "一半", (fakes.LEDGER,), None)
    assert (second.state, second.question) == ("failed", "defect")
    shown = page.kept.opened(failed.id, READER)[0]["value"]
    assert CHINESE.stopped in shown[1]["content"] and CHINESE.failed[:10] in shown[3]["content"]


def test_why_there_was_no_answer_is_kept(store: Conversations) -> None:
    def missing() -> Opened:
        raise StoreMissingError("There is no index.")

    page = Handlers(LiveIndex(missing), COMMAND, store)
    conversation = ask(page, "问题")[3]
    (turn,) = turns(store, conversation)
    assert (turn.state, turn.problem) == ("failed", "There is no index.")
    assert "资料库还是空的" in page.kept.opened(conversation.id, READER)[0]["value"][1]["content"]


def test_an_answer_is_kept_where_the_page_was_left_meanwhile(store: Conversations) -> None:
    page = handlers(store, answers=fakes.FakeAnswers(gate=threading.Event()))
    steps = page.ask(fakes.DEBTS.question, Conversation(), READER)
    for _ in range(2):
        next(steps)
    cast(Any, steps).close()
    (summary,) = store.list(LOCAL_OWNER)
    (turn,) = store.get(LOCAL_OWNER, summary.id).turns
    assert (turn.question, turn.state) == (fakes.DEBTS.question, "stopped")

    (content,) = (message["content"] for message in page.kept.opened(summary.id, READER)[0]["value"][1:])
    assert CHINESE.cut_off in content and CHINESE.stopped in content


def test_a_page_that_is_gone_ends_its_answer_even_where_that_says_nothing(store: Conversations) -> None:
    gate = threading.Event()
    page = handlers(store, answers=fakes.FakeAnswers(gate=gate))
    steps = page.ask(fakes.DEBTS.question, Conversation(), READER)
    begun = [next(steps)[3], next(steps)[3]]
    assert {cast(Conversation, one).id for one in begun} != {""}, "it has its id from the beginning"
    leaving = threading.Thread(target=page.left, args=(READER,))
    leaving.start()
    last = list(steps)[-1]
    leaving.join(10)
    assert CHINESE.cut_off in cast(Any, last[0])["value"][1]["content"]
    (summary,) = store.list(LOCAL_OWNER)
    assert summary.id == cast(Conversation, begun[0]).id
    assert store.get(LOCAL_OWNER, summary.id).turns[0].state == "stopped"
    page.left(ENGLISH_READER)  # a page that nothing was asked on


def test_how_it_was_asked_and_what_leads_on_come_back(page: Handlers, store: Conversations) -> None:
    first = ask(page, fakes.OFFICERS.question)[3]
    last = [*page.literally(first, "", READER, [], [], [], [], [], [], True)][-1]
    again = handlers(store).kept.opened(first.id, READER)
    (exchange,) = cast(Conversation, again[3]).exchanges
    assert (exchange.literal, exchange.quotations) == (True, True)
    assert [one["value"] for one in again[0]["value"][-1]["options"]] == list(exchange.suggestions)
    assert fakes.DEBTS.question in exchange.suggestions
    content = again[0]["value"][-1]["content"]
    assert CHINESE.asked_literally in content and CHINESE.asked_quotations in content
    assert last[0]["value"] == again[0]["value"]  # type: ignore[index]


def test_what_renames_and_deletes_is_not_below_what_was_found_elsewhere(page: Handlers) -> None:
    conversation = ask(page, fakes.DEBTS.question)[3]
    ask(page, fakes.OFFICERS.question)
    assert listed(page, conversation)[3]["visible"] is True
    assert listed(page, conversation, "拖欠")[3]["visible"] is True
    assert listed(page, conversation, "服务专员做什么")[3]["visible"] is False


def test_without_a_store_nothing_is_kept_and_the_page_says_so() -> None:
    page = handlers(None)
    shown = ask(page, fakes.DEBTS.question)
    assert "as-judge" not in shown[1]["value"] and "as-unkept" not in shown[0]["value"][1]["content"]
    listing = listed(page, shown[3])
    assert CHINESE.keeping_off in listing[1]["value"] and listing[3]["visible"] is False


def test_without_a_store_the_server_remembers_the_latest() -> None:
    page = handlers(None)
    first = ask(page, fakes.DEBTS.question)
    assert listed(page, first[3])[6]["value"] == first[3].id, "for the page's address"
    again = page.kept.opened(f"{first[3].id} 1", ENGLISH_READER)
    assert again[3] == first[3] and CHINESE.cut_off not in again[0]["value"][1]["content"]
    assert page.keeping.known(Conversation(), first[3].id, READER) == first[3]
    later = [ask(page, fakes.OFFICERS.question)[3].id for _ in range(REMEMBERED)]
    assert "as-problem" in page.kept.opened(f"{first[3].id} 2", READER)[0]["value"][0]["content"]
    assert page.kept.opened(f"{later[0]} 3", READER)[3].id == later[0]  # type: ignore[union-attr]
    anew = handlers(None)
    assert anew.keeping.known(Conversation(), later[0], READER) == Conversation(), "another server knows nothing of it"


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[Path]:
    """A file where the folder of conversations should be."""
    there = tmp_path / "data"
    there.write_text("in the way")
    yield there


def test_what_cannot_be_kept_stays_says_why_and_is_kept_later(broken: Path) -> None:
    store = Conversations(broken)
    page = handlers(store)
    shown = ask(page, fakes.DEBTS.question)
    content = shown[0]["value"][1]["content"]
    assert 'class="as-unkept"' in content and CHINESE.not_kept.partition("：")[0] in content
    assert "as-cite" in content and shown[3].exchanges[0].answer == fakes.DEBTS
    broken.unlink()
    again = ask(page, fakes.OFFICERS.question, shown[3])
    assert [turn.question for turn in turns(store, again[3])] == [fakes.DEBTS.question, fakes.OFFICERS.question]
    assert "as-unkept" not in "".join(message["content"] for message in again[0]["value"])


def test_a_write_that_fails_half_way_keeps_nothing_twice(
    page: Handlers, store: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = Conversations.append, []

    def failing(self: Conversations, owner: str, identity: str, turn: KeptTurn, *, at: int | None = None) -> int:
        calls.append(turn.question)
        if len(calls) in (1, 3):
            raise DataError("The disk is away.")
        return real(self, owner, identity, turn, at=at)

    monkeypatch.setattr(Conversations, "append", failing)
    one = ask(page, fakes.DEBTS.question)[3]
    two = ask(page, fakes.OFFICERS.question, one)[3]
    assert [exchange.unkept for exchange in two.exchanges] == ["", "The disk is away."]
    three = ask(page, fakes.WEATHER.question, two)[3]
    assert len(turns(store, three)) == 3 and all(exchange.kept for exchange in three.exchanges)


def test_two_pages_on_one_conversation_do_not_destroy_each_other(page: Handlers, store: Conversations) -> None:
    first = ask(page, fakes.DEBTS.question)[3]
    other = handlers(store)
    ask(other, fakes.OFFICERS.question, cast(Conversation, other.kept.opened(first.id, READER)[3]))
    later = ask(page, fakes.WEATHER.question, first)
    asked = [fakes.DEBTS.question, fakes.OFFICERS.question, fakes.WEATHER.question]
    assert [turn.question for turn in turns(store, first)] == asked
    assert [exchange.question for exchange in later[3].exchanges] == asked, "the later one shows a fresh copy"
    assert len(later[0]["value"]) == 6


def test_what_is_asked_after_a_deletion_elsewhere_begins_anew(page: Handlers, store: Conversations) -> None:
    first = ask(page, fakes.DEBTS.question)[3]
    store.delete(LOCAL_OWNER, first.id)
    later = ask(page, fakes.OFFICERS.question, first)[3]
    assert later.id != first.id
    assert [exchange.question for exchange in later.exchanges] == [fakes.OFFICERS.question]
    assert [turn.question for turn in turns(store, later)] == [fakes.OFFICERS.question]


def test_a_question_asked_again_takes_the_place_of_the_first(page: Handlers, store: Conversations) -> None:
    both = ask(page, fakes.OFFICERS.question, ask(page, fakes.DEBTS.question)[3])[3]
    again = ask(page, fakes.WEATHER.question, both.before(1))[3]
    assert [turn.question for turn in turns(store, again)] == [fakes.DEBTS.question, fakes.WEATHER.question]
    ask(page, fakes.OFFICERS.question, again)
    assert len(turns(store, again)) == 3


def test_the_server_knows_a_page_again_that_it_has_forgotten(page: Handlers, store: Conversations) -> None:
    first = ask(page, fakes.DEBTS.question)[3]
    restarted = handlers(store)
    known = restarted.keeping.known(Conversation(), first.id, READER)
    assert [exchange.question for exchange in known.exchanges] == [fakes.DEBTS.question]
    for current in ("", NEW, "0" * 32):
        assert restarted.keeping.known(Conversation(), current, READER) == Conversation()
    assert restarted.keeping.known(first, "0" * 32, READER) is first


def test_places_that_have_gone_say_so_with_their_words(page: Handlers, store: Conversations) -> None:
    kept_one = ask(page, fakes.DEBTS.question)[3]
    index = fakes.FakeIndex(text=fakes.TEXT.replace("九月底", "十月底"))
    shown = handlers(store, index).kept.opened(kept_one.id, READER)
    content, sources = shown[0]["value"][1]["content"], shown[1]["value"]
    assert content.count('class="as-cite as-gone"') == 1 and content.count('class="as-cite"') == 3
    assert sources.count('class="as-gone"') == 1 and CHINESE.place_gone in sources
    assert f"<mark>{fakes.LEDGER.quote}</mark>" in sources and sources.count('class="as-open"') == 3
    numbers = [citation.number for citation in cast(Conversation, shown[3]).exchanges[0].view.citations]
    assert numbers == [1, 2, 3, 4]


def test_without_an_index_a_conversation_is_shown_with_its_words(page: Handlers, store: Conversations) -> None:
    kept_one = ask(page, fakes.DEBTS.question)[3]
    shown = handlers(store, fakes.FakeIndex(gone=True)).kept.opened(kept_one.id, READER)
    assert "as-gone" not in shown[0]["value"][1]["content"]
    assert fakes.LEDGER.quote in shown[1]["value"]


def test_an_address_of_nothing_says_so(page: Handlers) -> None:
    shown = page.kept.opened("0" * 32 + " 3", READER)
    assert "as-problem" in shown[0]["value"][0]["content"]
    content = shown[0]["value"][0]["content"]
    assert "属于其他用户" in content and "no conversation" not in content
    english = page.kept.opened("0" * 32 + " 3", asked_by("reader", "local", accept_language="en"))
    assert "another user" in english[0]["value"][0]["content"] and "对话" not in english[0]["value"][0]["content"]
    assert page.kept.opened("", READER) == (gr.skip(),) * 4
    assert page.kept.opened(f"{NEW} 4", READER)[3] == Conversation()


def test_the_list_is_newest_first_and_grows(page: Handlers) -> None:
    for number in range(LISTED + 2):
        conversation = ask(page, f"第{number}个问题")[3]
    listing = listed(page, conversation)
    assert [title for title, _ in choices(listing)[:2]] == [f"第{LISTED + 1}个问题", f"第{LISTED}个问题"]
    assert len(choices(listing)) == LISTED and listing[2]["visible"] is True
    assert listing[0]["value"] == conversation.id == listing[6]["value"]
    longer = page.kept.more(conversation, "", LISTED, READER)
    assert len(choices(longer)) == LISTED + 2 and longer[2]["visible"] is False and longer[-1] == 2 * LISTED


def test_searching_finds_words_of_answers(page: Handlers) -> None:
    ask(page, fakes.DEBTS.question)
    ask(page, fakes.OFFICERS.question)
    found = page.kept.searched(Conversation(), "没有预算", READER)
    assert [title for title, _ in choices(found)] == [fakes.DEBTS.question]
    nothing = page.kept.searched(Conversation(), "火星", READER)
    assert choices(nothing) == [] and CHINESE.conversations_unfound in nothing[1]["value"]


def test_titles_in_the_list_are_one_line_of_text(page: Handlers) -> None:
    for payload in fakes.HOSTILE:
        ask(page, payload)
    for shown, _ in listed(page)[0]["choices"]:
        assert shown.count("\n") == 1 and "__i18n__" not in shown and "\x00" not in shown


def test_renaming(page: Handlers, store: Conversations) -> None:
    conversation = ask(page, fakes.DEBTS.question)[3]
    visible, title, _ = page.keeping.renaming(conversation, READER)
    assert (visible["visible"], title["value"]) == (True, fakes.DEBTS.question)
    page.keeping.renamed("  欠款  ", conversation, READER)
    assert choices(listed(page, conversation)) == [("欠款", conversation.id)]


def test_deleting_shows_a_new_conversation(page: Handlers, store: Conversations) -> None:
    conversation = ask(page, fakes.DEBTS.question)[3]
    shown = page.kept.deleted(conversation, READER)
    assert shown[3] == Conversation() and store.list(LOCAL_OWNER) == ()
    with pytest.warns(UserWarning):
        assert page.kept.deleted(Conversation(), READER) == (gr.skip(),) * 4


def test_a_damaged_file_is_named_in_the_list_and_the_page_works(page: Handlers, store: Conversations) -> None:
    conversation = ask(page, fakes.DEBTS.question)[3]
    store.path.write_bytes(b"no database" * 500)
    said = listed(page, conversation)[1]["value"]
    assert "暂时无法使用" in said and "cannot be" not in said and store.path.name not in said
    shown = ask(page, fakes.OFFICERS.question, conversation)
    assert "as-unkept" in shown[0]["value"][3]["content"] and "as-unkept" not in shown[0]["value"][1]["content"]


def test_a_thumb_is_of_the_answer_that_is_shown_where_earlier_ones_are_folded_away(
    page: Handlers, store: Conversations
) -> None:
    identity = store.create(LOCAL_OWNER)
    for _ in range(25):
        store.append(LOCAL_OWNER, identity, kept.OFFICERS_TURN)
    conversation = page.kept.opened(identity, READER)[3]
    chatbot, *_ = page.kept.liked(liked(1, True), cast(Conversation, conversation), NEW, READER)
    assert chatbot["feedback_value"] == [None, "Like", *[None] * 13]
    (judgement,) = store.get(LOCAL_OWNER, identity).judgements
    assert (judgement.turn, judgement.verdict) == (11, "good")


def test_a_thumb_and_a_comment_are_kept_and_can_be_changed(page: Handlers, store: Conversations) -> None:
    conversation = ask(page, fakes.DEBTS.question)[3]
    chatbot, after, box, comment, place = page.kept.liked(liked(0, True), conversation, NEW, READER)
    assert chatbot["feedback_value"] == ["Like"] and box["visible"] and comment["value"] == ""
    chatbot, after, box = page.kept.commented("说得 <b>全</b>", cast(Any, place), cast(Any, after), NEW, READER)
    assert "说得 &#60;b&#62;全" in chatbot["value"][1]["content"] and box["visible"] is False
    chatbot, after, _, comment, _ = page.kept.liked(liked(0, False), cast(Any, after), NEW, READER)
    assert chatbot["feedback_value"] == ["Dislike"] and comment["value"] == "说得 <b>全</b>"
    restored = handlers(store).kept.opened(conversation.id, READER)
    assert restored[0]["feedback_value"] == ["Dislike"] and "as-comment" in restored[0]["value"][1]["content"]
    chatbot, after, box, *_ = page.kept.liked(liked(0, ""), cast(Any, after), NEW, READER)
    assert chatbot["feedback_value"] == [None] and box["visible"] is False
    assert store.get(LOCAL_OWNER, conversation.id).judgements == ()


def test_a_comment_never_goes_to_another_conversation(page: Handlers, store: Conversations) -> None:
    first, second = ask(page, fakes.DEBTS.question)[3], ask(page, fakes.OFFICERS.question)[3]
    *_, place = page.kept.liked(liked(0, True), first, NEW, READER)
    page.kept.commented("好", cast(Any, place), second, NEW, READER)
    assert store.get(LOCAL_OWNER, second.id).judgements == ()


def test_what_is_said_while_an_answer_runs_is_there_at_its_end(page: Handlers) -> None:
    first = ask(page, fakes.DEBTS.question)[3]
    steps = page.ask(fakes.OFFICERS.question, first, READER)
    running = next(steps)
    assert "feedback_value" not in running[0]
    chatbot, state, *_ = page.kept.liked(liked(0, True), cast(Conversation, running[3]), NEW, READER)
    assert (chatbot, state) == (gr.skip(), gr.skip()), "the running answer shows the conversation"
    last = list(steps)[-1]
    assert last[0]["feedback_value"] == ["Like", None]


def test_a_citation_is_judged_among_the_sources(page: Handlers, store: Conversations) -> None:
    shown = ask(page, fakes.DEBTS.question)
    assert shown[1]["value"].count('class="as-judge"') == 8
    said = json.dumps({"turn": 0, "citation": 2, "verdict": "wrong", "at": 5})
    sources, conversation = page.kept.pointed(said, shown[3], NEW, READER)
    assert sources["value"].count('class="as-judge as-chosen"') == 1
    assert store.get(LOCAL_OWNER, shown[3].id).judgements[0].verdict == "wrong"
    back = json.dumps({"turn": 0, "citation": 2, "verdict": ""})
    sources, _ = page.kept.pointed(back, cast(Conversation, conversation), NEW, READER)
    assert "as-chosen" not in sources["value"]


def test_the_sources_of_an_earlier_answer_are_shown_when_it_is_pointed_at(page: Handlers) -> None:
    both = ask(page, fakes.OFFICERS.question, ask(page, fakes.DEBTS.question)[3])[3]
    sources, state = page.kept.pointed('{"turn": 0, "at": 1}', both, NEW, ENGLISH_READER)
    assert sources["value"].count("<article") == 4 and ENGLISH.cited_right in sources["value"]
    assert state is both


@pytest.mark.parametrize(
    "said",
    ["", "x", "[]", "1", '{"turn": "0"}', '{"turn": 0, "citation": "1"}', '{"turn": 0, "verdict": "best"}',
     '{"turn": 0, "citation": 1, "verdict": 3}', '{"citation": 1}', '{"turn": 0, "citation": 1, "verdict": []}'],
)  # fmt: skip
def test_what_the_script_never_says_is_nothing(page: Handlers, said: str) -> None:
    assert pointed(said) is None
    conversation = ask(page, fakes.DEBTS.question)[3]
    assert page.kept.pointed(said, conversation, NEW, READER) == (gr.skip(), gr.skip())


def test_a_place_that_is_none_changes_nothing(page: Handlers) -> None:
    conversation = ask(page, fakes.DEBTS.question)[3]
    assert page.kept.pointed('{"turn": 7}', conversation, NEW, READER) == (gr.skip(), gr.skip())
    with pytest.warns(UserWarning):
        page.kept.pointed('{"turn": 0, "citation": 9, "verdict": "right"}', conversation, NEW, READER)


def test_a_judgement_that_cannot_be_kept_is_not_shown(page: Handlers, store: Conversations) -> None:
    conversation = ask(page, fakes.DEBTS.question)[3]
    with sqlite3.connect(store.path) as database:
        database.execute("DROP TABLE judgements")
    with pytest.warns(UserWarning):
        chatbot, _, box, *_ = page.kept.liked(liked(0, True), conversation, NEW, READER)
    assert chatbot["feedback_value"] == [None] and box["visible"] is False


@settings(max_examples=40)
@given(kept.turns.filter(lambda turn: (turn.outcome is None) == (turn.state != "done")))
def test_a_turn_survives_the_way_to_the_page_and_back(turn: KeptTurn) -> None:
    exchange = exchange_of(turn if turn.outcome is None else replace(turn, problem=""))
    assert exchange_of(turn_to_keep(exchange)) == exchange
    assert exchange.turn() == turn_of(turn) or exchange.answer is None


def test_a_folder_that_cannot_be_written_is_found_at_start(broken: Path, tmp_path: Path) -> None:
    with pytest.raises(DiskError):
        Conversations(broken).require_writable()
    Conversations(tmp_path / "new" / "folder").require_writable()
    assert not (tmp_path / "new").exists(), "nothing is written before there is something to keep"


def test_handlers_keep_only_for_one_owner(store: Conversations) -> None:
    theirs = store.create("other")
    store.append("other", theirs, kept.DEBTS_TURN)
    panel = KeepingHandlers(store, LiveIndex(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers())))
    assert panel.chat(READER).summaries("", 9) == ()
    assert panel.known(Conversation(), theirs, READER) == Conversation()
    other = asked_by("reader", "other", accept_language="zh-CN")
    assert [one.id for one in panel.chat(other).summaries("", 9)] == [theirs]
    assert panel.known(Conversation(), theirs, other).id == theirs
    assert panel.known(Conversation(), theirs, asked_by("administrator", "ann")) == Conversation()


def test_judgements_are_known_to_the_conversation() -> None:
    said = (Judgement(0, "good"), Judgement(1, "bad"))
    conversation = Conversation((Exchange("甲", kept=True), Exchange("乙", kept=True)), id="1", judgements=said)
    assert conversation.judgement(1) == said[1] and conversation.judgement(2) is None
    assert conversation.before(1).judgements == said[:1] and conversation.before(1).cut
