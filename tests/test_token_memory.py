"""Remembered token ids: always those that would be made, each text once, and never more than is allowed."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from askspeech.token_memory import TokenMemory
from askspeech.tokens import search_key

TEXTS = st.lists(st.text(alphabet="县財財政局Ａa 1。", max_size=12), max_size=8)


class Counting:
    """Makes ids of characters, and remembers what of."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, keys: Sequence[str]) -> list[NDArray[np.uint16]]:
        self.asked += keys
        return [np.array([ord(one) % 2000 for one in key], dtype=np.uint16) for key in keys]


@given(st.lists(TEXTS, max_size=5), st.integers(0, 40))
def test_what_comes_back_is_what_would_be_made(calls: list[list[str]], characters: int) -> None:
    memory = TokenMemory(Counting(), characters)
    for texts in calls:
        known = memory.of(texts)
        assert [one.key for one in known] == [search_key(text) for text in texts]
        assert [one.ids.tolist() for one in known] == [one.tolist() for one in Counting()([one.key for one in known])]


@given(st.lists(TEXTS, max_size=5), st.integers(0, 40))
def test_no_more_is_remembered_than_is_allowed(calls: list[list[str]], characters: int) -> None:
    counting = Counting()
    memory = TokenMemory(counting, characters)
    for texts in calls:
        memory.of(texts)
    before = len(counting.asked)
    different = list(dict.fromkeys(text for texts in calls for text in texts))
    memory.of(different)
    remembered = len(different) - (len(counting.asked) - before)
    assert sum(sorted(map(len, different))[:remembered]) <= characters


def test_a_text_is_made_once() -> None:
    counting = Counting()
    memory = TokenMemory(counting)
    memory.of(["由县财政局牵头。", "由县财政局牵头。", "由县商务局牵头。"])
    memory.of(["由县商务局牵头。", "由县财政局牵头。"])
    assert counting.asked == ["由县财政局牵头。", "由县商务局牵头。"]


def test_what_came_first_is_forgotten_first() -> None:
    counting = Counting()
    memory = TokenMemory(counting, 10)
    for text in ("一二三四五", "六七八九十", "甲乙丙丁戊"):
        memory.of([text])
    memory.of(["六七八九十", "甲乙丙丁戊"])
    assert counting.asked == ["一二三四五", "六七八九十", "甲乙丙丁戊"]
    memory.of(["一二三四五"])
    assert counting.asked[-1] == "一二三四五"


def test_many_threads_use_it_at_once() -> None:
    memory = TokenMemory(Counting(), 400)
    texts = [f"第{number}条" for number in range(200)]

    def ask(number: int) -> bool:
        some = texts[number % 150 :] + texts[: number % 50]
        return [one.key for one in memory.of(some)] == [search_key(text) for text in some]

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(300)))
