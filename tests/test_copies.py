"""Near copies of passages: found whatever is blanked out, and whatever the order."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from askspeech.copies import SPEECHES, near_copies, regrouped, sketch, sketch_of_all

Made = tuple[str, int, int]

BORROWED = (
    "全县上下要把企业的事当成自己的事来办，凡是答应企业的，白纸黑字写下来，到期兑现，"
    "兑现不了的由主要负责人登门说明原因，年底拿出清单逐条对账，一共{}条。"
)
OTHER = (
    "水库除险加固工程今年汛期之前必须完工，县水利局每周通报一次进度，"
    "乡镇负责做好库区群众的转移安置，物资储备点要备足编织袋和救生衣。"
)


def test_copies_with_other_blanks_are_one_group() -> None:
    texts = {"b": BORROWED.format("46"), "a": BORROWED.format("xx"), "c": OTHER, "d": BORROWED.format("**")}
    assert near_copies(texts) == [("a", "b", "d")]


def test_white_space_punctuation_and_traditional_forms_do_not_matter() -> None:
    plain = BORROWED.format("46")
    assert near_copies({"a": plain, "b": plain.replace("，", ", ").replace("企业", "企業")}) == [("a", "b")]


def test_short_texts_are_no_copies() -> None:
    assert near_copies({"a": "谢谢大家！", "b": "谢谢大家！"}) == []


def test_a_shared_sentence_is_no_copy() -> None:
    assert near_copies({"a": BORROWED.format("46") + OTHER * 2, "b": BORROWED.format("46")}) == []


def test_the_order_does_not_matter() -> None:
    texts = {str(number): BORROWED.format(number) + OTHER[: number * 4] for number in range(12)}
    assert near_copies(texts) == near_copies(dict(reversed(texts.items())))


@given(
    kept=st.lists(st.tuples(st.sampled_from((BORROWED, OTHER)), st.integers(0, 9), st.integers(0, 30)), max_size=8),
    removed=st.lists(st.tuples(st.sampled_from((BORROWED, OTHER)), st.integers(0, 9), st.integers(0, 30)), max_size=4),
    added=st.lists(st.tuples(st.sampled_from((BORROWED, OTHER)), st.integers(0, 9), st.integers(0, 30)), max_size=4),
)
@settings(max_examples=40)
def test_changes_end_in_the_groups_of_all(kept: list[Made], removed: list[Made], added: list[Made]) -> None:
    before = texts_of("kept", kept) | texts_of("removed", removed)
    after = texts_of("kept", kept) | texts_of("added", added)
    sketches = {identity: made for identity, text in after.items() if (made := sketch(text))}
    changed = set(texts_of("added", added))
    assert regrouped(sketches, changed, near_copies(before), after.__getitem__) == near_copies(after)


def texts_of(name: str, made: list[Made]) -> dict[str, str]:
    """Texts that share more or less of one of two paragraphs, by id."""
    return {
        f"{name} {number}": text.format(figure)[cut:] + BORROWED[: cut * 2]
        for number, (text, figure, cut) in enumerate(made)
    }


def whole_copies(texts: dict[str, str]) -> list[tuple[str, ...]]:
    """Groups of copies of whole speeches, each of paragraphs that are sketched one by one."""
    made = {
        name: sketch_of_all(found for part in text.split("\n") if (found := sketch(part)))
        for name, text in texts.items()
    }
    sketches = {name: one for name, one in made.items() if one is not None}
    return regrouped(sketches, set(sketches), (), texts.__getitem__, SPEECHES)


def long_speech(year: int, share: str) -> str:
    parts = [BORROWED.format(number * year) + OTHER.replace("县水利局", f"第{number}个部门") for number in range(20)]
    return "\n".join(f"{'一二三四五六七八九十'[at % 10]}、{part}今年完成{share}%。" for at, part in enumerate(parts))


def test_a_speech_that_was_converted_another_time_is_a_copy_as_a_whole() -> None:
    plain = long_speech(46, "12")
    word = plain.replace("，", ", ").replace("企业", "企業").replace("\n一、", "\n").replace("46", "４６")
    broken = plain.replace("登门说明原因", "登门\n说明 原因").replace("完成12%。\n", "完成12%。", 3)
    assert whole_copies({"a": plain, "b": word, "c": broken}) == [("a", "b", "c")]
    assert whole_copies({"a": plain, "b": plain + OTHER * 3 + BORROWED.format(7) * 9}) in ([], [("a", "b")])
    assert whole_copies({"a": plain, "b": "谢谢大家！"}) == []


def test_a_speech_of_the_same_words_with_other_figures_is_none() -> None:
    assert whole_copies({"a": long_speech(46, "12.5"), "b": long_speech(7351, "98.25")}) == []
    half = long_speech(46, "12")
    assert whole_copies({"a": half, "b": "\n".join(half.split("\n")[:10])}) == []


def test_a_text_that_repeats_itself_takes_no_time_for_each_pair() -> None:
    texts = {f"{number:05}": BORROWED.format("甲乙丙丁"[number % 4]) for number in range(4_000)}
    began = time.process_time()
    assert near_copies(texts) == [tuple(sorted(texts))]
    assert time.process_time() - began < 20
