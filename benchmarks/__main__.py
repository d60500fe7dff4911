"""Every program that measures something, in one table: `python -m benchmarks`.

Knows: their commands and what they print. Does not know: how anything is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Runner:
    """One program. measures: what its table tells; needs: what is not in the core's dependencies."""

    command: str
    measures: str
    needs: str = "sim"

    @property
    def module(self) -> str:
        """What is run: a module of this folder, or "" for the command line's own."""
        words = self.command.split()
        return words[words.index("-m") + 1] if "-m" in words else ""


RUNNERS = (
    Runner("llmagentos bench", "commands of every kind, judged by the world afterwards"),
    Runner("llmagentos bench --planner-only", "the same, plans on a perfect symbolic robot"),
    Runner("python -m benchmarks.commands", "single commands in random scenes, and what failed"),
    Runner("python -m benchmarks.things", "commands about things of no known kind"),
    Runner("python -m benchmarks.skills", "success of each physical skill"),
    Runner("python -m benchmarks.residual", "scripted skills beside corrected ones, paired"),
    Runner("python -m benchmarks.rehearsal", "failures that a rehearsal prevents, and its price"),
    Runner("python -m benchmarks.perception", "the camera's scene against the simulator's truth"),
    Runner("python -m benchmarks.shown", "things that were shown, known again among others"),
    Runner("python -m benchmarks.robustness", "the same with one thing wrong: effect by level"),
    Runner("python -m benchmarks.pictures FOLDER", "what is said of real pictures in a folder"),
    Runner(
        "python -m benchmarks.segmenters", "what is one thing: the built-in cut beside networks'"
    ),
    Runner(
        "python -m benchmarks.navigation",
        "drives to random goals in generated flats, explored first",
    ),
    Runner("python -m benchmarks.corridor", "two bases that meet where only one has room"),
    Runner("python -m benchmarks.navigation_picture", "the pictures of docs/navigation.md"),
    Runner(
        "python -m benchmarks.navigation --planning",
        "searches beside networkx and scikit-image",
        "bench",
    ),
    Runner("python -m benchmarks.speed", "physics and pictures a second"),
    Runner(
        "python -m benchmarks.audit", "what the audit record costs; --kills: that none loses a row"
    ),
    Runner("python -m benchmarks.mutants", "mutants of supervisor and gate that tests kill", ""),
    Runner("python -m benchmarks.reference", "reference results: every row trained, judged", "rl"),
    Runner("python -m benchmarks.contacts", "pushes against the moving arm: noticed, and at rest"),
    Runner("python -m benchmarks.recorder", "the same commands with and without flight recorder"),
    Runner("python -m benchmarks.envs", "oracles of the environments; --speed beside panda-gym"),
    Runner("python -m benchmarks.rollouts", "episodes a second: processes beside Ray", "ray"),
    Runner("python -m benchmarks.stop", "from a stop to rest, at random moments of commands"),
    Runner("python -m benchmarks.driving", "sentences to a robot that drives, judged by the world"),
    Runner(
        "python -m benchmarks.speech_stop",
        "the stop word: heard, how soon, and what else is",
        "speech",
    ),
    Runner(
        "python -m benchmarks.speech_wake",
        "the wake word: heard, and what else is; beside pyopen-wakeword's",
        "speech",
    ),
    Runner(
        "python -m benchmarks.speech",
        "commands said in many voices beside the same typed",
        "speech",
    ),
    Runner("python -m benchmarks.runtime", "agents, tasks and processes of the daemon, in figures"),
    Runner("python -m benchmarks.aios", "AIOS's kernel on the same workload", ""),
    Runner("python -m benchmarks.messaging", "messages: ours beside pyzmq, --ros: rclpy", ""),
    Runner("python -m benchmarks.fleet_growth", "a fleet of 2 to 100 robots: messages, time", ""),
    Runner(
        "python -m benchmarks.fleet_allocation",
        "a fleet's policies against the best allocation",
        "",
    ),
    Runner(
        "python -m benchmarks.fleet_failures",
        "robots that fail in mid-task: nothing lost or twice",
        "",
    ),
    Runner(
        "python -m benchmarks.two_arms", "two arms at one table beside one: time, distance, waits"
    ),
    Runner("python -m benchmarks.services", "modules as services: known answers, side by side"),
    Runner("python -m benchmarks.resets", "memory that resets of one world take"),
    Runner("python -m benchmarks.models.startup", "time to the first token, resident memory", ""),
    Runner("python -m benchmarks.models.speed", "tokens a second beside other runtimes", "compare"),
    Runner("python -m benchmarks.models.prefix", "first token after a shared beginning", "serve"),
    Runner("python -m benchmarks.models.quantization", "what few bits cost the planner", "train"),
    Runner(
        "python -m benchmarks.models.real",
        "real weights beside llama.cpp: speed, memory",
        "compare",
    ),
    Runner(
        "python -m benchmarks.models.planners", "several models on the same cases, in one table"
    ),
    Runner(
        "python -m benchmarks.models.learning_curve",
        "accuracy against how many sentences were trained on",
        "train",
    ),
    Runner(
        "python -m benchmarks.suites.meanings", "the suites' meanings, their shares and rewards"
    ),
    Runner("python -m benchmarks.suites.trust", "what limits of confidence cost and save"),
    Runner("python -m benchmarks.injections", "attacks on the plan guard, harmless look-alikes"),
    Runner(
        "python -m benchmarks.gateway_fuzz", "malformed requests and frames at the gateway", "http"
    ),
    Runner("python -m benchmarks.mcp_fuzz", "malformed requests at llmagentos mcp --http", "mcp"),
    Runner("python -m benchmarks.watchers", "what watchers cost; commands over HTTP", "http"),
    Runner(
        "python -m benchmarks.console",
        "the web console: click to rest, sentence to motion",
        "console",
    ),
    Runner("python -m benchmarks.suites.overlap", "evaluation sentences inside a corpus"),
)


def main() -> None:
    """Print every runner with what it measures and what it needs."""
    table = Table("command", "measures", "extra")
    for runner in RUNNERS:
        table.add_row(runner.command, runner.measures, runner.needs)
    Console().print(table)


if __name__ == "__main__":
    main()
