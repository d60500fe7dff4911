"""Words for people: descriptions (objects.py), real objects (scene.py), plans (steps.py)."""

from llmagentos.lang.wording.conditions import describe_cond
from llmagentos.lang.wording.inside import inside
from llmagentos.lang.wording.objects import (
    article,
    describe_length,
    describe_obj,
    describe_place,
    describe_position,
    describe_relation,
    join_words,
    kind_word,
    noun_phrase,
    number_word,
    ordinal_word,
    rel_words,
)
from llmagentos.lang.wording.outline import outline
from llmagentos.lang.wording.scene import choices, describe_ids, describe_object, label, tally
from llmagentos.lang.wording.steps import (
    describe_plan,
    describe_step,
    inability_words,
    past_tense,
    refusal_words,
)

__all__ = [
    "article",
    "choices",
    "describe_cond",
    "describe_ids",
    "describe_length",
    "describe_obj",
    "describe_object",
    "describe_place",
    "describe_plan",
    "describe_position",
    "describe_relation",
    "describe_step",
    "inability_words",
    "inside",
    "join_words",
    "kind_word",
    "label",
    "noun_phrase",
    "number_word",
    "ordinal_word",
    "outline",
    "past_tense",
    "refusal_words",
    "rel_words",
    "tally",
]
