"""What the tests of the training share."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def torch_as_before() -> Iterator[None]:
    """Training chooses threads and deterministic algorithms for its whole process; other tests run in this one."""
    import torch

    threads, deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(deterministic)
