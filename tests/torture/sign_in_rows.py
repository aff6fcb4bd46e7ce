"""The row about guessing passwords (S4): few tries for each name and place, and nobody else waits for it."""

import math
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import TypeVar

from tests.torture.other_people import Others, others
from tests.torture.rows import Figures, Row, Trial
from tests.torture.security_world import prepare_store
from tests.torture.service_world import PASSWORD, READER, VICTIM, Heard, Service, Visitor, service

T = TypeVar("T")

GUESSES, AT_ONCE = 10_000, 100
PAIRS = 1000
TRIES, TRIES_FROM_A_PLACE, WINDOW = 5, 50, 300
LONG_ENOUGH = 60
"""To find out whether somebody is locked out, in seconds: each refusal is told five seconds late."""
LARGEST_GAP = 0.005
MOST_RATIO = 1.2
"""By how much the time within which 95 of 100 questions of others are answered may change."""
QUIET: Mapping[str, str] = {"ASKSPEECH_QUESTIONS_PER_MINUTE": "0"}
"""The others ask more quickly than anybody does, so that their times can be compared."""


def waits(heard: Heard) -> int:
    """How long a refused try has to wait, as it is told."""
    assert heard.status == 429, f"status {heard.status}"
    return int(heard.headers["retry-after"])


def guessed(visitors: Sequence[Visitor], guesses: int, met: Others, name: str = VICTIM) -> Counter[int]:
    """The statuses of that many wrong passwords for one name, by so many visitors at once, none in step."""
    found, left, taking = Counter[int](), iter(range(guesses)), threading.Lock()

    def guess(visitor: Visitor) -> None:
        while True:
            if met.is_quiet:
                time.sleep(0.05 + random.random())
                continue
            with taking:
                if next(left, None) is None:
                    return
            heard = visitor.sign_in(name, "a guess")
            if heard.status == 429:
                assert 1 <= waits(heard) <= WINDOW
            with taking:
                found[heard.status] += 1

    with ThreadPoolExecutor(len(visitors)) as pool:
        going = []
        for visitor in visitors:
            going.append(pool.submit(guess, visitor))
            time.sleep(1 / len(visitors))
        while not all(one.done() for one in going):
            time.sleep(0.1)
            met.breathe()
        for one in going:
            one.result()
    return found


def locked_again(visitor: Visitor, name: str = VICTIM) -> None:
    """Guess until it has to wait for a while longer: what was guessed long before may just become too old to count."""
    for _ in range(4 * TRIES):
        heard = visitor.sign_in(name, "a guess")
        if heard.status == 401:
            continue
        if (left := waits(heard)) > LONG_ENOUGH:
            return
        time.sleep(left + 1)
    raise AssertionError(f"{4 * TRIES} guesses, and none has to wait for {LONG_ENOUGH} s")


def at_once(tried: Callable[[T], Heard], chosen: Sequence[T]) -> list[Heard]:
    """What is heard of tries that are made at once, as what is refused is told seconds late."""
    with ThreadPoolExecutor(len(chosen)) as pool:
        return list(pool.map(tried, chosen))


def windows(met: Others) -> int:
    """How many times five minutes were begun since the first guess: so often there are tries anew."""
    return 1 + int((time.monotonic() - met.first) / WINDOW)


def from_one(trial: Trial, guesses: int = GUESSES) -> Figures:
    """All guesses from one address: five are looked at, and the right password waits there with the wrong ones."""
    with service(trial.scratch, trial.folder, **QUIET) as running:
        with others(running) as met:
            found = guessed([running.visitor("127.0.0.9") for _ in range(AT_ONCE)], guesses, met)
            locked_again(running.visitor("127.0.0.9"))
            _is_locked(running)
        assert found[401] <= TRIES * windows(met) and found[401] + found[429] == guesses, found
        assert running.visitor("127.0.0.8").sign_in(VICTIM).status == 303, "another place is not locked"
        assert running.visitor("127.0.0.9").sign_in(VICTIM).status == 429
    return _told(guesses, found, met)


def _is_locked(running: Service) -> None:
    # What it says of where it came from changes nothing, as nobody is trusted to say so.
    claims = product(("X_Forwarded_For", "X_Real_IP", "Forwarded"), ("127.0.0.8", "8.8.8.8, 127.0.0.9", "for=8.8.8.8"))
    headers: list[dict[str, str]] = [{}, *({name: value} for name, value in claims)]
    for heard in at_once(lambda claimed: running.visitor("127.0.0.9").sign_in(VICTIM, **claimed), headers):
        waits(heard)


