"""What is said of a base that drives: its size, its wheels, its scanner, how fast it may go.

Knows: the fields of its robot.yaml. Does not know: files (loading.py), drivers, maps.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WheelSpec(_Entry):
    """The two driven wheels. left, right: their joints in the URDF; track_m: between their middles."""

    left: str
    right: str
    radius_m: _Positive
    track_m: _Positive


class ScannerSpec(_Entry):
    """The planar scanner: rays a turn, counter-clockwise from straight back; how far it sees, how
    often it turns. x_m: ahead of the wheels' axle; height_m: over the floor. error_m: one standard
    deviation of a range, and error_share more of it."""

    link: str
    x_m: _Finite = 0.0
    height_m: _Positive
    rays: Annotated[int, Field(ge=16, le=4096)] = 360
    max_m: _Positive = 10.0
    rate_hz: _Positive = 10.0
    error_m: Annotated[float, Field(ge=0)] = 0.01
    error_share: Annotated[float, Field(ge=0)] = 0.005


class EyeSpec(_Entry):
    """The camera that looks ahead: where it is, how far over the floor (with a lift: over the arm's
    foot), how far down it looks, how wide it sees."""

    x_m: _Finite
    y_m: _Finite = 0.0
    height_m: _Positive
    down_rad: _Finite = 0.0
    view_rad: _Positive = 1.2


class LiftSpec(_Entry):
    """What raises the arm's foot and the eye. joint: in the URDF, along z; lowest_m, highest_m: of the
    arm's foot over the floor; speed_mps: as fast as it goes."""

    joint: str
    lowest_m: _Positive
    highest_m: _Positive
    speed_mps: _Positive = 0.1

    @model_validator(mode="after")
    def _rises(self) -> LiftSpec:
        if self.highest_m <= self.lowest_m:
            raise ValueError(
                f"expected highest_m over lowest_m, got {self.highest_m} and {self.lowest_m}"
            )
        return self


class BaseProfile(_Entry):
    """How fast it may drive and how hard it speeds up and slows down: m/s, rad/s, and a second."""

    forward_mps: _Positive
    backward_mps: _Positive
    turn_radps: _Positive
    acceleration_mps2: _Positive
    turn_acceleration_radps2: _Positive


class BaseSpec(_Entry):
    """A round base with two driven wheels.

    radius_m: of the circle about the middle of its axle that holds all of it; height_m: of its top,
    where an arm stands (mount_m: x, y of the arm's foot there). arm: the name or folder of the arm on
    it, "" for none, mount_link: the link that carries it; lift: what raises it. braking_mps2: as hard
    as its wheels can at any time. folder: where its files are; urdf: the file's name there.
    """

    name: str = Field(min_length=1)
    urdf: str
    base_link: str
    radius_m: _Positive
    height_m: _Positive
    mass_kg: _Positive
    wheels: WheelSpec
    scanner: ScannerSpec
    eye: EyeSpec
    braking_mps2: _Positive
    turn_braking_radps2: _Positive
    mount_m: tuple[_Finite, _Finite] = (0.0, 0.0)
    mount_link: str = ""
    arm: str = ""
    lift: LiftSpec | None = None
    profiles: dict[str, BaseProfile] = Field(min_length=1)
    folder: Path = Path()

    @model_validator(mode="after")
    def _carries(self) -> BaseSpec:
        if self.arm and (self.lift is None or not self.mount_link):
            raise ValueError("expected lift and mount_link for an arm on the base, got not both")
        return self

    @model_validator(mode="after")
    def _brakes_best(self) -> BaseSpec:
        for name, profile in self.profiles.items():
            if profile.acceleration_mps2 > self.braking_mps2:
                raise ValueError(
                    f"profile {name}: expected an acceleration up to the braking of "
                    f"{self.braking_mps2} m/s^2, got {profile.acceleration_mps2}"
                )
        return self

    def profile(self, name: str) -> BaseProfile:
        """The limits of that name. ValueError for an unknown one."""
        if name not in self.profiles:
            raise ValueError(f"expected a profile of {sorted(self.profiles)}, got {name!r}")
        return self.profiles[name]

    def wheel_rates(self, forward_mps: float, turn_radps: float) -> tuple[float, float]:
        """How fast left and right wheel turn, rad/s."""
        aside = turn_radps * self.wheels.track_m / 2
        radius = self.wheels.radius_m
        return (forward_mps - aside) / radius, (forward_mps + aside) / radius
