"""The library page without a browser: what its events show and do, and for whom."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import fakes
from tests.signed import asked_by

from askspeech import build_index
from askspeech.bilingual import Bilingual
from askspeech.build_record import Building, LastBuild
from askspeech.build_report import BuildReport, SkippedFile
from askspeech.builder import BuildState
from askspeech.datatypes import Span
from askspeech.errors import CorpusError
from askspeech.incoming import received, upload_folder
from askspeech.library import Library, LibraryRow, Waiting
from askspeech.library_events import FILES_SHOWN, NOTHING, LibraryHandlers, Pending
from askspeech.library_looks import Seen
from askspeech.library_rendering import STAGES, key_text, percent, state_html
from askspeech.library_rows import COLUMNS, View, part_of
from askspeech.library_table import count_text, table_html
from askspeech.live_index import LiveIndex, Opened
from askspeech.page import build_page
from askspeech.rendering import shown_file
from askspeech.site import Site, Stock
from askspeech.store import Store
from askspeech.texts import CHINESE, ENGLISH
from askspeech.uploads import Uploads

READER = asked_by("reader", "读者", accept_language="zh-CN")
KEEPER = asked_by("administrator", "管理员", accept_language="zh-CN")
ENGLISH_KEEPER = asked_by("administrator", "管理员", accept_language="en")
NOBODY = asked_by(None, accept_language="zh-CN")
LOOKED = (
    "state", "build", "cancel", "count", "table", "earlier", "place", "later",
    "files_fold", "files", "more", "uploads_fold", "uploads", "removed_fold", "removed", "seen",
)  # fmt: skip
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
UNCHANGED = gr.skip()


def handlers_of(store: Path) -> LibraryHandlers:
    return LibraryHandlers(Stock.of(store))


def look(
    handlers: LibraryHandlers, request: gr.Request = KEEPER, seen: Seen | None = None, view: View | None = None
) -> dict[str, Any]:
    updates = handlers.looks.looked(seen or Seen(), view or View(), FILES_SHOWN, request)
    return dict(zip(LOOKED, updates, strict=True))


def upload(folder: Path, name: str, content: str | bytes) -> dict[str, Any]:
    """A file as Gradio hands it over: a copy under a name that it has cleaned."""
    place = folder / f"{abs(hash((name, content)))}"
    place.mkdir(parents=True)
    copy = place / "cleaned.txt"
    copy.write_bytes(content.encode() if isinstance(content, str) else content)
    return {"path": str(copy), "orig_name": name}


@pytest.fixture
def filled(tmp_path: Path, corpus: Path) -> Path:
    """A store of its own with the index of the test corpus."""
    store = tmp_path / "store"
    build_index([corpus], store=store)
    return store


def test_an_empty_library_says_what_to_do_first(tmp_path: Path) -> None:
    handlers = handlers_of(tmp_path / "store")
    shown = look(handlers)
    assert CHINESE.library_empty in unescape(shown["state"]["value"])
    assert shown["build"]["interactive"] is False, "there is nothing to build of"
    assert CHINESE.library_empty_reader in unescape(look(handlers, READER)["state"]["value"])
    assert ENGLISH.library_speeches_none in unescape(look(handlers, ENGLISH_KEEPER)["table"]["value"])
    assert not (tmp_path / "store").exists(), "looking writes nothing"


def test_uploads_say_what_became_of_them_and_leave_no_copy(tmp_path: Path) -> None:
    store, incoming = tmp_path / "store", tmp_path / "incoming"
    handlers = handlers_of(store)
    sent = [upload(incoming, "讲话【定稿】（1）.txt", "甲"), upload(incoming, "讲话【定稿】（1）.txt", "乙")]
    sent += [upload(incoming, "../别处/讲话【定稿】（1）.txt", "甲"), upload(incoming, "~$讲话.docx", "锁")]
    sent += [{"path": str(incoming / "gone"), "orig_name": "<b>不见了</b>.txt"}]
    cleared, outcome = handlers.added(sent, False, KEEPER)
    html = unescape(outcome["value"])
    assert cleared["value"] is None
    assert [kind in html for kind in ("as-added", "as-renamed", "as-same", "as-refused")] == [True] * 4
    assert CHINESE.library_renamed.format(name="讲话【定稿】（1） (2).txt") in html
    assert CHINESE.library_vanished in html and "<b>" not in outcome["value"]
    assert sorted(one.name for one in Uploads(store).files()) == ["讲话【定稿】（1） (2).txt", "讲话【定稿】（1）.txt"]
    assert list(incoming.iterdir()) == []
    _, outcome = handlers.added([upload(incoming, "讲话【定稿】（1）.txt", "丙")], True, ENGLISH_KEEPER)
    assert ENGLISH.library_replaced in unescape(outcome["value"])
    shown = look(handlers)
    assert CHINESE.library_first_build in unescape(shown["state"]["value"])
    assert shown["build"]["interactive"] is True


@pytest.mark.parametrize("visitor", [READER, NOBODY], ids=["reader", "signed out"])
def test_who_is_no_administrator_changes_nothing(filled: Path, tmp_path: Path, visitor: gr.Request) -> None:
    handlers = handlers_of(filled)
    one = Library(filled).rows()[0]
    opened = handlers.looks.opened(View(), FILES_SHOWN, visitor)
    assert [update["visible"] for update in opened[:4]] == [False] * 4
    shown = dict(zip(LOOKED, opened[4:], strict=True))
    assert "as-choose" not in shown["table"]["value"] and "as-open" in shown["table"]["value"]
    assert shown["uploads"] == UNCHANGED and shown["removed"] == UNCHANGED
    sent = upload(tmp_path / "incoming", "讲话.txt", "甲")
    notes = [
        handlers.build(visitor),
        handlers.cancel(visitor),
        handlers.added([sent], False, visitor)[1],
        handlers.told(json.dumps({"act": "delete", "value": "讲话.txt"}), View(), visitor)[-1],
        handlers.told(json.dumps({"act": "take-back", "value": "[]"}), View(), visitor)[-1],
        handlers.told(json.dumps({"act": "remove-file", "value": one.file}), View(), visitor)[-1],
        handlers.confirmed(Pending("speeches", (one.speech_id,)), "", visitor)[-1],
        handlers.confirmed(Pending("delete", ("讲话.txt",)), "", visitor)[-1],
    ]
    assert all("as-problem" in note["value"] for note in notes)
    assert Path(sent["path"]).is_file(), "what is not theirs is not removed either"
    assert not Library(filled).excluded() and not Uploads(filled).files()
    assert Stock.of(filled).builder.state().running is None
    sorted_view = handlers.told(json.dumps({"act": "sort", "value": "date"}), View(), visitor)[0]
    assert sorted_view == View(by="date")


def test_removing_taking_back_and_deleting(filled: Path, tmp_path: Path) -> None:
    handlers, library = handlers_of(filled), Library(filled)
    row, other = library.rows()
    chosen = json.dumps([row.speech_id])
    bar, words = handlers.chosen(chosen, KEEPER)
    assert bar["visible"] and "1" in words["value"]
    pending, box, asked, confirm = handlers.ask_speeches(chosen, KEEPER)
    assert box["visible"] and row.title in unescape(asked["value"]) and confirm["value"] == CHINESE.library_confirm
    assert CHINESE.library_untouched in unescape(asked["value"])
    nothing, box, left, uploaded, note = handlers.confirmed(pending, chosen, KEEPER)
    assert (nothing, left) == (NOTHING, "") and not box["visible"] and uploaded == UNCHANGED
    assert CHINESE.library_removed_now.format(number=1) in unescape(note["value"])
    (removed,) = library.excluded()
    assert (removed.speech_id, removed.excluded_by) == (row.speech_id, "管理员")
    shown = look(handlers)
    assert CHINESE.library_waits_excluded.format(number=1) in unescape(shown["state"]["value"])
    assert shown["table"]["value"].count("as-going") == 1 and shown["table"]["value"].count('class="as-choose"') == 1
    said = json.dumps({"act": "take-back", "value": key_text(removed)})
    assert row.title in unescape(handlers.told(said, View(), KEEPER)[-1]["value"])
    assert not library.excluded()
    assert CHINESE.library_nothing_done in unescape(handlers.told(said, View(), KEEPER)[-1]["value"])

    pending, *_ = handlers.ask_files(json.dumps([row.speech_id, other.speech_id, "unknown"]), KEEPER)
    assert pending == Pending("files", (row.file, other.file))
    handlers.confirmed(pending, chosen, KEEPER)
    assert {one.file for one in library.excluded()} == {row.file, other.file}

    handlers.added([upload(tmp_path / "incoming", "讲话.txt", "甲")], False, KEEPER)
    library.exclude_file("uploads/讲话.txt")
    _, pending, box, asked, confirm, _ = handlers.told(
        json.dumps({"act": "delete", "value": "讲话.txt"}), View(), KEEPER
    )
    assert box["visible"] and confirm["value"] == CHINESE.library_delete_confirm
    *_, uploaded, note = handlers.confirmed(pending, chosen, KEEPER)
    assert not Uploads(filled).files()
    assert uploaded["value"] == "", "it is not said to be added any longer"
    assert CHINESE.library_deleted_unknown.format(name="讲话.txt") in unescape(note["value"]), "no update is asked for"
    assert "uploads/讲话.txt" not in {one.file for one in library.excluded()}, "a later one of its name is not removed"
    assert CHINESE.library_nothing_done in unescape(handlers.confirmed(pending, chosen, KEEPER)[-1]["value"])


def test_a_file_goes_with_all_files_that_hold_its_text(filled: Path, tmp_path: Path, corpus: Path) -> None:
    """Else its speeches would stay, and answer, through the other file."""
    handlers, library = handlers_of(filled), Library(filled)
    text = (corpus / "forum.txt").read_text(encoding="utf-8")
    handlers.added([upload(tmp_path / "incoming", "论坛（定稿）.txt", text)], False, KEEPER)
    build_index([corpus], store=filled)
    files = {"forum.txt", "uploads/论坛（定稿）.txt"}
    (row,) = (row for row in library.rows() if row.copies)
    html = unescape(look(handlers)["table"]["value"])
    (other,) = files - {row.file}
    assert CHINESE.library_also_in.format(names=shown_file(other)) in html, "a copy is named, not only counted"
    html = unescape(look(handlers)["state"]["value"] + look(handlers)["files"]["value"])
    assert CHINESE.library_same_files.format(number=1) in html
    assert CHINESE.library_same_as.format(name=shown_file(other)) in html

    for said in ("forum.txt", "uploads/论坛（定稿）.txt"):
        _, pending, _, asked, *_ = handlers.told(json.dumps({"act": "remove-file", "value": said}), View(), KEEPER)
        assert set(pending.also) == files - {said}
        words = unescape(asked["value"])
        assert CHINESE.library_really_files.format(number=1, speeches=1) in words
        assert CHINESE.library_really_same in words and all(shown_file(file) in words for file in files)
    _, _, _, asked, *_ = handlers.told(json.dumps({"act": "delete", "value": "论坛（定稿）.txt"}), View(), KEEPER)
    assert CHINESE.library_really_stays in unescape(asked["value"]) and "forum.txt" in unescape(asked["value"])

    library.exclude_file(row.file)
    assert "as-going" not in look(handlers)["table"]["value"], "it stays through the other file"
    handlers.confirmed(pending, "", KEEPER)
    assert look(handlers)["table"]["value"].count("as-going") == 1
    assert {one.file for one in library.excluded()} == files
    build_index([corpus], store=filled)
    assert row.title not in {one.title for one in library.rows()}
    assert all(shown_file(file) in unescape(look(handlers)["removed"]["value"]) for file in files)


def test_a_file_without_speeches_is_removed_without_a_word_of_them(filled: Path) -> None:
    handlers = handlers_of(filled)
    _, pending, _, asked, *_ = handlers.told(json.dumps({"act": "remove-file", "value": "坏.docx"}), View(), KEEPER)
    assert pending == Pending("files", ("坏.docx",))
    assert CHINESE.library_really_files_only.format(number=1) in unescape(asked["value"])


def test_readers_are_told_who_changes_the_library(filled: Path) -> None:
    handlers = handlers_of(filled)
    assert CHINESE.library_not_yours in unescape(look(handlers, READER)["state"]["value"])
    assert CHINESE.library_not_yours not in unescape(look(handlers, KEEPER)["state"]["value"])
    Library(filled).exclude_file("forum.txt")
    html = unescape(look(handlers, READER)["state"]["value"])
    assert CHINESE.library_waits_reader.partition("。")[2] in html and "点“更新资料库”" not in html


def test_a_look_sends_only_what_has_changed(filled: Path) -> None:
    handlers = handlers_of(filled)
    first = look(handlers)
    again = look(handlers, seen=first["seen"])
    assert all(update == UNCHANGED for update in again.values())
    Library(filled).exclude_file("forum.txt")
    changed = look(handlers, seen=first["seen"])
    assert changed["files"] == UNCHANGED
    assert all(changed[name] != UNCHANGED for name in ("state", "table", "removed", "seen"))


def test_a_build_that_runs_is_not_started_again(filled: Path) -> None:
    handlers = handlers_of(filled)
    with Store(filled).writer():
        note = handlers.build(KEEPER)
    assert "as-note" in note["value"]


def test_a_build_is_started_seen_by_all_and_ends(filled: Path, tmp_path: Path, corpus_texts: dict[str, str]) -> None:
    """Two servers' handlers over one store: one build, and both show it to its end."""
    first, second = handlers_of(filled), handlers_of(filled)
    text = corpus_texts["forum.txt"].replace("云陵", "青岭")
    first.added([upload(tmp_path / "incoming", "青岭.txt", text)], False, KEEPER)
    assert first.build(KEEPER)["value"] == ""
    assert CHINESE.library_already in unescape(second.build(KEEPER)["value"])
    shown = look(second)
    assert CHINESE.library_somebody.format(name="管理员") in unescape(shown["state"]["value"])
    assert not shown["build"]["visible"] and shown["cancel"]["visible"]
    assert CHINESE.library_meanwhile.partition("：")[0] not in unescape(shown["state"]["value"])
    assert wait_for(lambda: Stock.of(filled).builder.state().running is None)
    shown = look(first, seen=shown["seen"])
    html = unescape(shown["state"]["value"])
    assert CHINESE.library_done in html and CHINESE.library_up_to_date in html
    assert "青岭" in unescape(shown["table"]["value"])


