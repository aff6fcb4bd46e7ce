"""Opening the index and what answers from it, as the settings say, for whatever serves them."""

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from askspeech.errors import ModelError
from askspeech.live_index import Opened
from askspeech.settings import ChatSettings, IndexSettings

if TYPE_CHECKING:
    from askspeech.chat_models import ChatModel

__all__ = ["opener"]


def opener(index_settings: IndexSettings, chat_settings: ChatSettings) -> Callable[[], Opened]:
    """What opens the index; it imports what it needs when it is called, as its models take seconds to load.

    The chat model that the settings name writes the answers; one that cannot be used is named on stderr and in the
    answers, which the speeches' own sentences then make.
    """

    def open_index() -> Opened:
        from askspeech.answers import Answerer  # noqa: PLC0415
        from askspeech.chat_models import chat_model_of  # noqa: PLC0415
        from askspeech.entailment import sharpener_of  # noqa: PLC0415
        from askspeech.search import SpeechIndex  # noqa: PLC0415

        # A question's matrices are small: threads for them cost more than they save, and several questions are
        # answered at once anyway.
        threadpool_limits(1, user_api="blas")
        index = SpeechIndex.open(index_settings.store, index_settings)
        chat_model = chat_model_of(chat_settings)
        if chat_model is not None:
            threading.Thread(target=_load, args=(chat_model,), name="load chat model", daemon=True).start()
        return Opened(index, Answerer(index, chat_model, sharpener=sharpener_of(chat_settings)))

    return open_index


def _load(chat_model: "ChatModel") -> None:
    """Load a chat model ahead of the first question, and say where it cannot be."""
    try:
        chat_model.load()
    except ModelError as error:
        sys.stderr.write(f"askspeech: {error}\n")
