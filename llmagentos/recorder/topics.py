"""Which topic of a flight carries what: one table.

Knows: names and schemas of topics. Does not know: how messages are made.
"""

from __future__ import annotations

from llmagentos.recorder import schemas

FLIGHT, EVENT, LOOK = "/llmagentos/flight", "/llmagentos/event", "/llmagentos/look"
PLANNING, SKILL, STATUS = "/llmagentos/planning", "/llmagentos/skill", "/llmagentos/recorder"
SAFETY, LOG, TF = "/safety", "/log", "/tf"
JOINTS, SCENE, AUDIO = "/joint_states", "/scene", "/audio"

#: The table, but for the cameras' topics.
TOPICS: dict[str, schemas.Schema] = {
    FLIGHT: schemas.FLIGHT,
    EVENT: schemas.EVENT,
    LOOK: schemas.LOOK,
    PLANNING: schemas.PLANNING,
    SKILL: schemas.SKILL,
    STATUS: schemas.STATUS,
    SAFETY: schemas.SAFETY,
    LOG: schemas.LOG,
    TF: schemas.TRANSFORMS,
    JOINTS: schemas.JOINTS,
    SCENE: schemas.SCENE,
    AUDIO: schemas.AUDIO,
}
#: What a camera has, behind /camera/<name>.
_OF_CAMERAS = {
    "image": schemas.IMAGE,
    "depth": schemas.IMAGE,
    "calibration": schemas.CALIBRATION,
}
#: One unit of a depth picture's 16-bit values, metres; 0 is unknown.
DEPTH_UNIT_M = 0.0001


def of_camera(name: str, what: str) -> str:
    """The topic of a camera's "image", "depth" or "calibration"."""
    return f"/camera/{name}/{what}"


def schema_of(topic: str) -> schemas.Schema:
    """The schema of a topic of ours."""
    return TOPICS.get(topic) or _OF_CAMERAS[topic.rsplit("/", 1)[-1]]


def metadata_of(topic: str) -> dict[str, str]:
    """What is said of a topic beside its schema."""
    if topic.endswith("/depth"):
        return {"unit_m": str(DEPTH_UNIT_M), "unknown": "0"}
    return {}