def wait_for(what: Callable[[], bool], seconds: float = 120.0) -> bool:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.1)
    return what()


def test_it_is_not_called_new_before_it_answers(filled: Path) -> None:
    index = fakes.FakeIndex()
    index.generation = "the one before"
    handlers = LibraryHandlers(Stock.of(filled), LiveIndex(lambda: Opened(index, fakes.FakeAnswers())))
    html = look(handlers)["state"]["value"]
    assert CHINESE.library_arriving in html and CHINESE.library_done not in html
    index.generation = str(Store(filled).current_name())
    assert CHINESE.library_done in look(handlers)["state"]["value"]


def test_what_cannot_be_read_is_said(filled: Path) -> None:
    handlers = handlers_of(filled)
    (filled / "exclusions.json").write_text("no list", encoding="utf-8")
    shown = look(handlers)
    said = unescape(shown["state"]["value"])
    assert "as-problem" in said and "exclusions.json" in said and str(filled) not in said


BEGUN = Building("1", 1, "host", NOW - timedelta(seconds=75), by="小李", stage="embedding", done=40, total=80)
ENDED = LastBuild("1", NOW - timedelta(seconds=75), NOW, "", "done")


@pytest.mark.parametrize("texts", [CHINESE, ENGLISH], ids=["zh", "en"])
@pytest.mark.parametrize("outcome", ["done", "unchanged", "cancelled", "failed", "lost"])
def test_every_outcome_says_what_it_means(outcome: Any, texts: Any) -> None:
    last = replace(ENDED, outcome=outcome, message=Bilingual("It broke.", "坏了。") if outcome == "failed" else "")
    html = unescape(state_html(BuildState(None, last), Waiting(), NOW, texts))
    assert getattr(texts, f"library_{outcome}").partition("{")[0] in html
    own, other = ("坏了。", "It broke.") if texts is CHINESE else ("It broke.", "坏了。")
    assert (own in html) == (outcome == "failed") and other not in html


