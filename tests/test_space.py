"""The estimate of the room that an index takes, against what it took."""

import pytest

from askspeech.catalog import CATALOG, Catalog
from askspeech.disk import folder_bytes
from askspeech.manifest import Manifest
from askspeech.space import Amount, generation_bytes
from askspeech.store import Store


@pytest.mark.parametrize("place", ["store", "samples_store"])
def test_the_estimate_is_within_thirty_percent(place: str, request: pytest.FixtureRequest) -> None:
    generation = Store(request.getfixturevalue(place)).current()
    assert generation is not None
    with Catalog.open(generation / CATALOG) as catalog:
        amount = Amount.of(catalog.document(source.id) for source in catalog.sources())
    assert amount.passages == Manifest.read(generation).counts.passages
    needed = generation_bytes(amount, Manifest.read(generation).embedder.dimension)
    assert 0.7 <= needed / folder_bytes(generation) <= 1.3


def test_more_needs_more() -> None:
    assert generation_bytes(Amount(0, 0, 0), 256) < generation_bytes(Amount(1, 0, 0), 256)
    assert generation_bytes(Amount(1, 300, 300), 256) < generation_bytes(Amount(1, 300, 300), 1024)
