"""The page's words in Chinese and in English."""

import json
import re
from dataclasses import asdict, fields
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from askspeech.datatypes import Language
from askspeech.texts import CHINESE, ENGLISH, PageTexts, language_of_reader, page_texts, translations

LANGUAGES: tuple[Language, ...] = ("zh", "en")
NAMES = [field.name for field in fields(PageTexts)]
FILLED_IN = {"file", "filters", "name", "number", "place", "question", "quote", "reason", "sentences", "supported"}
FILLED_IN |= {"title", "values"}
FILLED_IN |= {"characters", "fact", "rate", "speeches", "term", "uses", "using"}  # at a glance
FILLED_IN |= {"changes", "column", "files", "most", "first", "found", "last", "lasted", "passages"}  # the library
FILLED_IN |= {"reasons", "role", "seconds", "size", "stage", "step", "steps", "when", "who"}
FILLED_IN |= {"names", "untitled"}  # other files with the same text; a title that nobody gave
HAN = re.compile("[㐀-鿿]")
PLACEHOLDER = re.compile(r"\{(\w*)\}")


def test_each_language_has_its_own_words() -> None:
    assert (page_texts("zh"), page_texts("en")) == (CHINESE, ENGLISH)
    # Whoever cannot read the page's language must be able to read the name of the other one.
    assert (CHINESE.other_language, ENGLISH.other_language) == ("English", "中文")
    assert all(HAN.search(text) for name, text in asdict(CHINESE).items() if name != "other_language")
    assert not any(HAN.search(text) for name, text in asdict(ENGLISH).items() if name != "other_language")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_has_white_space_around_it(language: Language) -> None:
    assert [name for name, text in asdict(page_texts(language)).items() if not text or text != text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_list_or_a_command_follows_ends_with_a_colon(language: Language) -> None:
    texts = page_texts(language)
    assert all(text[-1] in "：:" for text in (texts.missing_index, texts.welcome_examples))


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_fill_in_the_same(name: str) -> None:
    chinese, english = (sorted(PLACEHOLDER.findall(getattr(texts, name))) for texts in (CHINESE, ENGLISH))
    assert chinese == english
    assert set(chinese) <= FILLED_IN


@pytest.mark.parametrize("language", LANGUAGES)
def test_places_and_numbers_are_filled_in(language: Language) -> None:
    texts = page_texts(language)
    for text in (texts.page, texts.paragraph, texts.line):
        assert "3–4" in text.format(place="3–4")
    assert "12" in texts.cited_place.format(number=12)


def test_translations_are_all_words_of_all_languages_as_plain_values() -> None:
    found = json.loads(json.dumps(translations()))
    assert list(found) == list(LANGUAGES)
    assert {language: PageTexts(**words) for language, words in found.items()} == {"zh": CHINESE, "en": ENGLISH}


def test_every_word_that_the_script_shows_is_there_and_none_is_left_over(repository: Path) -> None:
    package = repository / "src" / "askspeech"
    script = "".join(path.read_text(encoding="utf-8") for path in sorted((package / "static").glob("*.js")))
    assert set(re.findall(r"\bwords\.(\w+)", script)) <= set(NAMES)
    modules = [path for path in sorted(package.glob("*.py")) if not path.stem.endswith("texts")]
    code = script + "".join(path.read_text(encoding="utf-8") for path in modules)
    families = tuple(re.findall(r'f"(\w+_)\{', code))  # words(f"page_{name}"): every word of that family
    left = [name for name in NAMES if not re.search(rf"\b{name}\b", code) and not name.startswith(families)]
    assert left == []


@pytest.mark.parametrize(
    ("header", "language"),
    [
        *((None, "zh"), ("", "zh"), ("zh", "zh"), ("zh-Hant-TW", "zh"), (" zh-CN ; q=0.9 , en", "zh")),
        *(("en", "en"), (" EN-gb, zh", "en"), ("de-DE,de;q=0.9,zh;q=0.8", "en"), ("ja", "en")),
    ],
)
def test_the_first_language_of_a_browser_decides(header: str | None, language: str) -> None:
    assert language_of_reader(header) == language


@given(st.text(), st.text())
def test_what_follows_the_first_language_is_not_asked(first: str, rest: str) -> None:
    assume(any(one.partition(";")[0].strip() not in ("", "*") for one in first.split(",")))
    alone = language_of_reader(first + ",")
    assert alone in LANGUAGES
    assert language_of_reader(f"{first},{rest}") == alone
