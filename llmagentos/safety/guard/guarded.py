"""Skills behind the plan guard: no action begins, and none goes on, against its rules.

Knows: when the guard is asked, and that an action that it stops ramps down and keeps holding. Does
not know: any rule, any skill, nor how a person is asked (execution/guarding.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from llmagentos.errors import AuditError
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillExecutor, SkillReport, SkillStatus, Ways, failed
from llmagentos.safety.guard.guard import PlanGuard, Planned
from llmagentos.safety.guard.rules import ARM, BY_NAME, Verdict
from llmagentos.types import Action, Hand, Scene, Vec3

#: So far ahead the hand is looked at: until the next tick, and what braking takes, seconds.
AHEAD_S = 0.25
#: What one tick lets pass at most, seconds.
_TICK_S = 0.1

Key = tuple[str, ...]


class GuardedSkills(SkillExecutor):
    """Passes on to `inner` what the guard allows; every call is forwarded by name.

    An action that is refused is reported as failed with Failure.REFUSED, one that needs a yes that
    nobody gave with Failure.UNCONFIRMED; nothing of it has moved.
    """

    def __init__(self, inner: SkillExecutor, guard: PlanGuard) -> None:
        self.inner, self.guard = inner, guard
        self._granted: frozenset[Key] = frozenset()
        self._count = 0
        self._leaving: frozenset[Key] = frozenset()
        self._verdict: SkillReport | None = None
        self._action: Action | None = None
        self._at: Hand | None = None
        #: What the newest UNCONFIRMED report waits for.
        self.wanted: frozenset[Key] = frozenset()

    def begin(self, granted: Iterable[Key] = ()) -> None:
        """A command begins. granted: what the person said yes to, for this command only."""
        self._granted, self._count = frozenset(granted), 0

    @property
    def held(self) -> str | None:
        """Id of the object in the hand, None when it is empty."""
        return self.inner.held

    def hand(self) -> Hand:
        """Where the hand is now, and how far open."""
        return self.inner.hand()

    def ways(self, name: str) -> Ways:
        """What an action of that name may come to."""
        return self.inner.ways(name)

    def scene(self) -> Scene:
        """The newest belief."""
        return self.inner.scene()

    def see(self, scene: Scene | None = None) -> Scene:
        """Look now, or believe what somebody else has seen."""
        return self.inner.see(scene)

    def start(self, action: Action) -> None:
        """Begin, if the rules let it; what they say otherwise is reported at the first tick."""
        self._action = self._at = None
        scene = self.inner.scene()
        hand = self.inner.hand()
        ways = self.inner.ways(action.name)
        planned = Planned(action, scene, hand.position, ways.does)
        verdicts = self.guard.judge(planned, self._count)
        other = replace(planned, does=(*ways.does, *ways.otherwise))
        strict = bool(ways.otherwise) and self._keeps_from(other, verdicts)
        self._leaving = self._begins_with(action, scene) | self._reaches_into(action, scene, hand)
        self._count += 1
        self._verdict = self._report(verdicts, action)
        if self._verdict is not None:
            return
        if not self._recorded(verdicts, action):
            return
        limits = [v.speed for v in verdicts if v.speed is not None]
        if limits:
            action = replace(action, speed=min(action.speed, *limits))
        action = replace(action, strict=action.strict or strict)
        self._action = action
        self.inner.start(action)

    def tick(self) -> SkillReport:
        """A tick of the action; stopped where the hand would go on against a rule."""
        if self._verdict is not None:
            return self._verdict
        if self._action is not None and (stopped := self._stopped(self._action)) is not None:
            self._verdict, self._action = stopped, None
            return stopped
        report = self.inner.tick()
        if report.status is not SkillStatus.RUNNING:
            self._action = None
        return report

    def stop(self) -> SkillReport:
        """Ramp down, keep holding, and say where the arm is."""
        self._action = self._verdict = None
        return self.inner.stop()

    def reset(self) -> None:
        """Forget what was believed, allowed and under way."""
        self._action = self._verdict = self._at = None
        self.begin()
        self.inner.reset()

    def _keeps_from(self, other: Planned, verdicts: list[Verdict]) -> bool:
        """Whether the rules are against another way of an action that they let pass: who asked for it
        has to ask for that way, and hears why not."""
        more = [v for v in self.guard.judge(other, self._count) if v not in verdicts]
        return any(
            v.decision == "refuse" or (v.decision == "confirm" and v.key not in self._granted)
            for v in more
        )

    def _recorded(self, verdicts: list[Verdict], action: Action) -> bool:
        """Write down what a person's yes allows; without the record it does not begin."""
        try:
            for v in verdicts:
                if v.decision == "confirm":
                    self.guard.audit.write("allowed", by="plan guard", rule=v.rule,
                                           why=f"a yes: it {v.words}", action=action.name)  # fmt: skip
        except AuditError as exc:
            self._verdict = failed(Failure.STOPPED, f"it can't be recorded: {exc}", 0)
            return False
        return True

    def _begins_with(self, action: Action, scene: Scene) -> frozenset[Key]:
        """What is found where the load is now, and is let be while it is taken away from there."""
        item = scene.held or scene.get(action.object_id)
        if item is None:
            return frozenset()
        lifted = replace(item, held=True)
        objects = tuple(lifted if o.id == item.id else o for o in scene.objects)
        here = Action(action.name, item.id)
        found = self.guard.watch(here, replace(scene, objects=objects), [item.position])
        return frozenset(v.key for v in found if BY_NAME[v.rule].leaving)

    def _reaches_into(self, action: Action, scene: Scene, hand: Hand) -> frozenset[Key]:
        """Boxes that forearm or hand are in already: they may be there while the action lasts, since
        the only other way were to stay."""
        found = self.guard.watch(action, scene, [hand.position], hand.body)
        return frozenset(v.key for v in found if v.rule == "keep_out" and v.about[:1] == (ARM,))

    def _stopped(self, action: Action) -> SkillReport | None:
        """The report on an action that may not go on, the arm at rest; None while it may."""
        hand, before = self.inner.hand(), self._at
        points, body = [hand.position], hand.body
        if before is not None:
            points.append(_ahead(before.position, hand.position, action))
            body = (*body, *(_further(a, b) for a, b in zip(before.body, body, strict=False)))
        self._at = hand
        verdicts = self.guard.watch(action, self.inner.scene(), points, body)
        report = self._report([v for v in verdicts if v.key not in self._leaving], action)
        if report is None:
            return None
        self.inner.stop()
        return replace(report, words=f"{report.words} I have stopped.")

    def _report(self, verdicts: list[Verdict], action: Action) -> SkillReport | None:
        """What stands against it; None where nothing does."""
        found = self.guard.objection(verdicts, self._granted, action=action.name)
        if found is None:
            return None
        self.wanted = found.keys
        return failed(found.failure, found.words, 0)


def _further(before: Vec3, here: Vec3) -> Vec3:
    """Where a point of the arm will be when it could be at rest."""
    x, y, z = (b + (b - a) / _TICK_S * AHEAD_S for a, b in zip(before, here, strict=True))
    return x, y, z


def _ahead(before: Vec3, here: Vec3, action: Action) -> Vec3:
    """Where the hand will be when it could be at rest, no farther than where the action ends."""
    vx, vy, vz = ((b - a) / _TICK_S * AHEAD_S for a, b in zip(before, here, strict=True))
    far = math.hypot(vx, vy)
    share = 1.0
    if action.pose is not None and far > 0:
        share = min(1.0, math.dist(here[:2], action.pose.position[:2]) / far)
    return here[0] + share * vx, here[1] + share * vy, here[2] + share * vz
