"""A model that says whether words carry a sentence: sharpens what the rules of `checking` leave open, off by default.

Any CrossEncoder of sentence_transformers that tells entailment apart (NLI), or one that gives a pair one score between
0 and 1. Where it fails, the rules stand alone.
"""

import threading
from typing import Any

import numpy as np

from askspeech.errors import ModelError
from askspeech.foreign_models import ModelKind, encodable, load_model
from askspeech.settings import ChatSettings

__all__ = ["EntailmentModel", "Sharpener", "sharpener_of"]

KIND = ModelKind(
    noun="checker",
    library_class="CrossEncoder",
    setting="ASKSPEECH_CHECKER",
    owner="cross-encoder",
    comparable="MoritzLaurer/mDeBERTa-v3-base-mnli-xnli",
    without="leave it empty to check by rule alone",
)
_ENTAILS = "entail"
UNDECIDED = 0.5


class EntailmentModel:
    """A CrossEncoder by name or folder; the library is imported here, not before.

    Only safetensors are read and no code of a model is run. Raises `ModelError` when it cannot be loaded, or gives a
    pair several scores of which none is named entailment.
    """

    def __init__(self, name: str, revision: str = "") -> None:
        self.name = name
        self._one_at_a_time = threading.Lock()  # tokenizers fail where two threads use one
        self._model, _ = load_model(KIND, name, revision)
        self._label = self._entailment()

    def __call__(self, evidence: str, sentence: str) -> float:
        """How likely the evidence carries the sentence, 0 to 1; raises `ModelError` where the model fails."""
        pair = list(zip(encodable([evidence]), encodable([sentence]), strict=True))
        try:
            with self._one_at_a_time:
                given = self._model.predict(pair, convert_to_numpy=True, show_progress_bar=False, activation_fn=_raw())
        except Exception as error:
            raise ModelError(
                f"The checker {self.name} failed on a sentence of {len(sentence)} characters: {error}. Use another "
                f"one, such as {KIND.comparable}, or {KIND.without}."
            ) from error
        return self._likelihood(np.asarray(given, dtype=np.float64).reshape(-1))

    def _likelihood(self, scores: "np.ndarray[Any, np.dtype[np.float64]]") -> float:
        if not np.isfinite(scores).all():
            raise ModelError(f"The checker {self.name} gave values that are no numbers. Use another one.")
        if self._label is None:
            return float(1 / (1 + np.exp(-scores[0])))
        shares = np.exp(scores - scores.max())
        return float(shares[self._label] / shares.sum())

    def _entailment(self) -> int | None:
        """Which of a pair's scores is that of entailment; None where there is but one."""
        labels = self._model.config.id2label
        if len(labels) == 1:
            return None
        for place, label in labels.items():
            if str(label).lower().startswith(_ENTAILS):
                return int(place)
        raise ModelError(
            f"{self.name} gives a pair {len(labels)} scores ({', '.join(map(str, labels.values()))}), and none of them "
            f"is named entailment. Name an NLI model, such as {KIND.comparable}, or {KIND.without}."
        )


class Sharpener:
    """The checker's model, loaded when it is first asked; where it fails it has no opinion from then on.

    `problem` says why it failed, empty while it has not.
    """

    def __init__(self, name: str, revision: str = "") -> None:
        self.name = name
        self._revision = revision
        self.problem = ""
        self._model: EntailmentModel | None = None
        self._loading = threading.Lock()

    def __call__(self, evidence: str, sentence: str) -> float:
        """How likely it is that the evidence carries the sentence, 0 to 1; 0.5 where the model cannot say."""
        try:
            return UNDECIDED if self.problem else self._loaded()(evidence, sentence)
        except ModelError as error:
            self.problem = str(error)
            return UNDECIDED

    def _loaded(self) -> EntailmentModel:
        with self._loading:
            if self._model is None:
                self._model = EntailmentModel(self.name, self._revision)
            return self._model


def sharpener_of(settings: ChatSettings) -> Sharpener | None:
    """The checker's model that the settings name, None where they name none; nothing is loaded yet."""
    return Sharpener(settings.checker, settings.checker_revision) if settings.checker else None


def _raw() -> Any:
    """Scores as they come out of the model: which function makes shares of them depends on their number."""
    from torch.nn import Identity  # noqa: PLC0415 (takes seconds to import)

    return Identity()
