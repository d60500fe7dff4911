"""Bases that drive, each a folder as arms have: robot.yaml and a URDF.

`load_base(name_or_folder)` gives a `BaseSpec`, which is passed to whoever needs one.
"""

from llmagentos.robots.bases.loading import DEFAULT_BASE, base_names, load_base
from llmagentos.robots.bases.spec import BaseProfile, BaseSpec, ScannerSpec

__all__ = [
    "DEFAULT_BASE",
    "BaseProfile",
    "BaseSpec",
    "ScannerSpec",
    "base_names",
    "load_base",
]
