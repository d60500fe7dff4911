"""How regions are counted against true masks."""

from __future__ import annotations

import numpy as np

from benchmarks.segmenters import Count, built_in, count, run


def scored(truth: np.ndarray, ids: np.ndarray) -> dict[str, float]:
    total = Count()
    count(total, truth, ids, np.ones(truth.shape, bool))
    return total.summary()


def test_what_is_well_split_merged_and_invented_is_counted() -> None:
    truth = np.zeros((60, 80), np.int32)
    truth[10:30, 10:30], truth[10:30, 30:50] = 1, 2
    right = scored(truth, truth)
    assert (right["things"], right["well"], right["split"], right["merged"]) == (2, 1, 0, 0)
    assert right["overlap"] == 1 and right["invented_a_picture"] == 0
    one = scored(truth, (truth > 0).astype(np.int32))
    assert one["merged"] == 1 and one["overlap"] == 0.5
    halves = truth.copy()
    halves[20:30, 10:30] = 7
    split = scored(truth, halves)
    assert split["split"] == 0.5 and split["merged"] == 0
    strange = truth.copy()
    strange[40:58, 40:60] = 5
    assert scored(truth, strange)["invented_a_picture"] == 1
    nothing = scored(truth, np.zeros_like(truth))
    assert nothing["well"] == 0 and nothing["things"] == 2


def test_the_built_in_cut_finds_things_that_lie_apart() -> None:
    counts = run({"built-in": built_in}, "apart", range(900_001, 900_003), "none", views=1)
    found = counts["built-in"].summary()
    assert found["things"] >= 3 and found["well"] > 0.5 and found["merged"] == 0
