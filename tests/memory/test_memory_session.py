"""What a session remembers, and what can be undone."""

from __future__ import annotations

from dataclasses import replace

from lab.notation import obj
from lab.scenes import scene, table, thing

from llmagentos.grounding import ground
from llmagentos.lang import codec as compact
from llmagentos.memory.session import SessionMemory, StepFact
from llmagentos.types import Scene, SceneObject


def at(s: Scene, object_id: str, x: float, y: float) -> tuple[SceneObject, SceneObject, Scene]:
    """The object before and after moving to (x, y), and the scene then."""
    before = s.get(object_id)
    assert before is not None
    after = replace(before, position=(x, y, before.position[2]), support="table", inside=False)
    return before, after, Scene(tuple(after if o is before else o for o in s.objects))


def move(m: SessionMemory, s: Scene, object_id: str, x: float, y: float) -> Scene:
    before, after, s = at(s, object_id, x, y)
    m.note_mention((object_id,))
    m.note_event(before, after, f"put {object_id} away")
    return s


def test_the_first_scene_is_the_initial_one() -> None:
    m = SessionMemory()
    first = table()
    assert m.begin_command("look", first) == 0
    m.end_command("answered")
    assert m.begin_command("look", scene()) == 1
    assert m.context(scene()).initial == first
    m.reset()
    assert m.command_index == -1 and m.context(scene()).initial == scene()


def test_what_was_handled_becomes_it_and_them() -> None:
    m, s = SessionMemory(), table()
    m.begin_command("put the red ones away", s)
    s = move(m, s, "r1", 0.4, -0.3)
    s = move(m, s, "b1", 0.5, -0.3)
    m.end_command("succeeded")
    m.begin_command("and them", s)
    ctx = m.context(s)
    assert ground(obj("the it object"), ctx).ids == ("b1",)
    assert set(ground(obj("the them object"), ctx).ids) == {"r1", "b1"}
    assert set(ground(obj("rest block"), ctx).ids) == {"r2", "y1", "k1"}
    assert ground(obj("the last_moved object"), ctx).ids == ("b1",)


def test_the_rest_is_counted_from_this_command_once_it_has_begun() -> None:
    m, s = SessionMemory(), table()
    m.begin_command("one", s)
    s = move(m, s, "r1", 0.4, -0.3)
    m.end_command("succeeded")
    m.begin_command("two", s)
    assert m.context(s).handled == ("r1",)
    m.note_mention(("w1",))  # the landmark of "the rest into the bowl"
    assert m.context(s).handled == ("w1", "r1")
    move(m, s, "b1", 0.5, -0.3)
    assert m.context(s).handled == ("b1", "w1")


def test_names_for_objects_and_places() -> None:
    m = SessionMemory()
    m.remember("The home bowl", "w1")
    assert ground(obj('the object name "home bowl"'), m.context(table())).ids == ("w1",)
    m.remember("home bowl", (0.4, 0.1))
    ctx = m.context(table())
    assert ctx.name_places == {"home bowl": (0.4, 0.1)} and not ctx.names


def test_a_choice_lasts_as_long_as_its_command() -> None:
    m, s = SessionMemory(), table()
    m.begin_command("pick the red block", s)
    m.end_command("question", "Which?", question="Which?")
    assert m.facts().pending_question == "Which?"
    m.begin_command("the left one", s, continues=True)
    m.note_choice(obj("the red block"), ("r1",))
    assert ground(obj("the red block"), m.context(s)).ids == ("r1",)
    m.end_command("succeeded")
    m.begin_command("pick the red block", s)
    assert ground(obj("the red block"), m.context(s)).problem == "ambiguous"


def test_undo_takes_back_the_newest_first_and_each_object_once() -> None:
    m, s = SessionMemory(), table()
    start = s
    m.begin_command("one", s)
    s = move(m, s, "r1", 0.4, -0.3)
    s = move(m, s, "b1", 0.5, -0.3)
    s = move(m, s, "r1", 0.6, -0.3)
    m.end_command("succeeded")
    moves = m.moves_to_undo()
    assert [e.object_id for e in moves] == ["b1", "r1"]
    assert moves[1].before == start.get("r1")
    assert moves[1].after == s.get("r1")


def test_undo_goes_back_command_by_command() -> None:
    m, s = SessionMemory(), table()
    for object_id in ("r1", "b1"):
        m.begin_command(object_id, s)
        s = move(m, s, object_id, 0.4, -0.3)
        m.end_command("succeeded")
    m.begin_command("what is there?", s)
    m.end_command("answered")
    assert [e.object_id for e in m.moves_to_undo(2)] == ["b1", "r1"]

    m.begin_command("undo", s)
    moves = m.moves_to_undo()
    assert [e.object_id for e in moves] == ["b1"]
    s = move(m, s, "b1", 0.45, 0.0)
    m.mark_undone(moves)
    m.end_command("succeeded")
    assert [e.object_id for e in m.moves_to_undo()] == ["r1"]
    assert m.records[1].undone
    assert m.records[-1].is_undo and not m.records[-1].undone


def test_nothing_to_undo() -> None:
    m = SessionMemory()
    assert m.moves_to_undo() == ()
    m.begin_command("pick it", table())
    block = table().get("r1")
    assert block is not None
    m.note_event(block, replace(block, yaw=0.1), "picked and put back")
    assert m.moves_to_undo() == ()


def test_places_at_start_come_lowest_first() -> None:
    m = SessionMemory()
    assert m.places_at_start() == ()
    m.begin_command("x", table())
    ids = [o.id for o in m.places_at_start()]
    assert ids.index("r2") < ids.index("k1")
    assert [o.id for o in m.places_at_start(["b1"])] == ["b1"]


def test_the_last_plan_is_one_that_did_something() -> None:
    m = SessionMemory()
    assert m.last_plan() is None
    plan = compact.parse("pick [ the red block ]")
    m.begin_command("pick it", table(), plan)
    m.end_command("succeeded", "Done.", [StepFact("pick up the red block")])
    m.begin_command("why?", table(), compact.parse("answer why"))
    m.end_command("answered", "Because.")
    found = m.last_plan()
    assert found is not None and found.plan == plan
    last = m.facts().last
    assert last is not None and last.steps[0].words == "pick up the red block"


def test_pattern_answer_spot_and_distance() -> None:
    m = SessionMemory()
    m.begin_command("x", table())
    m.note_pattern(("r1", "r2"))
    m.note_answer(("b1",))
    m.note_distance(0.07)
    m.note_spot(0.4, 0.1)
    ctx = m.context(table(), this="b1", moving="r1")
    assert (ctx.pattern, ctx.answer, ctx.last_distance_m) == (("r1", "r2"), ("b1",), 0.07)
    assert (ctx.last_spot, ctx.this, ctx.moving) == ((0.4, 0.1), "b1", "r1")
    assert ground(obj("the it object"), ctx).ids == ("b1",)


def test_a_held_object_leaves_no_spot() -> None:
    m = SessionMemory()
    m.begin_command("x", table())
    block = thing("r1", "block", "red", 0.4, 0.2)
    m.note_event(block, replace(block, held=True), "pick it")
    assert m.last_spot is None
