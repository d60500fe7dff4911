"""The words that steps, conditions and questions choose among: patterns, orders, reasons.

Knows: one row a word and role, with what people say for it. Does not know: the steps (steps.py of
the folder above), nor what is answered or arranged.
"""

from __future__ import annotations

from dataclasses import dataclass

from llmagentos.lang.words.table import Word, Words


@dataclass(frozen=True)
class Sort(Word):
    """An order of what is arranged or stacked."""

    opposite: str = ""


@dataclass(frozen=True)
class Comparison(Word):
    """said: before a number ("more than" three). than: of two numbers ("greater than" that of)."""

    than: str = ""


@dataclass(frozen=True)
class Inability(Word):
    """What the robot can't do: "I can't" and this. knowing: a question rather than a task."""

    knowing: bool = False


@dataclass(frozen=True)
class Question(Word):
    """What is asked back. said: in a list of steps; asks: the question itself."""

    asks: str = ""


SHAPES = Words("shape", "a shape", [
    Word("line", "in a line"),
    Word("row", "in a row"),
    Word("column", "in a column"),
    Word("diagonal", "in a diagonal line"),
    Word("circle", "in a circle"),
    Word("square", "in a square"),
    Word("triangle", "in a triangle"),
    Word("grid", "in a grid"),
    Word("pyramid", "as a pyramid"),
    Word("corners", "at the corners"),
    Word("sides", "at the sides"),
    Word("spread", "spread out"),
    Word("cluster", "close together"),
])  # fmt: skip

SORTS = Words("sort", "a sort", [
    Sort("small_first", "smallest first", opposite="large_first"),
    Sort("large_first", "largest first", opposite="small_first"),
    Sort("alternate", "in alternating colours"),
    Sort("by_color", "sorted by colour"),
    Sort("light_first", "lightest first", opposite="dark_first"),
    Sort("dark_first", "darkest first", opposite="light_first"),
    Sort("reverse", "in reverse order"),
    Sort("short_first", "shortest first", ("small_first", "shortest"), opposite="tall_first"),
    Sort("tall_first", "tallest first", ("large_first", "tallest"), opposite="short_first"),
    Sort("by_kind", "sorted by kind", ("by_color", "kind", "same_kind")),
    Sort("a_first", "in alphabetical order", ("by_color", "small_first"), opposite="z_first"),
    Sort("z_first", "in reverse alphabetical order", ("reverse", "large_first"),
         opposite="a_first"),
])  # fmt: skip

COMPARISONS = Words("cmp", "a comparison", [
    Comparison("eq", "exactly", than="the same as"),
    Comparison("ne", "not exactly", than="not the same as"),
    Comparison("lt", "fewer than", than="smaller than"),
    Comparison("le", "at most", than="at most"),
    Comparison("gt", "more than", than="greater than"),
    Comparison("ge", "at least", than="at least"),
])  # fmt: skip

QUERIES = Words("qname", "a question", [
    Word("count"), Word("exists"), Word("where"), Word("which"), Word("color"), Word("size"),
    Word("kind"), Word("distance"), Word("relation"), Word("holds"), Word("common"), Word("scene"),
    Word("held"), Word("did"), Word("moved"), Word("why"), Word("next"), Word("abilities"),
    Word("identity"), Word("greet"), Word("thanks"), Word("status"),
    Word("bye", "goodbye", ("thanks", "greet")), Word("hand", "", ("held", "status")),
    Word("position", "", ("where", "distance")), Word("was", "where it was", ("origin", "where")),
    Word("whereabouts", "where I am", ("where", "status")),
    Word("places", "which places I know", ("scene", "abilities")),
])  # fmt: skip

#: "I won't do that: " and this.
REFUSALS = Words("refusal", "a reason", [
    Word("harm_person", "that could hurt someone"),
    Word("harm_animal", "that could hurt an animal"),
    Word("damage", "that could damage things"),
    Word("fire", "that could start a fire"),
    Word("electricity", "that is an electrical hazard"),
    Word("blade", "blades are dangerous"),
    Word("poison", "that could poison someone"),
    Word("throwing", "throwing things is dangerous"),
    Word("disable_safety", "my safety functions stay on"),
    Word("injection", "I only follow what you tell me yourself"),
    Word("privacy", "that would invade someone's privacy"),
    Word("slip", "someone could slip on that"),
])  # fmt: skip

INABILITIES = Words("inability", "a reason", [
    Inability("pour", "pour liquids"),
    Inability("open", "open or close things"),
    Inability("cut", "cut things"),
    Inability("cook", "cook or heat things"),
    Inability("clean", "clean things"),
    Inability("drive", "drive around"),
    Inability("fetch", "reach beyond this table"),
    Inability("fly"),
    Inability("draw", "draw or write"),
    Inability("fold", "fold or tie soft things"),
    Inability("switch", "operate switches"),
    Inability("screw", "screw things"),
    Inability("deform", "bend or break things"),
    Inability("talk", "call or message anybody", knowing=True),
    Inability("know", "know that", knowing=True),
    Inability("sense", "feel, smell or weigh things", knowing=True),
    Inability("weather", "tell the weather", knowing=True),
    Inability("media", "play music or videos", knowing=True),
    Inability("lift", "lift that"),
    Inability("other", "do that"),
])  # fmt: skip

QUESTIONS = Words("about", "what is asked", [
    Question("which", "which one is meant", asks="Which one do you mean?"),
    Question("where", "where", asks="Where shall I put it?"),
    Question("direction", "in which direction", asks="On which side?"),
    Question("how_far", "how far", asks="How far?"),
    Question("what", "what to do", asks="What shall I do?"),
])  # fmt: skip

#: How fast: adverbs, said behind what is done.
PACES = Words("pace", "a pace", [
    Word("slow", "slowly", ("little", "wait")), Word("fast", "fast", ("lot", "times")),
    Word("normal", "at normal speed", ("restore", "middle")),
])  # fmt: skip

#: What the fingers do.
GRIPS = Words("grip", "open or close", [
    Word("open", "open the gripper", since="close"),
    Word("close", "close the gripper", ("release", "pick", "held")),
])  # fmt: skip

RESHAPINGS = Words("reshaping", "an action", [
    Word("bigger"), Word("smaller"), Word("turn"), Word("move"),
])  # fmt: skip
