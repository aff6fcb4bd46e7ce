"""The checker as a whole: what a sentence's evidence carries, which candidates carry it, and the benchmark's limits."""

import re
import time
from collections.abc import Sequence

import pytest
from benchmarks.checker import (
    PAIRS,
    THIRD_PAIRS,
    UNSEEN_PAIRS,
    caught,
    main,
    read_pairs,
    table_by,
    tried,
    wrongly_marked,
)
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.chinese_numerals import in_chinese
from tests.strategies import CLAUSES

from askspeech.checking import Checked, best_evidence, best_evidences, check

EVIDENCE = "县财政局要在六月底前建立拖欠企业账款台账，年底前全部清零。"
SENTENCES = st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=4).map(lambda parts: "，".join(parts) + "。")
FIGURES = st.builds(
    "{}{}{}{}。".format,
    st.sampled_from(["新登记经营主体", "为企业减税", "审批时限压到", "办结率达到", "引进项目", "解决就业"]),
    st.integers(2, 9999),
    st.sampled_from(["户", "万元", "个工作日", "%", "亿元", "人"]),
    st.sampled_from(["", "，比去年多", "，全县通报", "，请市里放心"]),
)


def supports(sentence: str, *evidence: str) -> str:
    return check(sentence, evidence).support


def test_reworded_sentences_are_supported() -> None:
    assert check("台账由县财政局在6月底前设立，年底前欠款清零。", [EVIDENCE]) == Checked("supported")


def test_the_reason_names_what_is_missing() -> None:
    assert check("县财政局要在三月底前建立台账。", [EVIDENCE]).reason == "引文中没有数字“三月”。"
    assert check("县审计局要建立拖欠企业账款台账。", [EVIDENCE]).reason == "引文中没有提到“县审计局”。"
    english = check("县财政局要在三月底前建立台账。", [EVIDENCE], language="en")
    assert english.reason == "The quoted text does not have the number “三月”."


def test_without_evidence_nothing_is_supported() -> None:
    assert supports("县财政局建立台账。") == "not_found"
    assert supports("要高度重视。") == "not_found"
    assert supports("县财政局建立台账。", "", "  ") == "not_found"


def test_frames_and_list_markers_say_nothing() -> None:
    assert supports("讲话要求，县财政局要在六月底前建立拖欠企业账款台账。", EVIDENCE) == "supported"
    assert supports("2. 县财政局要建立拖欠企业账款台账。", EVIDENCE) == "supported"
    assert supports("讲话指出", EVIDENCE) == "not_found"


def test_cut_out_words_may_turn_the_meaning() -> None:
    assert supports("允许企业拖欠账款。", "绝不允许企业拖欠账款。") != "supported"
    assert supports("2万户。", "新增1.2万户。") != "supported"
    assert supports("引进项目15个。", "力争引进项目15个。") == "partly"


def test_verbatim_words_need_not_have_the_same_commas() -> None:
    assert (
        supports("到期不还的，要约谈主要负责人。", "责任要压实。到期不还的要约谈主要负责人，再不还的通报。")
        == "supported"
    )


@pytest.mark.parametrize(
    "sentence", ["好的。", "是的", "好的，我明白了。", "你回答关于讲话稿的问题。", "以下是关于窗口的回答。"]
)
def test_talk_around_an_answer_is_carried_by_nothing(sentence: str) -> None:
    for text in (
        EVIDENCE,
        "好的做法要推广，窗口的问题要回答，道理大家都明白。",
        "发现问题要及时解决问题，企业的问题要回答。",
    ):
        assert supports(sentence, text) != "supported"


def test_words_that_tell_who_speaks_need_no_support() -> None:
    evidence = "有的单位台账一本糊涂账，欠款还不清，这种作风要不得。"
    assert supports("讲话批评有的单位台账一本糊涂账。", evidence) == "supported"
    assert supports("讲话坦率承认，有的单位欠款还不清。", evidence) == "supported"
    assert supports("讲话提醒各部门，欠款还不清的作风要不得。", evidence) == "supported"


def test_a_judge_decides_where_only_words_differ() -> None:
    asked: list[tuple[str, str]] = []

    def judge(evidence: str, sentence: str) -> float:
        asked.append((evidence, sentence))
        return 0.9

    reworded = "那本登记着欠债的册子归财政局管。"
    assert check(reworded, [EVIDENCE]).support != "supported"
    assert check(reworded, [EVIDENCE], judge=judge) == Checked("supported")
    assert asked == [(EVIDENCE, reworded)]
    assert check("县财政局在三月底前建立台账。", [EVIDENCE], judge=judge).support == "not_found"
    assert check("台账由县财政局建立。", [EVIDENCE], judge=lambda *_: 0.01).support == "partly"


