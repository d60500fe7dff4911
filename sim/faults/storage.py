"""Rows 28 to 31: disks and files that fail.

Knows: how a disk fills up, a file goes bad and a writer is killed. Does not know: how records and
models are kept.
"""

from __future__ import annotations

import resource
import shutil
import tempfile
from pathlib import Path

from llmagentos.audit.log import AuditLog
from llmagentos.audit.trail import AuditTrail, Untraced
from llmagentos.errors import ModelIntegrityError
from sim.faults.fault import Fault, Found
from sim.faults.lab import PUT, Lab, Session
from sim.killed_writers import kill_writers

_REQUIRED = (
    "finish or hold; refuse by SHA-256; quarantine and start read-only; "
    "nothing acknowledged is lost"
)
_KILLS = {True: 100, False: 5}


def _recorded(session: Session, folder: Path) -> None:
    session.agent.audit = AuditTrail(AuditLog(folder, needed=True))


def disk_full(lab: Lab) -> Found:
    """No file of this process may grow any more, from mid-lift on; the record is needed, as on a
    robot."""
    session = lab.fresh()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with tempfile.TemporaryDirectory() as folder:
        _recorded(session, Path(folder))
        held: list[str | None] = []

        def fill() -> None:
            held.append(session.world.held_truth())
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))

        session.when(session.lifts, fill)
        try:
            result = session.agent.command(PUT)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        session.pass_time(0.5)
        done = result.status == "succeeded"
        kept = bool(held) and held[0] == session.world.held_truth()
        still = session.log.rest_after_s(session.log.now_s - 0.3) < 0.2
        session.agent.audit.close()
        session.agent.audit = Untraced()
    return Found(
        {"neither finished nor holding": float(not held or not (done or (kept and still)))},
        f"{result.status}: {result.reply[:110]}",
    )


def corrupt_model(lab: Lab) -> Found:
    """One byte of a copy of the shipped model is another one."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "model"
        shutil.copytree(lab.model_folder, copy)
        largest = max((p for p in copy.rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
        with largest.open("r+b") as file:
            file.seek(largest.stat().st_size // 2)
            byte = file.read(1)[0]
            file.seek(-1, 1)
            file.write(bytes([byte ^ 1]))
        try:
            lab.load_planner(str(copy))
        except ModelIntegrityError as error:
            named = "SHA-256" in str(error)
            return Found({"loaded": 0.0, "no SHA-256 named": float(not named)}, str(error)[:60])
    return Found({"loaded": 1.0, "no SHA-256 named": 1.0})


def corrupt_database(lab: Lab) -> Found:
    """The audit record is garbage when the next command comes; the record is needed."""
    session = lab.fresh()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = AuditLog(folder, needed=True)
        log.write("asked", text="before")
        log.close()
        (folder / "000001.db").write_bytes(b"no database at all" * 300)
        _recorded(session, folder)
        before = session.joints()
        result = session.agent.command(PUT)
        moved = session.moved_rad(before)
        aside = len(list(folder.glob("*.unreadable")))
        session.agent.audit.log.folder.accept()
        again = session.agent.command("go home")
        session.agent.audit.close()
        session.agent.audit = Untraced()
    return Found(
        {
            "not set aside": float(aside == 0), "moved rad": moved,
            "failed after a person accepted": float(again.status != "succeeded"),
        },
        f"{result.status}: {result.reply[:110]}",
    )  # fmt: skip


def kills(lab: Lab) -> Found:
    """A writer is killed (-9) at random moments, another goes on."""
    with tempfile.TemporaryDirectory() as folder:
        found = kill_writers(_KILLS[lab.whole], Path(folder), seed=31)
    return Found(
        {"lost rows": len(found.lost), "problems": len(found.problems)},
        f"{found.kills} kills, {found.acknowledged} rows acknowledged",
    )


FAULTS = (
    Fault(
        28, "disk full", _REQUIRED, "no file may grow from mid-lift on (RLIMIT_FSIZE)",
        {"neither finished nor holding": 0.0}, disk_full, quick=True,
    ),
    Fault(
        29, "corrupt model file", _REQUIRED, "one bit of a copy of the shipped model is flipped",
        {"loaded": 0.0, "no SHA-256 named": 0.0}, corrupt_model, quick=True,
    ),
    Fault(
        30, "corrupt database", _REQUIRED, "the audit record is overwritten between two sessions",
        {"not set aside": 0.0, "moved rad": 0.001, "failed after a person accepted": 0.0},
        corrupt_database, quick=True,
    ),
    Fault(
        31, "killed while writing, 100 times", _REQUIRED, "kill -9 of a process that writes rows",
        {"lost rows": 0.0, "problems": 0.0}, kills,
    ),
)  # fmt: skip