def test_a_running_build_says_how_far_it_is_and_by_whom() -> None:
    html = state_html(BuildState(BEGUN), Waiting(added=("uploads/a.txt",)), NOW, ENGLISH)
    assert f'value="{percent("embedding", 40, 80)}"' in html
    text = unescape(html)
    assert "Step 5 of 9: working out what passages mean 40/80" in text and "“小李”" in text and "1 min 15 s" in text
    assert "1 added" in text
    assert ENGLISH.library_cancelling in unescape(
        state_html(BuildState(replace(BEGUN, cancelling=True)), None, NOW, ENGLISH)
    )


def test_skipped_files_come_with_their_reasons() -> None:
    skipped = (SkippedFile("uploads/<坏>.docx", Bilingual("it is no docx.", "这不是 docx。")),)
    report = BuildReport("s", "g", (), skipped, 3, 40, 5, "", 1.0)
    html = state_html(BuildState(None, replace(ENDED, report=report)), Waiting(), NOW, CHINESE)
    assert ">&#60;坏&#62;&#46;docx<" in html, "by its own name"
    assert ">这不是 docx。<" in unescape(html) and "it is no docx" not in unescape(html), "in the reader's language"
    html = state_html(BuildState(None, replace(ENDED, report=report)), Waiting(), NOW, ENGLISH)
    assert ">It is no docx.<" in unescape(html), "as a sentence of its own"


