"""What one kind of object is: its form, size, words and how it comes, as plain numbers.

Knows: the fields of a kind and what follows from them (does it hold things, does it roll, where
can it be gripped). Does not know: which kinds there are (kinds.py), where any object stands, how
kinds are drawn, simulated or seen.

All lengths are metres, masses kilograms. `size_m` is the edge length (cuboids, square shells, flat
areas), the outer diameter (everything round) or the longest side seen from above (the others).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Shape = Literal["cuboid", "cylinder", "sphere", "round_shell", "square_shell", "flat", "mesh"]
#: How a camera tells a kind: by outline and heights alone, by a detector of its own
#: (perception/things/household.py and lying.py), or not at all.
SeenBy = Literal["profile", "detector", "nothing"]

#: What the plan guard looks at (llmagentos/safety/guard): it cuts, burns, may spill what it holds, is
#: harmed by what is spilt, breaks.
Attribute = Literal["sharp", "hot", "liquid", "electronic", "fragile"]

#: Shells lower than this share of their size hold one layer of things, not a heap.
_SHALLOW = 0.2


@dataclass(frozen=True)
class MeshFile:
    """A surface to see and one to touch, in the coordinates of its own file.

    visual: an OBJ file. touch: "box" or "sphere" of the kind's extents, "cup" (an open cup with a
    handle on its +y side) or an OBJ file of convex parts. Paths are absolute or relative to the
    simulator's own models. y_up: the file's y axis points up.
    """

    visual: str
    touch: str
    y_up: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of object. Only name, shape and size are needed.

    size_m: as it usually comes. sizes_m: smallest and largest that a scene may ask for; None for
    what is only spoken of: nothing simulates or sees it. usual_sizes_m, frequency: what random
    scenes draw, and how often (their share).
    height_ratio: height over size. extents_m: x, y, z at `size_m` and yaw 0, for what is not as
    wide as long; then the height comes from here.
    wall_m, floor_m: how thick the wall at the rim and the floor are; a kind with a wall has a rim.
    Those of a mesh grow with its size. A flat area is floor_m high. upright: share of the height,
    from the rim down, over which the wall is upright. foot_ratio: its foot's width over its rim's.
    round_top: nothing can stand on it, as on a figure's head (a sphere's top is round anyway).
    mass_kg: at `size_m`. materials: what it may be made of. color: how it comes where nobody says
    so. paintable: it comes in every colour; otherwise in that one only.
    attributes: what is hazardous about it, see Attribute; a scene or a rules file may add to them.
    things_go_on: it has a rim, and yet people put things on it, not in it: a plate.
    word, plural: how robots say it; empty: the name, and the word with an s.
    words: other names that people give it. categories: category words that mean it, too, besides
    those that follow from its form (object, container).
    mixed_up_with: kinds that are meant by its name where a scene has none of it;
    mixed_up_by_color: the same where the colour fits as well. asked_instead: kinds that may be meant
    where there is none of this one; the person is asked.
    """

    name: str
    shape: Shape
    size_m: float
    sizes_m: tuple[float, float] | None = None
    usual_sizes_m: tuple[float, ...] = ()
    frequency: float = 0.0
    height_ratio: float = 1.0
    extents_m: tuple[float, float, float] | None = None
    wall_m: float = 0.0
    floor_m: float = 0.0
    upright: float = 1.0
    foot_ratio: float = 1.0
    round_top: bool = False
    mass_kg: float = 0.05
    materials: tuple[str, ...] = ()
    color: str = ""
    paintable: bool = True
    mesh: MeshFile | None = None
    seen_by: SeenBy = "profile"
    things_go_on: bool = False
    attributes: tuple[Attribute, ...] = ()
    word: str = ""
    plural: str = ""
    words: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    mixed_up_with: tuple[str, ...] = ()
    mixed_up_by_color: tuple[str, ...] = ()
    asked_instead: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash(self.name)

    # --- form -----------------------------------------------------------------------------

    def extents_at(self, size_m: float) -> tuple[float, float, float]:
        """x, y, z of the box around it at a size, standing at yaw 0, metres."""
        if self.is_flat:
            return size_m, size_m, self.floor_m
        if self.extents_m is None:
            return size_m, size_m, self.height_ratio * size_m
        scale = size_m / self.size_m
        x, y, z = self.extents_m
        return scale * x, scale * y, scale * z

    @cached_property
    def is_flat(self) -> bool:
        """Whether it is a mere area of the table: nobody can move it, everybody stands on it."""
        return self.shape == "flat"

    @cached_property
    def is_round(self) -> bool:
        """Whether turning it about its axis changes nothing."""
        return self.shape in ("cylinder", "sphere", "round_shell")

    @cached_property
    def is_square(self) -> bool:
        """Whether its outline from above has four straight sides; the others count as circles."""
        boxy = self.mesh is not None and self.mesh.touch == "box"
        return self.shape in ("cuboid", "square_shell", "flat") or boxy

    @cached_property
    def is_oblong(self) -> bool:
        """Whether it is longer one way than the other, seen from above."""
        return self.extents_m is not None and self.extents_m[0] != self.extents_m[1]

    @cached_property
    def is_cube(self) -> bool:
        """Whether it looks the same after a quarter turn, and its edges show how it is turned."""
        return self.shape == "cuboid" and not self.is_oblong

    @cached_property
    def is_solid(self) -> bool:
        """Whether it fills its outline up to its top: no vessel, no figure with a head."""
        filled = self.mesh is not None and self.mesh.touch in ("box", "sphere")
        return self.shape in ("cuboid", "cylinder", "sphere") or filled

    @cached_property
    def has_level_top(self) -> bool:
        """Whether something can stand on it, or in it."""
        return not self.round_top and self.shape != "sphere"

    @cached_property
    def rolls(self) -> bool:
        """Whether it rolls off whatever has no rim."""
        return self.shape == "sphere"

    @cached_property
    def rolls_lying(self) -> bool:
        """Whether it rolls once it has fallen over."""
        return self.is_round and self.height_ratio > 1

    # --- holding other things ---------------------------------------------------------------

    @cached_property
    def has_rim(self) -> bool:
        """Whether there is a wall around what stands on its floor: vessels, plates and trays."""
        return self.wall_m > 0

    @cached_property
    def is_container(self) -> bool:
        """Whether things go *into* it: an open vessel. A plate has a rim, but things go on it."""
        return self.has_rim and not self.things_go_on

    @cached_property
    def is_surface(self) -> bool:
        """Whether it is there for things to go *on*: areas and plates."""
        return self.is_flat or (self.has_rim and self.things_go_on)

    @cached_property
    def is_shallow(self) -> bool:
        """Whether it holds one layer of things only: an area, a plate, a tray."""
        return self.is_flat or (self.has_rim and self.height_ratio < _SHALLOW)

    @cached_property
    def has_broad_floor(self) -> bool:
        """Whether several things find room side by side on it, and none of them makes it a stack:
        areas, plates, trays and boxes, not what is taller than wide or narrow at the bottom."""
        wide = self.is_shell and self.height_ratio < 1 and self.foot_ratio == 1
        return self.is_flat or wide

    @cached_property
    def takes_heaps(self) -> bool:
        """Whether things may be dropped into it onto each other: bowls and boxes."""
        return self.is_shell and self.is_container and not self.is_shallow and self.height_ratio < 1

    @cached_property
    def is_shell(self) -> bool:
        """Whether it is an open vessel of even wall, to be gripped by its rim."""
        return self.shape in ("round_shell", "square_shell")

    @cached_property
    def nests(self) -> bool:
        """Whether such things go into each other: bowls, plates, cups."""
        return self.shape == "round_shell"

    @cached_property
    def is_flared(self) -> bool:
        """Whether its wall leans outwards from a narrow foot, like a bowl's."""
        return self.foot_ratio < 1

    @cached_property
    def is_stackable(self) -> bool:
        """Whether people pile it up on its like: solid and level on top."""
        return self.is_solid and self.has_level_top

    # --- words ------------------------------------------------------------------------------

    @cached_property
    def is_household(self) -> bool:
        """Whether it is a thing of everyday life with a form of its own, rarer than the others."""
        return self.shape == "mesh" or self.mesh is not None

    @cached_property
    def in_scenes(self) -> bool:
        """Whether a scene may hold one; otherwise it is only spoken of."""
        return self.sizes_m is not None

    def belongs_to(self, category: str) -> bool:
        """Whether a category word means it: "object" everything movable, "container" vessels."""
        if category == "object":
            return not self.is_flat
        return self.is_container if category == "container" else category in self.categories

    def noun(self, plural: bool = False) -> str:
        """ "soccer ball", "boxes": as a person would say it."""
        word = self.word or self.name
        return (self.plural or word + "s") if plural else word
