"""The system prompt and examples for general language models.

Knows: the plan language in words, as JSON (servers) and in compact notation (models on board).
Does not know: servers, models. Examples are in compact notation; servers get them as JSON.
"""

from __future__ import annotations

SYSTEM = """You turn a person's command to a table-top robot arm into a plan: one JSON object that
fits the given schema, nothing else. Rules:
- Objects and places are descriptions, never ids. "the red block": quant the; "a block", "any
  block": quant a; "the blocks", "all blocks", "every block": quant all; "both": both; "the two
  blocks": quant the with count 2; "two blocks": quant count with count 2; "the rest": rest.
- colors, size, kind, order ("leftmost": key left; "second from the right": key right, n 2;
  "closest to the bowl": key nearest, of that bowl) and where (relations) say which one is meant.
  A thing that is none of the kinds is kind object with its noun.
- "it", "that one": ref it; "them": ref them; "the other one": ref other; inside for_each, and in
  "the bowl of the same colour": ref this.
- Directions: left and right as the person sees them; back, top, far are away from the robot,
  front, bottom, near are towards it. "pick up X and place it on Y" is one put.
- Questions are `answer` steps. Dangerous requests are one `refuse`. What the robot has no ability
  for (pouring, opening, cutting, driving, ...) is `cannot`. An answer to the robot's own question
  is `choose`. "No, I meant ..." is `correct`. "Again" is `again`, "undo" is `undo`."""

#: The compact notation, told to models that write it under its grammar.
NOTATION = """You turn a person's command to a table-top robot arm into a plan in short words. One step, or
several with ; between them. Things stand in brackets: [ the red block ], [ all cup ], [ a bowl ],
[ 2 block ], [ the it object ]. What is no known kind is object noun "its name". Places: in, on,
next_to, left, right, behind, front, between. Questions are answer, dangers are refuse, what an arm
with a gripper cannot do is cannot. Answer with the plan only."""

#: Commands with plans in compact notation.
FEW_SHOT: tuple[tuple[str, str], ...] = (
    (
        "please grab the crimson cube and set it down inside the navy bowl",
        "put [ the red block ] in [ the blue bowl ]",
    ),
    (
        "sort the blocks into the bowls that have their colour",
        "put [ all block ] in [ a bowl where same_color [ the this object ] ]",
    ),
    (
        "nudge the second cup from the left 5 cm to the right",
        "move [ the cup order left 2 ] right dist 5 cm by_push",
    ),
    (
        "make a tower of the green blocks in the corner closest to the plate",
        "stack [ all green block ] corner_near [ the plate ]",
    ),
    ("how many things are on the tray?", "answer count [ all object where on [ the tray ] ]"),
    (
        "if there is a ball put it in the box, otherwise go home",
        "if exists [ a ball ] { put [ the it object ] in [ the box ] } else { home }",
    ),
    ("throw the cup at the wall", "refuse throwing"),
)
