"""What a reader is told of an error, in her language; what is not for her, paths and commands, goes into the log."""

import logging
import time
from functools import lru_cache

from askspeech.errors import AskSpeechError
from askspeech.rendering import language_of, said
from askspeech.texts import PageTexts

__all__ = ["logged", "said", "told", "told_to_callers"]

_SECONDS_BETWEEN = 60.0

_log = logging.getLogger(__name__)


def told(error: AskSpeechError, texts: PageTexts) -> str:
    """The error in the language of a page's words; the log has it where there is more to it."""
    logged(error)
    return error.told(language_of(texts))


def told_to_callers(error: AskSpeechError) -> str:
    """The error in both languages, for programs and for whoever is not let in; the log has it where there is more."""
    logged(error)
    return error.public


def logged(error: AskSpeechError) -> None:
    """Write an error into the log of which readers are told less than it says; the same one at most once a minute."""
    if not error.is_for_readers:
        _written(str(error), int(time.monotonic() / _SECONDS_BETWEEN))


@lru_cache(maxsize=64)
def _written(message: str, minute: int) -> None:
    _log.warning("%s", message)
