"""Figures for whoever watches the server, in the text format of Prometheus; each process has its own.

What is counted holds no name, no address and no word of a question: labels are from short lists.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, GCCollector, Histogram, PlatformCollector
from prometheus_client import ProcessCollector as AboutProcess
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from askspeech.datatypes import Answer
from askspeech.model_failures import FailureKind

__all__ = ["CONTENT_TYPE", "Metrics", "Reading", "SignInOutcome", "Way", "stages_of"]

CONTENT_TYPE = CONTENT_TYPE_LATEST

Way = Literal["page", "rest", "mcp"]
SignInOutcome = Literal["done", "refused", "locked"]
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0)
_STAGES = ("rewrite", "search", "first_word", "whole", "checking")
_OUTCOMES = ("answered", "partly", "blanked_out", "part_hidden", "not_found", "stopped", "failed", "no_question")
_WAYS: tuple[Way, ...] = ("page", "rest", "mcp")


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that is looked up whenever the figures are asked for; with a label, one for each of its values."""

    name: str
    what: str
    values: Mapping[str, float]
    label: str = ""


class Metrics:
    """The figures of one server process; any number of threads count at once.

    Args:
        readings: what is looked up whenever the figures are asked for.
    """

    def __init__(self, readings: Callable[[], Sequence[Reading]] = tuple) -> None:
        self._registry = registry = CollectorRegistry()
        self._questions = Counter(
            "askspeech_questions", "Questions asked, by how they came and how they ended.", ["way", "outcome"],
            registry=registry,
        )  # fmt: skip
        self._refused = Counter(
            "askspeech_refusals", "Answers that say that the speeches do not hold it.", ["way"], registry=registry
        )
        self._seconds = Histogram(
            "askspeech_answer_seconds", "How long answers took, by stage.", ["stage"], buckets=_SECONDS,
            registry=registry,
        )  # fmt: skip
        self._tokens = Counter("askspeech_chat_tokens", "Tokens of chat models.", ["direction"], registry=registry)
        self._failures = Counter(
            "askspeech_chat_failures", "Answers for which the chat model failed, by why.", ["kind"], registry=registry
        )
        self._degraded = Counter(
            "askspeech_keyword_only", "Answers found by the keyword index alone, its vectors away.", registry=registry
        )
        self._running = Gauge(
            "askspeech_questions_running", "Answers that are being made now.", ["way"], registry=registry
        )
        self._requests = Counter(
            "askspeech_http_requests", "Requests, by route and status.", ["method", "route", "status"],
            registry=registry,
        )  # fmt: skip
        self._sign_ins = Counter(
            "askspeech_sign_ins", "Tries to sign in, by how they ended.", ["outcome"], registry=registry
        )
        self._busy = Counter(
            "askspeech_busy", "Questions that were not taken, as too many waited.", ["way"], registry=registry
        )
        self._begin_with_zeros()
        registry.register(_Looked(readings))
        for about in (AboutProcess, PlatformCollector, GCCollector):
            about(registry=registry)

    def _begin_with_zeros(self) -> None:
        """Every figure is there from the start: what appears with its first event shows no increase."""
        for way in _WAYS:
            self._running.labels(way)
            self._refused.labels(way)
            self._busy.labels(way)
            for outcome in _OUTCOMES:
                self._questions.labels(way, outcome)
        for stage in _STAGES:
            self._seconds.labels(stage)
        for outcome in get_args(SignInOutcome):
            self._sign_ins.labels(outcome)
        for kind in get_args(FailureKind):
            self._failures.labels(kind)
        for direction in ("input", "output"):
            self._tokens.labels(direction)

    def text(self) -> bytes:
        """The figures as they are sent."""
        return generate_latest(_WithoutMoments(self._registry))

    def question_turned_away(self, way: Way) -> None:
        """A question has come, and there was no place for it."""
        self._busy.labels(way).inc()

    def question_begun(self, way: Way) -> None:
        """A question has come."""
        self._running.labels(way).inc()

    def question_ended(self, way: Way, outcome: str) -> None:
        """It has ended, with the outcome of its answer, or as stopped, failed or no_question."""
        self._running.labels(way).dec()
        self._questions.labels(way, outcome).inc()

    def answered(self, way: Way, answer: Answer, *, keyword_only: bool) -> None:
        """What an answer that came to its end cost."""
        usage = answer.usage
        if answer.refused:
            self._refused.labels(way).inc()
        if keyword_only:
            self._degraded.inc()
        if usage.failure:
            self._failures.labels(usage.failure).inc()
        for stage, seconds in stages_of(answer).items():
            self._seconds.labels(stage).observe(seconds)
        self._tokens.labels("input").inc(usage.input_tokens)
        self._tokens.labels("output").inc(usage.output_tokens)

    def request_ended(self, method: str, route: str, status: int) -> None:
        """A request has been answered. `route` is a template, never an address."""
        self._requests.labels(method, route, str(status)).inc()

    def sign_in_ended(self, outcome: SignInOutcome) -> None:
        """Somebody has tried to sign in: let in, not let in, or to be let try again later."""
        self._sign_ins.labels(outcome).inc()


def stages_of(answer: Answer) -> dict[str, float]:
    """How many seconds each stage of an answer took; of those that it had."""
    usage = answer.usage
    known = {
        "rewrite": usage.rewrite_seconds or None,
        "search": usage.search_seconds or None,
        "first_word": usage.seconds_to_first_word,
        "whole": usage.seconds,
        "checking": usage.checking_seconds or None,
    }
    return {stage: seconds for stage, seconds in known.items() if seconds is not None}


class _WithoutMoments(Collector):
    """The figures of a registry without the moment that each was first counted: twice as many lines, for nothing."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        """The figures as they are now."""
        for family in self._registry.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family


class _Looked(Collector):
    """Makes figures of readings whenever they are asked for."""

    def __init__(self, readings: Callable[[], Sequence[Reading]]) -> None:
        self._readings = readings

    def describe(self) -> Sequence[Metric]:
        """Nothing: what there will be is looked up only when it is asked for."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The figures as they are now."""
        for reading in self._readings():
            family = GaugeMetricFamily(reading.name, reading.what, labels=[reading.label] if reading.label else [])
            for label, value in reading.values.items():
                family.add_metric([label] if reading.label else [], value)
            yield family
