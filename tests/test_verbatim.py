"""Words that stand there: with other commas, not turned around, and not as a part of other words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import CLAUSES

from askspeech.statements import statement
from askspeech.verbatim import is_verbatim


def verbatim(sentence: str, text: str) -> bool:
    return is_verbatim(statement(sentence), statement(text))


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("到期不还的，要约谈主要负责人。", "责任要压实。到期不还的要约谈主要负责人，约谈以后仍然不还的，不得评优。"),
        ("限期还清 到期还不上的 停拨经费。", "要逐一约谈，限期还清，到期还不上的，停拨经费。"),
        ("推行“周末不打烊”。", "各园区推行周末不打烊。"),
        ("推行周末不打烊。", "各园区推行“周末不打烊”。"),
        ("好的。", "好的。我们马上办。"),
        ("新增1.2万户。", "去年新增1.2万户，今年更多。"),
    ],
)
def test_marks_do_not_matter(sentence: str, text: str) -> None:
    assert verbatim(sentence, text)


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("允许企业拖欠账款。", "绝不允许企业拖欠账款。"),
        ("允许企业，拖欠账款。", "绝不允许企业拖欠账款。"),
        ("新增12万户。", "去年新增1.2万户。"),
        ("2万户。", "新增1.2万户。"),
        ("下放权限。", "下放权限的除外。"),
        ("好的。", "好的做法要推广。"),
        ("是的", "我们要的是的确有用的办法。"),
        ("。", "窗口要早开门。"),
    ],
)
def test_other_words_are_not_the_same(sentence: str, text: str) -> None:
    assert not verbatim(sentence, text)


@given(st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=3), st.sampled_from(["，", "、", "；", " ", ""]))
def test_any_commas_will_do(clauses: list[str], mark: str) -> None:
    text = "窗口要早开门。" + "，".join(clauses) + "。"
    if not any(clause[0].isdigit() or clause[-1].isdigit() for clause in clauses):
        assert verbatim(mark.join(clauses), text) or mark == "、"