def test_a_judge_is_not_asked_about_words_that_stand_there() -> None:
    def judge(evidence: str, sentence: str) -> float:
        raise AssertionError("asked")

    assert check(EVIDENCE, [EVIDENCE], judge=judge) == Checked("supported")


CANDIDATES = ("窗口中午不开门。", EVIDENCE, "全县有小微企业5600户。", "首贷户占比还不到两成。")


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("县财政局要建立欠款台账。", (1,)),
        ("全县有小微企业5600户，首贷户占比不到20%。", (2, 3)),
        ("全县有小微企业6500户。", ()),
        ("今年冬天的雪很大。", ()),
        ("The county has 5,600 small and micro enterprises.", (2,)),
    ],
)
def test_the_candidates_that_carry_it(sentence: str, found: tuple[int, ...]) -> None:
    assert best_evidences(sentence, CANDIDATES) == found
    assert best_evidence(sentence, CANDIDATES) == (found[0] if len(found) == 1 else None)


def test_no_candidates() -> None:
    assert best_evidence("县财政局建立台账。", []) is None
    assert best_evidences("", CANDIDATES) == ()


@given(SENTENCES, st.lists(SENTENCES, max_size=2), st.lists(SENTENCES, max_size=2))
def test_a_verbatim_sentence_is_supported(sentence: str, before: Sequence[str], after: Sequence[str]) -> None:
    assert check(sentence, ["".join((*before, sentence, *after))]) == Checked("supported")


@given(st.text(min_size=1, max_size=60))
def test_any_text_supports_itself(text: str) -> None:
    assume(re.search(r"[^\W_]", text))
    assert check(text, [text]).support == "supported"


@given(FIGURES, st.data())
def test_another_digit_is_caught(sentence: str, data: st.DataObject) -> None:
    digits = [found.start() for found in re.finditer(r"\d", sentence)]
    at = data.draw(st.sampled_from(digits))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != sentence[at]]))
    changed = sentence[:at] + other + sentence[at + 1 :]
    assert check(changed, [sentence]).support == "not_found"
    assert check(changed, ["窗口要早开门。" + sentence]).support == "not_found"


@given(FIGURES)
def test_chinese_numerals_are_as_good_as_arabic(sentence: str) -> None:
    said = re.sub(r"\d+", lambda found: in_chinese(int(found[0])), sentence)
    said = re.sub("([一-鿿]*?)([零一二三四五六七八九十百千]+)%", r"\1百分之\2", said)
    assert check(said, [sentence]) == Checked("supported")
    assert check(sentence, [said]) == Checked("supported")


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=3))
def test_any_sentence_can_be_checked(sentence: str, evidence: Sequence[str]) -> None:
    checked = check(sentence, evidence)
    assert (checked.support == "supported") == (checked.reason == "")


def test_the_pairs_keep_their_limits() -> None:
    done = [one for path in (PAIRS, THIRD_PAIRS, UNSEEN_PAIRS) for one in tried(read_pairs(path))]
    assert len(done) >= 320
    assert caught(done) >= 92
    assert wrongly_marked(done) <= 5


def test_the_pairs_that_no_rule_was_made_for_do_not_get_worse() -> None:
    done = list(tried(read_pairs(UNSEEN_PAIRS)))
    assert caught(done) >= 88
    assert wrongly_marked(done) <= 12


def test_the_pairs_are_balanced() -> None:
    pairs = read_pairs(PAIRS)
    assert len({pair.id for pair in pairs}) == len(pairs)
    assert sum(pair.supported for pair in pairs) >= 160
    assert sum(not pair.supported for pair in pairs) >= 160
    assert sum(pair.supported and pair.kind != "verbatim" for pair in pairs) >= 80


def test_a_check_is_fast() -> None:
    pairs = read_pairs(PAIRS)[:200]
    started = time.process_time()
    for pair in pairs:
        check(pair.sentence, [*pair.evidence, *pairs[0].evidence, *pairs[1].evidence])
    assert (time.process_time() - started) / len(pairs) < 0.01, "a check takes ten times as long as it should"


def test_the_command_prints_tables(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    printed = capsys.readouterr().out
    assert "| kind | true | wrongly marked % | false | caught % |" in printed
    assert "| stock |" in printed
    assert "ms" in printed


def test_a_table_has_a_row_for_each_kind() -> None:
    done = list(tried(read_pairs(PAIRS)[:12]))
    assert table_by("kind", done, lambda one: one.pair.kind).count("\n") == 2 + len({one.pair.kind for one in done})


def test_a_line_that_is_no_pair_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("pairs") / "pairs.jsonl"
    path.write_text('{"id": "a-1"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"pairs\.jsonl:1: no pair"):
        read_pairs(path)
