"""The fleet's benchmarks measure and print; how good the figures are is said in docs/fleet.md."""

from __future__ import annotations

from benchmarks import fleet_growth
from benchmarks.fleet_allocation import measured, table


def test_policies_stand_beside_the_optimum() -> None:
    rows = [*measured("tours: 2 robots, 4 tasks", 2, 4, 3), *measured("pairs: 4 and 4", 4, 4, 3)]
    by_name = {(r.problem[:5], r.policy): r for r in rows}
    assert by_name["tours", "vcg-bundles"].sum_worst == by_name["pairs", "vcg"].sum_worst == 1.0
    assert all(r.sum_ratio >= 1.0 for r in rows)
    assert all(r.end_ratio >= 1.0 for r in rows if r.problem.startswith("tours"))
    assert "| pairs: 4 and 4 | vcg | 1.00 (1.00) |" in table(rows)


def test_growth_counts_what_goes_over_the_coordinators_link() -> None:
    row = fleet_growth.measured(3, "best-response", processes=False)
    assert row.rest_messages > 0 and row.rest_bytes > row.rest_messages
    assert row.divide_messages > 3 * 2 * 2 and row.divide_bytes > row.divide_messages
    assert "| 3 | threads | best-response |" in fleet_growth.table([row])
