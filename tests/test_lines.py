"""What each line of a text is: words, furniture, or a place where a part is missing."""

import pytest

from askspeech.cleaning_rules import default_rules
from askspeech.lines import REPEATED_LINE, Line, classified_lines, watermarks

BODY = "要把企业的事当成自己的事来办，一件一件兑现，不能打折扣。"


def reasons(text: str) -> dict[str, str]:
    """The reason of every line that is dropped."""
    return {line.text: line.reason for line in classified_lines(text, default_rules()) if line.reason}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("- 12 -", "page number", id="page number"),
        pytest.param("第 3 页 共 9 页", "page number", id="page of pages"),
        pytest.param("来源：白石县人民政府网", "site line", id="source"),
        pytest.param("【字体：大 中 小】", "site line", id="font size"),
        pytest.param("会员群：123456", "advertisement", id="members' group"),
        pytest.param("内部资料 禁止外传", "disclaimer", id="internal"),
        pytest.param("一、提高认识…………3", "table of contents", id="contents"),
        pytest.param("白石文库 白石文库 白石文库", REPEATED_LINE, id="tiled watermark"),
    ],
)
def test_furniture_is_dropped_with_its_reason(line: str, reason: str) -> None:
    assert reasons(f"{BODY}\n{line}\n{BODY}后面还有话。") == {line: reason}


def test_a_line_that_stands_there_again_and_again_is_dropped() -> None:
    text = f"白石文库\n{BODY}\n白石文库\n{BODY}又一次。\n白石文库"
    assert reasons(text) == {"白石文库": REPEATED_LINE}
    assert watermarks(classified_lines(text, default_rules())) == {"白石文库"}


def test_running_heads_differ_by_their_page_number_alone() -> None:
    text = "\n".join(f"白石县讲话汇编 · {page}\n{BODY}第{page}次。" for page in (11, 12, 13))
    assert set(reasons(text).values()) == {REPEATED_LINE}
    assert len(reasons(text)) == 3


@pytest.mark.parametrize("line", ["要坚持，再坚持！", "同志们：", "一是要快", "谢谢大家。"])
def test_what_a_speaker_repeats_stays(line: str) -> None:
    assert reasons(f"{line}\n{BODY}\n{line}\n{BODY}好。\n{line}") == {}


def test_a_hidden_part_says_how_much_is_missing() -> None:
    line = classified_lines("---此处隐藏120字,下载后查看---", default_rules())[0]
    assert line.gap is not None
    assert line.gap.characters == 120


def test_the_words_of_a_line_are_without_its_markdown() -> None:
    assert Line(0, 5, "## 一、抓审批").words == "一、抓审批"
