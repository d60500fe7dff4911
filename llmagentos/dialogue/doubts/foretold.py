"""What would become of a plan, in one line, without carrying it out.

Knows: the doubts about a plan and the limits of trust. Does not know: whether the scene lets it be
done (rehearsal), nor which other plan a question would name.
"""

from __future__ import annotations

from llmagentos.dialogue import doubts
from llmagentos.dialogue.doubts.unsure import speaks


def foretold(asked: doubts.Asked) -> str:
    """ "carried out (sure enough from 0.70 on; ...)", "asked about", "not understood: ..."."""
    doubt = next(iter(doubts.find(asked)), None)
    limits = asked.trust
    said = (
        f"sure enough from {limits.act_from:.2f} on, not understood below {limits.ask_from:.2f}, "
        "asked about between"
    )
    if {step.op for step in asked.plan.steps} <= {"refuse", "cannot"}:
        said = f"a reason counts from {limits.reason_from:.3f} on"
    tail = f" ({said})" if asked.understanding is not None else ""
    if doubt is not None and doubt.told == "answered":
        return f"only acknowledged: {doubt.reply}"
    if doubt is not None and doubt.told == "question":
        return f"asked about: {doubt.reply}"
    if doubt is not None:
        return f"not understood: {doubt.reply}{tail if doubt.reason == 'unsure' else ''}"
    if speaks(asked.plan):
        return f"said, and nothing moves{tail}"
    found = asked.understanding
    if found is not None and found.confidence < limits.act_from:
        return f"asked about{tail}"
    return f"carried out where the scene allows it{tail}"
