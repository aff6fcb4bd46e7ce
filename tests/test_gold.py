"""What is understood of the samples against what a careful reader wrote down: precision and recall of every aspect."""

from pathlib import Path

import pytest
from tests.gold import ASPECTS, Claim, found_claims, gold_claims, read_gold

LEAST = 0.98


@pytest.fixture(scope="module")
def claims(samples: Path) -> dict[str, tuple[set[Claim], set[Claim]]]:
    """For every aspect what the gold claims and what the code claims, over all samples."""
    files = read_gold(samples)
    pairs = [(gold_claims(gold), found_claims(gold, samples)) for gold in files]
    return {
        aspect: (
            {claim for gold, _ in pairs for claim in gold[aspect]},
            {claim for _, found in pairs for claim in found[aspect]},
        )
        for aspect in ASPECTS
    }


def test_the_gold_speaks_of_every_sample(samples: Path) -> None:
    assert {gold.file for gold in read_gold(samples)} == {path.name for path in samples.glob("*.txt")}


@pytest.mark.parametrize("measure", ["precision", "recall"])
@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_samples_are_understood(
    claims: dict[str, tuple[set[Claim], set[Claim]]], aspect: str, measure: str
) -> None:
    gold, found = claims[aspect]
    of = found if measure == "precision" else gold
    figure = len(gold & found) / len(of) if of else 1.0
    assert figure >= LEAST, _report(aspect, measure, figure, gold, found)


def _report(aspect: str, measure: str, figure: float, gold: set[Claim], found: set[Claim]) -> str:
    """The figure, and every claim that only one side makes."""
    missed = [f"  missed {' · '.join(claim)}" for claim in sorted(gold - found)]
    extra = [f"  extra  {' · '.join(claim)}" for claim in sorted(found - gold)]
    counts = f"{len(gold & found)} agree, {len(missed)} missed, {len(extra)} extra"
    return "\n".join([f"{aspect}: {measure} {figure:.3f} is below {LEAST}; {counts}", *missed, *extra])
