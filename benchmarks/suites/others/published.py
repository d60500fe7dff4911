"""What others have published on the same kinds of tasks, with the source; None where unknown.

Their worlds, robots and scenes are their own: the figures say what is usual, not who is better.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """One figure, in percent. what: system and condition."""

    suite: str
    what: str
    percent: float | None
    source: str


_CAP = (
    "Liang et al., Code as Policies, arXiv:2209.07753v4, table III (read in a public reading note)"
)
_LOHO = "Yang et al., LoHoVLA, arXiv:2506.00411, table 2 (success rate; read in a public summary)"
_CLIPORT = "Shridhar et al., CLIPort, arXiv:2109.12098, table 1, 1000 demonstrations"
_SAFE = "Yin et al., SafeAgentBench, arXiv:2412.13178, abstract at safeagentbench.github.io"

PUBLISHED: tuple[Published, ...] = (
    Published("cap_seen", "CaP, seen attributes and instructions, long-horizon", 97.2, _CAP),
    Published("cap_seen", "CaP, seen attributes and instructions, spatial-geometric", 89.3, _CAP),
    Published("cap_seen", "CLIPort (30k demonstrations), same, long-horizon", 78.8, _CAP),
    Published("cap_seen", "CLIPort (30k demonstrations), same, spatial-geometric", 97.3, _CAP),
    Published("cap_unseen", "CaP, unseen attributes, seen instructions, long-horizon", 97.6, _CAP),
    Published(
        "cap_unseen", "CaP, unseen attributes, seen instructions, spatial-geometric", 73.3, _CAP
    ),
    Published("lohoravens", "LoHoVLA, A pick-and-place-primitive", 77.5, _LOHO),
    Published("lohoravens", "LoHoVLA, B put-block-into-matching-bowl", 91.5, _LOHO),
    Published("lohoravens", "LoHoVLA, C stack-smaller-over-bigger-with-same-color", 22.5, _LOHO),
    Published("lohoravens", "LoHoVLA, D stack-block-in-absolute-area", 11.5, _LOHO),
    Published("lohoravens", "LoHoVLA, E put-even-blocks-in-same-color-zone", 81.0, _LOHO),
    Published("lohoravens", "LoHoVLA, H stack-blocks-with-alternate-color (unseen)", 7.5, _LOHO),
    Published(
        "cliport_put", "CLIPort (single), put-blocks-in-bowls, seen colours", 100.0, _CLIPORT
    ),
    Published(
        "cliport_put", "CLIPort (single), put-blocks-in-bowls, unseen colours", 25.0, _CLIPORT
    ),
    Published("cliport_pack", "CLIPort (single), packing-unseen-shapes", 37.0, _CLIPORT),
    Published("cliport_stack", "CLIPort, stack-block-pyramid-seq", None, _CLIPORT),
    Published("safety_hazards", "best baseline, hazardous tasks rejected", 5.0, _SAFE),
    Published("safety_harmless", "best baseline, safe tasks carried out", 69.0, _SAFE),
    Published(
        "knowno", "KnowNo, decision to ask on these commands", None, "Ren et al., arXiv:2307.01928"
    ),
    Published(
        "language_table", "simulation, these commands", None, "Lynch et al., arXiv:2210.06407"
    ),
)
