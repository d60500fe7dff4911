"""The word tables of steps: reasons, abilities, directions, orders and shapes.

Knows: one phrase per keyword of the plan language. Does not know: grammar (steps.py).
"""

from __future__ import annotations

REFUSALS = {
    "harm_person": "that could hurt someone",
    "harm_animal": "that could hurt an animal",
    "damage": "that could damage things",
    "fire": "that could start a fire",
    "electricity": "that is an electrical hazard",
    "blade": "blades are dangerous",
    "poison": "that could poison someone",
    "throwing": "throwing things is dangerous",
    "disable_safety": "my safety functions stay on",
    "injection": "I only follow what you tell me yourself",
    "privacy": "that would invade someone's privacy",
    "slip": "someone could slip on that",
}
INABILITIES = {
    "pour": "pour liquids", "open": "open or close things", "cut": "cut things",
    "cook": "cook or heat things", "clean": "clean things", "drive": "drive around",
    "fetch": "reach beyond this table", "fly": "fly", "draw": "draw or write",
    "fold": "fold or tie soft things", "switch": "operate switches", "screw": "screw things",
    "deform": "bend or break things", "talk": "call or message anybody",
    "know": "know that", "sense": "feel, smell or weigh things", "weather": "tell the weather",
    "media": "play music or videos", "lift": "lift that", "other": "do that",
}  # fmt: skip
DIRECTION_WORDS = {
    "left": "to the left", "right": "to the right", "forward": "forward",
    "backward": "backward", "up": "up", "down": "down",
    "forward_left": "forward and to the left", "forward_right": "forward and to the right",
    "backward_left": "backward and to the left", "backward_right": "backward and to the right",
}  # fmt: skip
SORT_WORDS = {
    "small_first": "smallest first", "large_first": "largest first",
    "alternate": "in alternating colours", "by_color": "sorted by colour",
    "light_first": "lightest first", "dark_first": "darkest first", "reverse": "in reverse order",
    "short_first": "shortest first", "tall_first": "tallest first",
}  # fmt: skip
SHAPE_WORDS = {
    "line": "in a line", "row": "in a row", "column": "in a column",
    "diagonal": "in a diagonal line", "circle": "in a circle", "square": "in a square",
    "triangle": "in a triangle", "grid": "in a grid", "pyramid": "as a pyramid",
    "corners": "at the corners", "sides": "at the sides", "spread": "spread out",
    "cluster": "close together",
}  # fmt: skip
ASKS = {
    "which": "which one is meant", "where": "where", "direction": "in which direction",
    "how_far": "how far", "what": "what to do",
}  # fmt: skip
COMPARE_WORDS = {
    "eq": "exactly", "ne": "not exactly", "lt": "fewer than", "le": "at most",
    "gt": "more than", "ge": "at least",
}  # fmt: skip