def test_what_a_build_refused_is_said_to_a_reader_in_the_very_words_of_the_build(tmp_path: Path) -> None:
    corpus, store = tmp_path / "speeches", tmp_path / "store"
    corpus.mkdir()
    (corpus / "空.docx").write_bytes(b"")
    (corpus / "图.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (corpus / "好.txt").write_text("同志们：\n" + "企业的事要一件一件办好。" * 30, encoding="utf-8")
    report = build_index([corpus], store=store)
    assert len(report.skipped) == 2 and "0 字节" in str(report.skipped)
    for request, texts, own, other in (
        (KEEPER, CHINESE, "chinese", "english"),
        (ENGLISH_KEEPER, ENGLISH, "english", "chinese"),
    ):
        shown = look(handlers_of(store), request)
        for html in (unescape(shown["state"]["value"]), unescape(shown["files"]["value"])):
            for one in report.skipped:
                assert isinstance(one.reason, Bilingual) and "pip install" not in html
                shown = html.casefold()
                assert getattr(one.reason, own).casefold() in shown, texts.title
                assert getattr(one.reason, other).casefold() not in shown, texts.title


def test_a_build_of_nothing_readable_says_why_in_the_readers_language(tmp_path: Path) -> None:
    corpus, store = tmp_path / "speeches", tmp_path / "store"
    corpus.mkdir()
    (corpus / "空.docx").write_bytes(b"")
    with pytest.raises(CorpusError) as refused:
        build_index([corpus], store=store)
    assert "文件是空的" in str(refused.value) and str(corpus) in str(refused.value)
    html = unescape(look(handlers_of(store))["state"]["value"])
    assert "空.docx: 文件是空的" in html and "could be read" not in html and str(tmp_path) not in html
    html = unescape(look(handlers_of(store), ENGLISH_KEEPER)["state"]["value"])
    assert "空.docx: it is empty" in html and "文件是空的" not in html and str(tmp_path) not in html


def test_the_bar_never_goes_back() -> None:
    steps = [percent(stage, done, 7) for stage in STAGES for done in range(8)]
    assert steps == sorted(steps) and steps[-1] < 100
    assert percent("something else", 1, 0) == 0


def row(number: int, **facts: Any) -> LibraryRow:
    return LibraryRow(
        **{
            "speech_id": f"{number}", "source_id": "s", "span": Span(0, 1), "title": f"讲话{number}",
            "title_derived": False, "file": "a.txt", "copies": (), "date": "", "year": "", "place": "", "level": "",
            "kind": "", "characters": number, "passages": 1, "dropped": 0, "uploaded": False, "alone": True,
        }
        | facts
    )  # fmt: skip


ROWS = [
    row(number, place=place, year=year)
    for number, place, year in ((1, "柳溪縣", "2023"), (2, "", ""), (3, "ＡＢ", "2021"))
]


def test_rows_are_found_whatever_their_width_case_and_characters() -> None:
    for words, found in (("柳溪县", "1"), ("ab", "3"), ("讲话 2021", "3"), ("", "123"), ("没有", "")):
        assert "".join(one.speech_id for one in part_of(ROWS, View(words)).rows) == found


def test_rows_without_a_value_come_last_either_way() -> None:
    up = View().sorted_by("date")
    assert [one.speech_id for one in part_of(ROWS, up).rows] == ["3", "1", "2"]
    assert [one.speech_id for one in part_of(ROWS, up.sorted_by("date")).rows] == ["1", "3", "2"]
    assert up.sorted_by("nothing") == up


@given(st.integers(0, 130), st.integers(-2, 9), st.sampled_from(["", *COLUMNS]), st.booleans())
def test_every_row_is_on_one_page(count: int, page: int, by: str, descending: bool) -> None:
    rows = [row(number) for number in range(count)]
    one = part_of(rows, View(by=by, descending=descending, page=page))
    assert one.found == one.total == count and one.has_earlier == (one.first > 0)
    pages = [part_of(rows, View(by=by, descending=descending, page=at)) for at in range(count // 50 + 1)]
    shown = [each.speech_id for part in pages for each in part.rows]
    assert set(shown) == {each.speech_id for each in rows}


def test_a_copy_is_named_with_the_file_that_it_is_a_copy_of() -> None:
    rows = [row(1, alike=("<乙>.docx",)), row(2, file="<乙>.docx", alike=("甲.txt",), copy_of="甲.txt"), row(3)]
    part = part_of(rows, View())
    html = unescape(table_html(part, View(), (), CHINESE, choosing=False))
    assert html.count(">“甲.txt”的副本</span>") == 1
    assert 'title="与“甲.txt”里的讲话几乎相同' in html and 'title="<乙>.docx（几乎相同）"' in html
    assert count_text(part, CHINESE) == "共 3 篇（其中 1 篇与另一篇几乎相同，标为副本）"
    assert count_text(part_of(rows, View("讲话3")), ENGLISH) == "1 of 3 speeches"
    assert [one.speech_id for one in part_of(rows, View("乙")).rows] == ["1", "2"]
    sorted_rows = part_of(rows, View(by="copies", descending=True)).rows
    assert [one.speech_id for one in sorted_rows] == ["1", "2", "3"]


def test_a_title_that_nobody_gave_says_so() -> None:
    for texts in (CHINESE, ENGLISH):
        html = table_html(part_of([row(1, title_derived=True), row(2)], View()), View(), (), texts, choosing=False)
        assert html.count(f">{texts.library_untitled}</span>") == 1


def test_nothing_of_a_corpus_is_markup_in_the_table() -> None:
    rows = [row(1, title=one, file=one, copies=(one,), place=one) for one in fakes.HOSTILE]
    html = table_html(part_of(rows, View(), 99), View(), (), CHINESE, choosing=True)
    for part in ("<img", "<script", "<svg", "<iframe", "<form", "javascript:", "__i18n__", "](", "onload="):
        assert part not in html


def test_files_are_taken_by_their_own_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("甲")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    files = [{"path": str(tmp_path / "a")}, {"path": str(tmp_path / "link"), "orig_name": "b"}, {"orig_name": "c"}]
    assert [(one.name, one.path is not None) for one in received(files)] == [("a", True), ("b", False), ("c", False)]
    assert received(None) == []
    with upload_folder() as folder:
        (folder / "left").write_text("x")
    assert not folder.exists()


def test_gradio_checks_the_paths_of_uploads() -> None:
    live = LiveIndex(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers()))
    assert build_page(Site(live)).has_launched
