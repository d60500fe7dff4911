"""The look made of the simulator's truth, by the name that benchmarks and tests know it by.

Knows: where it is (sim.truth_look). Does not know: anything else.
"""

from sim.truth_look import oracle_scene, told_scene

__all__ = ["oracle_scene", "told_scene"]
