"""The closed word lists of the plan language.

Knows: every keyword a plan can contain. Does not know: what the words do
(grounding.py, placement.py) nor how people say them (that is the language model's work).
"""

from __future__ import annotations

from typing import Literal, get_args

Color = Literal[
    "red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink",
    "brown", "tan", "gray", "white", "black", "gold",
]  # fmt: skip

#: Kinds that perception reports, and category words that stand for several of them.
Kind = Literal[
    "object", "container", "toy", "dish", "round",
    "block", "bowl", "plate", "cup", "can", "ball", "box", "tray", "zone", "stack",
    "mug", "duck", "teddy", "lego", "jenga", "domino", "soccerball",
]  # fmt: skip

Quantifier = Literal[
    "the", "a", "all", "both", "count", "at_most", "half", "every_other", "rest", "none",
    "every_third", "most", "one_each",
]  # fmt: skip
#: References to the past of the dialogue, or to the loop's present item ("this").
Past = Literal["it", "them", "other", "this", "last_moved", "first_moved", "answer", "pattern"]
#: References to what was moved, which can have a rank: the second thing that was moved.
MOVED_REFS: tuple[str, ...] = ("first_moved", "last_moved")
SizeWord = Literal["small", "medium", "large"]
Material = Literal[
    "wood", "metal", "plastic", "glass", "rubber", "ceramic", "paper", "cloth", "foam",
]  # fmt: skip
State = Literal["empty", "full", "held", "stacked", "clear"]

OrderKey = Literal[
    "left", "right", "front", "back", "middle", "top", "bottom",
    "nearest", "farthest", "largest", "smallest", "tallest", "shortest",
    "darkest", "lightest", "fullest", "emptiest",
]  # fmt: skip

#: Relations that can hold between things; the spatial ones also name places.
SpatialRel = Literal[
    "on", "in", "under", "above",
    "left_of", "right_of", "in_front_of", "behind",
    "front_left_of", "front_right_of", "back_left_of", "back_right_of",
    "next_to", "far_from", "between", "around", "toward", "away_from",
]  # fmt: skip
CompareRel = Literal[
    "same_color", "different_color", "same_size", "same_kind",
    "bigger_than", "smaller_than", "taller_than", "shorter_than", "darker_than", "lighter_than",
]  # fmt: skip
#: Places that need no landmark, or choose a region by a landmark.
FixedRel = Literal[
    "at", "corner_near", "corner_far", "side_near", "side_far",
    "origin", "there", "elsewhere", "gripper",
]  # fmt: skip

Region = Literal[
    "left", "right", "front", "back", "middle",
    "front_left", "front_right", "back_left", "back_right", "corner", "side",
]  # fmt: skip
Direction = Literal[
    "left", "right", "forward", "backward", "up", "down",
    "forward_left", "forward_right", "backward_left", "backward_right",
]  # fmt: skip
LengthUnit = Literal["mm", "cm", "m", "in", "little", "lot", "half", "double"]
#: Units that are said without a number; the last two are of another distance.
VAGUE_UNITS: tuple[str, ...] = ("little", "lot", "half", "double")
RELATIVE_UNITS: tuple[str, ...] = VAGUE_UNITS[2:]

Shape = Literal[
    "line", "row", "column", "diagonal", "circle", "square", "triangle", "grid", "pyramid",
    "corners", "sides", "spread", "cluster",
]  # fmt: skip
Sort = Literal[
    "small_first", "large_first", "alternate", "by_color", "light_first", "dark_first", "reverse",
    "short_first", "tall_first",
]  # fmt: skip
Comparison = Literal["eq", "ne", "lt", "le", "gt", "ge"]
GroupTest = Literal["odd", "even", "most", "fewest", "unique", "repeated"]
GroupBy = Literal["color", "size", "kind"]

QueryName = Literal[
    "count", "exists", "where", "which", "color", "size", "kind", "distance", "relation",
    "holds", "common", "scene", "held", "did", "moved", "why", "next", "abilities", "identity",
    "greet", "thanks", "status",
]  # fmt: skip
RefuseReason = Literal[
    "harm_person", "harm_animal", "damage", "fire", "electricity", "blade", "poison",
    "throwing", "disable_safety", "injection", "privacy", "slip",
]  # fmt: skip
CannotReason = Literal[
    "pour", "open", "cut", "cook", "clean", "drive", "fetch", "fly", "draw", "fold", "switch",
    "screw", "deform", "talk", "know", "sense", "weather", "media", "lift", "other",
]  # fmt: skip
AskAbout = Literal["which", "where", "direction", "how_far", "what"]
ReshapeAction = Literal["bigger", "smaller", "turn", "move"]

#: Named relations of each family as tuples, for validation and grounding.
SPATIAL_RELS: tuple[str, ...] = get_args(SpatialRel)
COMPARE_RELS: tuple[str, ...] = get_args(CompareRel)
FIXED_RELS: tuple[str, ...] = get_args(FixedRel)
