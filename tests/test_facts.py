"""What is known of a speech, and from where. Every place is invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import any_texts

from askspeech.cleaning import clean
from askspeech.datatypes import Fact, Source, Span, Speech
from askspeech.facts import find_facts
from askspeech.readers import source_id
from askspeech.settings import IndexSettings
from askspeech.understanding import understand

BODY = "下面，我讲三点意见。窗口服务要再上一个台阶，企业的事要一件一件办好。" * 3


def speech(*paragraphs: str, file: str = "讲话.txt") -> tuple[Speech, str]:
    """The one speech of a text of these paragraphs, and the text."""
    text = "\n\n".join(paragraphs) + "\n"
    document = understand(Source(source_id(text), file, text, "", "text", "1", "utf-8"), IndexSettings())
    (found,) = document.speeches
    return found, text


def values(*paragraphs: str, file: str = "讲话.txt") -> dict[str, tuple[str, ...]]:
    """The values of every fact of the one speech of a text of these paragraphs."""
    found, _ = speech(*paragraphs, file=file)
    return {fact.name: found.values(fact.name) for fact in found.facts}


def titled(title: str) -> dict[str, tuple[str, ...]]:
    return values(title, "同志们：", BODY)


def only(found: Speech, name: str) -> Fact:
    (fact,) = (fact for fact in found.facts if fact.name == name)
    return fact


def test_a_title_a_subtitle_and_a_salutation_say_everything() -> None:
    found = values(
        "在全县 2031 年优化营商环境 暨招商引资动员大会上的讲话",
        "（2031年3月5日）",
        "青禾县委书记　×××",
        "尊敬的各位来宾，同志们：",
        BODY,
    )
    assert found == {
        "kind": ("动员大会",),
        "occasion": ("全县2031年优化营商环境暨招商引资动员大会",),
        "level": ("县",),
        "place": ("青禾县",),
        "year": ("2031",),
        "date": ("2031-03-05",),
        "office": ("县委书记",),
        "addressed": ("各位来宾，同志们",),
    }


def test_facts_of_the_text_slice_back_to_the_words_that_they_were_read_from() -> None:
    found, text = speech("在 青禾 县 优化营商环境 座谈会上的讲话", "（2031年3月5日）", "各位代表：", BODY)
    words = {fact.name: text[slice(*fact.span)] for fact in found.facts if fact.span}
    assert words == {
        "kind": "座谈会",
        "occasion": "青禾 县 优化营商环境 座谈会",
        "level": "青禾 县",
        "place": "青禾 县",
        "year": "2031",
        "date": "2031年3月5日",
        "addressed": "各位代表",
    }


def test_the_files_name_is_asked_where_the_text_is_silent() -> None:
    found, _ = speech("同志们：", BODY, file="稿件/03 青禾县推进会讲话（2031）.txt")
    assert [(fact.name, fact.value, fact.origin, fact.span, fact.note) for fact in found.facts[:5]] == [
        ("kind", "推进会", "file_name", None, "推进会"),
        ("occasion", "青禾县推进会", "file_name", None, "青禾县推进会"),
        ("level", "县", "file_name", None, "青禾县"),
        ("place", "青禾县", "file_name", None, "青禾县"),
        ("year", "2031", "file_name", None, "2031"),
    ]


def test_the_text_wins_over_the_files_name() -> None:
    found = values("在云陵市座谈会上的讲话", "（2032年1月8日）", "同志们：", BODY, file="青禾县2031年动员会讲话.txt")
    assert found["place"] == ("云陵市",)
    assert found["year"] == ("2032",)
    assert found["level"] == ("市",)
    assert found["kind"] == ("座谈会",)


@pytest.mark.parametrize(
    ("title", "level", "rule"),
    [
        ("在全局作风建设会议上的讲话", "部门", "全局 → 部门"),
        ("在石鸢镇现场会上的讲话", "乡镇", "石鸢镇 → 乡镇"),
        ("在岚朔自治区工作会议上的讲话", "省", "岚朔自治区 → 省"),
        ("在州委农村工作会议上的讲话", "市", "州委 → 市"),
        ("在第三届全国人民代表大会第一次会议上的讲话", "国家", "全国 → 国家"),
    ],
)
def test_a_level_that_is_not_among_the_words_is_derived_by_a_rule_that_is_named(
    title: str, level: str, rule: str
) -> None:
    fact = only(speech(title, "同志们：", BODY)[0], "level")
    assert (fact.value, fact.origin, fact.span, fact.note) == (level, "derived", None, rule)


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("在 xx 区优化营商环境大会上的讲话", "区"),
        ("在XX市动员大会上的讲话", "市"),
        ("在某某县动员大会上的讲话", "县"),
    ],
)
def test_a_blanked_place_gives_the_level_and_no_place(title: str, level: str) -> None:
    found = titled(title)
    assert found["level"] == (level,)
    assert "place" not in found


def test_several_places_of_one_name_are_several_facts() -> None:
    assert titled("在江垣省云陵市座谈会上的讲话")["place"] == ("江垣省", "云陵市")


def test_a_quoted_documents_place_counts_where_it_is_of_the_meetings_level() -> None:
    assert titled("在全省大会上关于《江垣省若干规定》的讲话")["place"] == ("江垣省",)
    assert "place" not in titled("在全县学习《江垣省若干规定》动员会上的讲话")
    assert {"place", "level", "year"}.isdisjoint(titled("在学习贯彻《江垣省2031年行动方案》动员会上的讲话"))


def test_of_two_names_of_one_place_the_fuller_is_kept() -> None:
    found = values(
        "2031年岚朔政府工作报告", "2031年1月9日在岚朔自治区第八届人民代表大会第三次会议上", "各位代表：", BODY
    )
    assert found["place"] == ("岚朔自治区",)
    assert found["kind"] == ("政府工作报告",)
    assert found["occasion"] == ("岚朔自治区第八届人民代表大会第三次会议",)


def test_without_a_title_the_opening_says_what_is_being_held() -> None:
    found = values("同志们：", "经县委研究，今天召开全县招商引资动员大会，全面落实市委、市政府部署。" + BODY)
    assert (found["occasion"], found["kind"], found["level"]) == (("全县招商引资动员大会",), ("动员大会",), ("县",))
    found = values("同志们：", "县委决定召开这次会议，省、市推进会也已经召开。" + BODY)
    assert (found["kind"], found["level"]) == (("会议",), ("县",))
    assert "occasion" not in found


@pytest.mark.parametrize("title", ["在大会上的讲话", "县委书记在大会上的讲话", "领导在大会讲话"])
def test_a_title_that_says_only_a_kind_leaves_the_name_to_the_opening(title: str) -> None:
    opening = "今天召开全县招商引资动员大会，主要任务是总结经验。"
    assert values(title, "同志们：", opening, BODY)["occasion"] == ("全县招商引资动员大会",)
    alone = values(title, "同志们：", BODY)
    assert alone["kind"] == ("大会",)
    assert "occasion" not in alone


def test_what_was_held_before_is_not_this_meeting() -> None:
    found = values("同志们：", "要落实昨天召开的全市招商引资大会精神。我省、我市、我县都很重视。" + BODY)
    assert found == {"addressed": ("同志们",)}


def test_a_name_that_the_speech_calls_its_own_is_its_place() -> None:
    opening = "今天召开全县动员大会。"
    own = "青禾县是山区县，去年全县增长百分之三。隔壁砚屏县也不差。"
    assert values("同志们：", opening, "一、形势", own)["place"] == ("青禾县",)
    assert values("同志们：", opening, "今年的任务写在《青禾县攻坚年行动方案》里。")["place"] == ("青禾县",)
    assert "place" not in values("同志们：", opening, "要学习《砚屏县优化营商环境条例》，今年出实效。")
    assert "place" not in values("同志们：", opening, own, "砚屏县是大县，比我县强。")


def test_the_year_is_not_any_year_of_the_body() -> None:
    body = "过去的2030年，我们完成了任务。2031年要再上台阶。高铁2033年通车。"
    assert "year" not in values("在全县大会上的讲话", "更新时间:2032-03 来源:网友投稿", "同志们：", body)
    assert values("同志们：", "今天是2031年春节后的头一天。" + BODY)["year"] == ("2031",)


def test_the_signature_says_date_place_and_office() -> None:
    found = values("同志们：", BODY, BODY, "中共青禾县委", "2031年3月5日")
    assert (found["place"], found["date"]) == (("青禾县",), ("2031-03-05",))
    assert values("同志们：", BODY, BODY, "（县委书记　张三）")["office"] == ("县委书记",)
    assert "place" not in values("同志们：", BODY, BODY, "让我们为建设云陵市而奋斗！")


@pytest.mark.parametrize(
    ("title", "office"),
    [
        ("县委书记张三在全县大会上的讲话", ("县委书记",)),
        ("县委副书记、县长张三在全县大会上的讲话", ("县委副书记、县长",)),
        ("在全市县委书记座谈会上的讲话", None),
        ("市领导在全市推进会上的讲话", None),
    ],
)
def test_the_office_is_the_speakers_and_not_the_audiences(title: str, office: tuple[str, ...] | None) -> None:
    assert titled(title).get("office") == office


@pytest.mark.parametrize(
    ("line", "addressed"),
    [
        ("同志们：", "同志们"),
        ("同志们；", "同志们"),
        ("各位代表！", "各位代表"),
        ("尊敬的各位企业家、各位商会会长，同志们、朋友们：", "各位企业家、各位商会会长，同志们、朋友们"),
        ("各 位 代 表：", "各位代表"),
        ("同志们:刚才,XX同志作了汇报。" + BODY, "同志们"),
        ("各位企业家普遍反映一个问题：" + BODY, None),
        (BODY, None),
    ],
)
def test_whom_the_speech_addresses(line: str, addressed: str | None) -> None:
    found = values("在全县大会上的讲话", line, BODY).get("addressed")
    assert found == ((addressed,) if addressed else None)


@given(any_texts(), st.sampled_from(["讲话.txt", "云陵市2031年3月讲话.txt", "ⅷ.txt"]))
def test_every_fact_comes_from_somewhere(text: str, file: str) -> None:
    document = understand(Source(source_id(text), file, text, "", "text", "1", "utf-8"), IndexSettings())
    for found in document.speeches:
        for fact in found.facts:
            assert (fact.span is not None) == (fact.origin == "text")
            assert fact.span is not None or fact.note
            if fact.span and fact.name not in ("date", "year"):
                words = iter(text[slice(*fact.span)])
                assert all(character in words for character in fact.value), fact
            if fact.origin == "file_name":
                assert fact.note in file


def test_a_speech_of_no_paragraphs_has_the_facts_of_its_files_name() -> None:
    (kind, *_) = find_facts(clean("").reading, None, (), "青禾县动员大会讲话.txt", Span)
    assert (kind.value, kind.origin) == ("动员大会", "file_name")


def test_facts_of_a_traditional_text_are_written_as_there_and_the_level_as_everywhere() -> None:
    paragraphs = ("青禾縣委書記 ×××", "尊敬的各位來賓，同志們：", BODY)
    found = values("在青禾縣優化營商環境動員大會上的講話", *paragraphs, file="青禾縣.txt")
    assert found == {
        "kind": ("動員大會",),
        "occasion": ("青禾縣優化營商環境動員大會",),
        "level": ("县",),
        "place": ("青禾縣",),
        "office": ("縣委書記",),
        "addressed": ("各位來賓，同志們",),
    }
