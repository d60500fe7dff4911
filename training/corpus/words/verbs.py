"""Verbs for putting, taking and pushing.

Knows: everyday verbs, the commonest two first. Does not know: templates.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

PUT_VERBS = ["put", "place", "set", "move", "drop", "lay", "bring", "position", "deposit", "stick",
             "relocate", "transfer", "shift", "take", "get", "carry", "rest", "park", "stash",
             "store", "pop", "plonk", "leave", "locate", "plop", "dump", "stow", "situate", "tuck",
             "transport", "send", "slot", "insert", "load", "pack", "chuck", "lift", "return",
             "deliver", "hand over", "toss gently", "gently place", "carefully put", "stuff",
             "relocate carefully", "shuffle", "nestle", "drop off", "bung", "shove gently", "whack",
             "plant", "ease", "gently lay", "perch", "install", "lodge", "guide", "settle",
             "pop down", "hoist over", "haul", "whisk", "lug", "ferry", "gently set",
             "softly place", "put down", "set down", "lower", "convey", "walk over", "haul over",
             "direct"]
#: Verbs that only go with putting *into* or onto something.
IN_VERBS = {"insert", "load", "pack", "stuff", "stow", "stash", "store", "slot", "tuck", "chuck",
            "dump", "pop", "toss gently", "deliver", "hand over", "return", "deposit", "plop",
            "nestle", "lodge", "install"}
GRAB_VERBS = ["pick up", "take", "grab", "grasp", "lift", "get", "lift up", "fetch", "grip",
              "raise", "get hold of", "seize", "pick", "collect", "hold", "clutch", "scoop up",
              "snatch", "retrieve", "catch hold of", "take hold of", "hoist", "elevate", "snag",
              "nab", "pluck", "latch onto", "get a hold of", "take up", "pick out", "lift off",
              "grab hold of", "get a grip on", "grasp hold of", "take a hold of",
              "reach for and grab", "scoop", "pinch", "clasp", "secure", "procure", "bag",
              "get your gripper on", "take into your hand", "take in hand", "lay hold of", "uplift",
              "hook", "heave up", "clamp"]
PUSH_VERBS = ["push", "slide", "shove", "nudge", "drag", "scoot", "sweep", "scooch", "slip", "pull",
              "glide", "brush", "bump", "prod", "poke", "roll", "bulldoze", "move by pushing",
              "skid", "jostle", "press", "thrust", "budge", "coax", "inch", "shunt", "propel",
              "heave", "elbow", "tap", "herd", "ease along", "scrape", "slide over", "push over",
              "shove over", "drive", "slither"]
SET_DOWN = ["put", "place", "set", "drop", "lay", "position", "leave", "deposit", "release",
            "set down", "put down", "stick", "rest", "move", "bring", "carry", "plonk", "lower",
            "settle", "pop", "perch", "let go of", "stand", "plant", "lay down", "drop off",
            "rest down", "let down", "ease", "station", "park"]
