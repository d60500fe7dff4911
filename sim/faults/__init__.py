"""Faults injected into real simulated sessions, and what came of them: `llmagentos faults`.

Knows: the table of faults (one row each), how each is injected, and what is measured. Does not
know: the agent's making (it is given one: `lab.Lab`), a language model, nor any rule that guards.
"""

from sim.faults.fault import Fault, Found, Needs, Row, Verdict
from sim.faults.lab import Lab
from sim.faults.over_ros import GraphLab
from sim.faults.report import as_json, as_markdown, parts, verdicts, write_section
from sim.faults.running import FAULTS, chosen, run

__all__ = [
    "FAULTS",
    "Fault",
    "Found",
    "GraphLab",
    "Lab",
    "Needs",
    "Row",
    "Verdict",
    "as_json",
    "as_markdown",
    "chosen",
    "parts",
    "run",
    "verdicts",
    "write_section",
]
