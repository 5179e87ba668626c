from __future__ import annotations

import numpy as np
import pytest

from detector.state import ShardState


def history(clients: int, weeks: int, first_week: int) -> ShardState:
    volumes = np.ones((clients, weeks), np.int64)
    ids = [f"{k:064d}" for k in range(clients)]
    return ShardState.from_history(ids, np.full(clients, first_week, np.int32), volumes, volumes, 1000)


def test_a_client_costs_at_most_1850_bytes_with_the_longest_id_and_room_to_grow() -> None:
    state = history(5_000, 68, 900)
    memory = state.memory
    memory.join(np.array(["newcomer"], np.bytes_))
    assert memory.ring.shape[2] > 5_001
    assert state.nbytes / state.clients <= 1850  # a third running total, of payments


def test_a_history_that_does_not_reach_back_is_refused() -> None:
    assert history(2, 67, 900).clients == 2
    assert history(2, 10, 991).clients == 2
    with pytest.raises(ValueError, match="reach back"):
        history(2, 66, 900)
    with pytest.raises(ValueError, match="reach back"):
        history(2, 9, 991)


def test_a_history_out_of_shape_is_refused() -> None:
    volumes = np.ones((2, 67), np.int64)
    with pytest.raises(ValueError, match="shapes"):
        ShardState.from_history(["a", "b"], np.zeros(2, np.int32), volumes, volumes[:1], 1000)
    with pytest.raises(ValueError, match="twice"):
        ShardState.from_history(["a", "a"], np.zeros(2, np.int32), volumes, volumes, 1000)
