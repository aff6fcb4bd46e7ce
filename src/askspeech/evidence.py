"""Do the passages found answer the question, or is it about something else?

What is asked has to stand in them: its rare words, or in other words something near every telling token. The limits
were set on the development questions and twenty questions on foreign subjects.
"""

from collections.abc import Mapping
from types import MappingProxyType

from askspeech.datatypes import Language

__all__ = ["answers_it"]

_LEAST_LATE: Mapping[Language, float] = MappingProxyType({"zh": 0.5, "en": 0.4})
_LEAST_COVERED: Mapping[Language, float] = MappingProxyType({"zh": 0.25, "en": 0.0})


def answers_it(language: Language, covered: float, late: float) -> bool:
    """Whether a question is answered, from the share of its rare terms covered and the best late interaction."""
    return covered >= _LEAST_COVERED[language] and late >= _LEAST_LATE[language]
