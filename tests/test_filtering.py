"""Filters: which speeches they keep."""

import pytest
from tests import made

from askspeech.datatypes import Filters
from askspeech.filtering import kept_speeches

COUNTY = made.speech("在青禾县大会上的讲话", "青禾.txt", level="县", place="青禾县", year="2023")
CITY = made.speech("在云陵市座谈会上的讲话", "云陵/座谈.txt", level="市", place="云陵市", year="2023", kind="座谈会")
BARE = made.speech("讲话：窗口服务", "其他.txt")
ALL = [COUNTY, CITY, BARE]


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        pytest.param(Filters(speech=(CITY.id,)), [CITY], id="id"),
        pytest.param(Filters(speech=("讲话",)), ALL, id="words of the title"),
        pytest.param(Filters(speech=("大会", "座谈会")), [COUNTY, CITY], id="alternatives"),
        pytest.param(Filters(file=("青禾.txt",)), [COUNTY], id="file"),
        pytest.param(Filters(year=("2023",)), [COUNTY, CITY], id="year"),
        pytest.param(Filters(year=("2023",), level=("市", "省")), [CITY], id="fields narrow each other"),
        pytest.param(Filters(kind=("座谈会",), place=("青禾县",)), [], id="nothing fits"),
    ],
)
def test_kept(filters: Filters, kept: list[object]) -> None:
    assert kept_speeches(ALL, filters) == kept


@pytest.mark.parametrize("filters", [None, Filters()])
def test_no_filter_is_not_the_same_as_all_speeches(filters: Filters | None) -> None:
    assert kept_speeches(ALL, filters) is None