def from_many(trial: Trial, guesses: int = GUESSES) -> Figures:
    """The guesses from fifty addresses: five from each."""
    with service(trial.scratch, trial.folder, **QUIET) as running:
        guessers = [running.visitor(f"127.0.1.{number % 50 + 1}") for number in range(AT_ONCE)]
        with others(running) as met:
            found = guessed(guessers, guesses, met)
        # Where as many passwords wait to be looked at as may, the rest is told so.
        assert found[401] <= 50 * TRIES * windows(met) and found[401] + found[429] + found[503] == guesses, found
        for guesser in guessers[:50:10]:
            locked_again(guesser)
            waits(guesser.sign_in(VICTIM))
        assert running.visitor("127.0.0.8").sign_in(VICTIM).status == 303
        neighbour = running.visitor("127.0.1.1")
        if (heard := neighbour.sign_in(READER)).status == 429:  # for having tried much more than a person does
            time.sleep(waits(heard) + 1)
            heard = neighbour.sign_in(READER)
        assert heard.status == 303, "other names are not locked there for longer than that"
    return _told(guesses, found, met)


def _told(guesses: int, found: Counter[int], met: Others) -> Figures:
    """The figures of guesses beside which others asked, who may hardly have noticed."""
    figures = met.figures()
    assert met.ratio <= MOST_RATIO, figures
    return {"guesses": guesses, "guesses looked at": found[401], **figures}


def other_names(trial: Trial, guesses: int = 80) -> Figures:
    """One password for many names, from one address: fifty tries, then that place waits."""
    with service(trial.scratch, trial.folder, **QUIET) as running:
        guesser, found = running.visitor("127.0.0.9"), Counter[int]()
        for number in range(guesses):
            found[guesser.sign_in(f"name {number}", "the same").status] += 1
        assert found[401] <= TRIES_FROM_A_PLACE and found[401] + found[429] == guesses, found
        waits(guesser.sign_in(READER))
    return {"guesses": guesses, "guesses looked at": found[401]}


def behind_a_proxy(trial: Trial, guesses: int = 30) -> Figures:
    """Of a trusted proxy the address that it tells of counts, the last one of several; of nobody else."""
    with service(trial.scratch, trial.folder, ASKSPEECH_TRUSTED_PROXIES="127.0.0.5", **QUIET) as running:

        def told(address: str, password: str = "wrong") -> Heard:
            return running.visitor("127.0.0.5").sign_in(VICTIM, password, X_Forwarded_For=address)

        claims = [f"10.9.{number}.1, 203.0.113.9" for number in range(guesses)]
        found = Counter(heard.status for heard in at_once(told, claims))
        assert found[401] <= TRIES and found[401] + found[429] == guesses, found
        waits(told("203.0.113.9", PASSWORD))
        assert told("203.0.113.10", PASSWORD).status == 303, "whoever else comes through the proxy"
        lies = Counter(
            heard.status
            for heard in at_once(
                lambda number: running.visitor("127.0.0.9").sign_in(
                    VICTIM, "wrong", X_Forwarded_For=f"198.51.100.{number % 250}"
                ),
                range(guesses),
            )
        )
        assert lies[401] <= TRIES and lies[401] + lies[429] == guesses, lies
    return {"guesses": 2 * guesses, "guesses looked at": found[401] + lies[401]}


def by_time(trial: Trial, pairs: int = PAIRS) -> Figures:
    """A wrong password takes as long for a name that there is as for one that there is not."""
    known, unknown = list[float](), list[float]()
    with service(trial.scratch, trial.folder) as running:
        for number in range(pairs):
            visitor = running.visitor(f"127.{2 + number // 60000}.{number // 250 % 250}.{1 + number % 250}")
            order = [(VICTIM, known), (f"nobody{number}", unknown)]
            trial.chance.shuffle(order)
            for name, times in order:
                heard = visitor.sign_in(name, "wrong")
                assert heard.status == 401, heard.status
                times.append(heard.seconds)
            visitor.close()
    gap, noise = abs(statistics.median(known) - statistics.median(unknown)), error_of_medians(known, unknown)
    assert gap < max(LARGEST_GAP, 3 * noise), f"{1000 * gap:.2f} ms, with an error of {1000 * noise:.2f} ms"
    return {
        "tries timed": 2 * pairs,
        "largest gap between medians in µs": round(1e6 * gap),
        "largest standard error of that gap in µs": round(1e6 * noise),
    }


def error_of_medians(*samples: Sequence[float]) -> float:
    """The standard error of the difference of medians, by what a busy machine scatters them, robustly."""
    variance = 0.0
    for times in samples:
        middle = statistics.median(times)
        scatter = 1.4826 * statistics.median(abs(one - middle) for one in times)
        variance += (1.2533 * scatter) ** 2 / len(times)
    return math.sqrt(variance)


GUESSING: Mapping[str, Callable[[Trial], Figures]] = {
    "from one address": from_one, "from fifty addresses": from_many, "many names": other_names,
    "behind a proxy": behind_a_proxy, "by time": by_time,
}  # fmt: skip


def ways(_: Path) -> Sequence[str]:
    return tuple(GUESSING)


def held_off(trial: Trial) -> Figures:
    """One way of guessing."""
    return GUESSING[trial.kind](trial)


SIGN_IN_ROWS = {
    "S4": Row("passwords guessed, from one address and from fifty, by name and by time", held_off, ways, prepare_store)
}
