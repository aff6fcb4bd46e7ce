"""What several speeches say in the same words."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st
from tests import made

from askspeech.borrowed import merged, wording
from askspeech.datatypes import Hit
from askspeech.selection import Extract, sentences_of

SAID = "要把企业的呼声作为改进工作的第一信号。"
OTHER = "各部门每季度向县委报告一次进展情况。"


def of_speech(number: int, text: str, place: int = 0) -> Hit:
    return made.hit(text, start=1000 * number + place, of=made.speech(f"第{number}次讲话"))


def whole(hit: Hit) -> Extract:
    return Extract(hit, 0, len(hit.passage.text))


def test_the_same_words_are_said_once() -> None:
    first, second, other = whole(of_speech(1, SAID)), whole(of_speech(2, SAID)), whole(of_speech(2, OTHER, 100))
    found = merged([first, other, second], {})
    assert [(one.extract, one.also) for one in found] == [(first, (second,)), (other, ())]


def test_nearly_the_same_words_count_as_the_same() -> None:
    near, far = SAID.replace("改进", "推动"), "要把企业的呼声当成头等大事，马上就办。"
    found = merged([whole(of_speech(1, SAID)), whole(of_speech(2, near)), whole(of_speech(3, far))], {})
    assert [len(one.also) for one in found] == [1, 0]


def test_another_figure_is_not_the_same() -> None:
    said = "今年以来，市纪委监委通报查处了{}起损害营商环境典型案例。"
    five, eight, hidden = (whole(of_speech(at, said.format(n))) for at, n in enumerate(("5", "8", "xx"), 1))
    assert [one.also for one in merged([five, eight], {})] == [(), ()]
    (one,) = merged([hidden, five], {})
    assert (one.extract, one.also) == (five, (hidden,)) and wording(five, hidden) == "blanked"
    other = whole(of_speech(4, said.format("五")))
    assert [len(one.also) for one in merged([five, other], {})] == [1]


def test_how_it_is_said_elsewhere() -> None:
    shown = whole(of_speech(1, SAID))
    assert wording(shown, whole(of_speech(2, SAID.replace("。", "；")))) == "same"
    assert wording(shown, whole(of_speech(2, SAID.replace("改进", "推动")))) == "near"


def test_one_speech_may_say_it_twice() -> None:
    found = merged([whole(of_speech(1, SAID)), whole(of_speech(1, SAID, 100))], {})
    assert [one.also for one in found] == [(), ()]


def test_the_wording_with_the_fewest_blanks_is_shown() -> None:
    blanked = whole(of_speech(1, "去年全市民营企业贷款余额达到XX亿元，增长较快。"))
    full = whole(of_speech(2, "去年全市民营企业贷款余额达到九十亿元，增长较快。"))
    (one,) = merged([blanked, full], {})
    assert (one.extract, one.also) == (full, (blanked,))


def test_every_other_speech_is_named_once_and_never_that_which_is_shown() -> None:
    first, second, again = whole(of_speech(1, SAID)), whole(of_speech(2, SAID)), whole(of_speech(2, SAID, 100))
    (one,) = merged([first, second, again], {})
    assert (one.extract, one.also) == (first, (second,))
    blanked = whole(of_speech(1, SAID.replace("第一", "第xx")))
    (one,) = merged([blanked, second, again], {})
    assert (one.extract, one.also) == (second, (blanked,))


def test_near_copies_of_a_passage_are_named_for_the_same_sentence() -> None:
    shown = of_speech(1, OTHER + SAID)
    copy, without = of_speech(2, SAID), of_speech(3, OTHER)
    extract = list(sentences_of(shown))[1]
    (one,) = merged([extract], {shown.passage.id: [copy, without]})
    assert [(other.hit, other.text) for other in one.also] == [(copy, SAID)]


SENTENCES = st.tuples(
    st.integers(1, 3), st.sampled_from([SAID, OTHER, SAID.replace("第一", "第xx"), "企业可以在线查询办理进度。"])
)


@given(st.lists(SENTENCES, max_size=8))
def test_nothing_is_lost_made_up_or_said_twice(drawn: list[tuple[int, str]]) -> None:
    extracts = [whole(of_speech(number, text, 50 * place)) for place, (number, text) in enumerate(drawn)]
    found = merged(extracts, {})
    kept = list(chain.from_iterable((one.extract, *one.also) for one in found))
    assert len({extract.place for extract in kept}) == len(kept)
    assert {extract.place for extract in kept} <= {extract.place for extract in extracts}
    assert {extract.hit.speech.id for extract in kept} == {extract.hit.speech.id for extract in extracts}
    for one in found:
        speeches = [extract.hit.speech.id for extract in (one.extract, *one.also)]
        assert len(set(speeches)) == len(speeches)


@given(st.lists(st.sampled_from([SAID, OTHER]), max_size=6))
def test_of_different_speeches_every_part_is_kept_exactly_once_in_order(texts: list[str]) -> None:
    extracts = [whole(of_speech(number, text)) for number, text in enumerate(texts)]
    found = merged(extracts, {})
    kept = list(chain.from_iterable((one.extract, *one.also) for one in found))
    assert sorted(extract.place for extract in kept) == sorted(extract.place for extract in extracts)
    assert [one.extract for one in found] == [extracts[texts.index(text)] for text in dict.fromkeys(texts)]
