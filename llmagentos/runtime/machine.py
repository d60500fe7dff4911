"""What of this machine is well, and what to do where it is not.

Knows: the system's files and calls: disk, memory, clock, folders, cgroups, shared memory, GPU. Does
not know: models and other parts of this package (parts.py), nor how findings are shown.

Each check yields lines (what there is) and findings. A finding is wrong, or a hint: something works
that could work better. All of a machine's files are read below `root`, so that a test can lay out
another machine.
"""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from llmagentos.scheduling.gpu import gpus

GB = 1e9
#: Less free memory or disk is wrong; twice as much gets a hint.
LEAST_MEMORY, LEAST_DISK = 0.5 * GB, 1.0 * GB
#: Pictures between processes need so much shared memory, bytes; open files each session so many.
LEAST_SHM, LEAST_FILES = 64 * 2**20, 1024
#: Before 2025 a clock was never set. Wall and monotonic clock may part so far in a tenth of a second.
_EPOCH_S, _JUMP_S, _WATCH_S = 1_735_689_600.0, 0.02, 0.1
_NTP = "timedatectl set-ntp true, or start chronyd or systemd-timesyncd"


@dataclass(frozen=True)
class Finding:
    """where: what it is about. wrong: else it is a hint."""

    where: str
    words: str
    what_to_do: str
    wrong: bool = True


Check = Iterator["str | Finding"]


def _synchronised() -> bool | None:
    """Whether the kernel's clock is kept right by somebody; None where it does not say."""
    try:
        calls = ctypes.CDLL(None, use_errno=True)
        state = calls.adjtimex(ctypes.byref(ctypes.create_string_buffer(256)))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != 5  # TIME_ERROR: unsynchronised


@dataclass(frozen=True)
class Machine:
    """root: where its files are. places: folders that are written to, by what they are for."""

    root: Path = Path("/")
    places: dict[str, Path] = field(default_factory=dict)
    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    synchronised: Callable[[], bool | None] = _synchronised
    disk_free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
    ask_gpus: Callable[[], str] | None = None
    user: int = field(default_factory=os.getuid)

    def read(self, path: str) -> str:
        """A file of the machine; "" where there is none."""
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""


def places_of(env: dict[str, str]) -> dict[str, Path]:
    """Where this package writes, by the user's environment."""
    home = Path(env.get("HOME") or Path.home())
    found = {
        "state": Path(env.get("XDG_STATE_HOME") or home / ".local/state") / "llmagentos",
        "data": Path(env.get("XDG_DATA_HOME") or home / ".local/share") / "llmagentos",
        "cache": Path(env.get("XDG_CACHE_HOME") or home / ".cache") / "llmagentos",
    }
    if env.get("XDG_RUNTIME_DIR"):
        found["runtime"] = Path(env["XDG_RUNTIME_DIR"])
    return found


def look(machine: Machine) -> Check:
    """Everything that is found."""
    for check in (memory, disk, clock, folders, cgroups, shared_memory, open_files, gpu):
        yield from check(machine)


def memory(machine: Machine) -> Check:
    """How much is free."""
    rows = (row.split() for row in machine.read("proc/meminfo").splitlines())
    sizes = {r[0].rstrip(":"): int(r[1]) * 1024 for r in rows if len(r) > 1 and r[1].isdecimal()}
    free, total = sizes.get("MemAvailable", 0), sizes.get("MemTotal", 0)
    if not total:
        return
    yield f"memory: {free / GB:.1f} of {total / GB:.1f} GB free"
    if free < 2 * LEAST_MEMORY:
        words = (
            f"{free / GB:.1f} GB are free; a robot with its model takes about {LEAST_MEMORY / GB:g}"
        )
        yield Finding("memory", words, "end what is not needed: ps aux --sort=-rss | head",
                      free < LEAST_MEMORY)  # fmt: skip
    swapped = sizes.get("SwapTotal", 0) - sizes.get("SwapFree", 0)
    if swapped > 0.2 * total:
        words = f"{swapped / GB:.1f} GB are swapped out: what comes back comes late"
        yield Finding("memory", words, "end what is not needed, or add memory", wrong=False)


def disk(machine: Machine) -> Check:
    """What is free where something is kept."""
    told: dict[int, str] = {}
    for name, place in machine.places.items():
        if name == "runtime":
            continue
        there = _nearest(place)
        free = machine.disk_free(there)
        told.setdefault(there.stat().st_dev, f"disk: {free / GB:.1f} GB free for {place.parent}")
        if free < 2 * LEAST_DISK:
            words = f"{free / GB:.1f} GB are free for {name} in {place}"
            yield Finding("disk", words, "du -xh --max-depth=2 | sort -h | tail, and remove; old flight "
                          "recordings: llmagentos record list", free < LEAST_DISK)  # fmt: skip
    yield from told.values()


def clock(machine: Machine) -> Check:
    """Whether it was set, goes evenly, is kept right, and was not set back."""
    now = machine.wall()
    if now < _EPOCH_S:
        when = time.strftime("%Y-%m-%d", time.gmtime(now))
        yield Finding("clock", f"it was never set: it says {when}", _NTP)
        return
    before = now - machine.monotonic()
    machine.sleep(_WATCH_S)
    jump = machine.wall() - machine.monotonic() - before
    if abs(jump) > _JUMP_S:
        words = (
            f"it was set by {1000 * jump:+.0f} ms while I looked: ages of measurements are wrong"
        )
        yield Finding("clock", words, "let it be slewed, not stepped: chronyd with makestep 1 3")
    newest = max((p.stat().st_mtime for p in _kept(machine)), default=0.0)
    if newest > now + 60.0:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(newest))
        words = f"it was set back: something was kept at {when}, which is yet to come"
        yield Finding("clock", words, _NTP)
    synced = machine.synchronised()
    yield f"clock: set{'' if synced is None else ', kept right' if synced else ''}"
    if synced is False:
        yield Finding("clock", "nobody keeps it right (no NTP)", _NTP, wrong=False)


def folders(machine: Machine) -> Check:
    """Whether what is kept can be written, by this user and no other."""
    for name, place in machine.places.items():
        there = _nearest(place)
        facts = there.stat()
        if not os.access(there, os.W_OK | os.X_OK):
            words = f"{name} can't be written: {there} is {stat.filemode(facts.st_mode)} of user {facts.st_uid}"
            yield Finding("folders", words, f"sudo chown -R {machine.user} {there}")
        elif there == place and facts.st_uid != machine.user and machine.user != 0:
            words = f"{place} ({name}) is user {facts.st_uid}'s, not yours ({machine.user})"
            yield Finding("folders", words, f"sudo chown -R {machine.user} {place}")
        elif there == place and facts.st_mode & stat.S_IWOTH:
            words = f"anybody may write to {place} ({name})"
            yield Finding("folders", words, f"chmod o-w {place}")
    if "runtime" not in machine.places:
        yield Finding("folders", "there is no $XDG_RUNTIME_DIR: sockets of sessions go to /tmp",
                      "log in by systemd-logind (loginctl enable-linger for services)", wrong=False)  # fmt: skip


def cgroups(machine: Machine) -> Check:
    """Whether budgets of memory and processor time can be held by the kernel."""
    what = "start it by systemd with Delegate=yes: systemd-run --user -p Delegate=yes --scope llmagentos ..."
    group = next(
        (r[3:] for r in machine.read("proc/self/cgroup").splitlines() if r.startswith("0::")), None
    )
    base = machine.root / "sys/fs/cgroup"
    if group is None or not (base / "cgroup.controllers").exists():
        yield Finding("cgroups", "there is no cgroup v2: budgets are held by limits and a watchdog",
                      "boot with systemd.unified_cgroup_hierarchy=1", wrong=False)  # fmt: skip
        return
    own = base / group.lstrip("/")
    there = machine.read(str((own / "cgroup.controllers").relative_to(machine.root))).split()
    missing = {"memory", "cpu"} - set(there)
    can = os.access(own, os.W_OK) and os.access(own / "cgroup.subtree_control", os.W_OK)
    if can and not missing:
        yield f"cgroups: {group} is delegated: the kernel holds budgets of memory and processor time"
        return
    why = f"without {' and '.join(sorted(missing))}" if can else "not delegated to you"
    words = f"{group} is {why}: budgets are held by limits and a watchdog"
    yield Finding("cgroups", words, what, wrong=False)


def shared_memory(machine: Machine) -> Check:
    """Whether pictures fit between processes."""
    place = machine.root / "dev/shm"
    if place.is_dir() and (free := machine.disk_free(place)) < LEAST_SHM:
        words = f"{free / 2**20:.0f} MiB are free in /dev/shm; pictures between processes need more"
        yield Finding("shared memory", words, "docker run --shm-size=512m, or remount it larger",
                      wrong=False)  # fmt: skip


def open_files(machine: Machine) -> Check:
    """How many files one process may hold open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < LEAST_FILES:
        yield Finding("open files", f"a process may open {soft}", "ulimit -n 4096", wrong=False)


def gpu(machine: Machine) -> Check:
    """Which there are, and whether they answer."""
    found = gpus(machine.root, machine.ask_gpus)
    for each in found:
        if each.total_bytes:
            free, total = each.free_bytes / GB, each.total_bytes / GB
            own = "of the machine's memory" if each.shared else "of memory"
            yield f"GPU: {each.name}, {free:.1f} of {total:.1f} GB {own} free"
        else:
            words = f"{each.name} is there and does not say what memory it has"
            yield Finding("GPU", words, "see what nvidia-smi says; reload the driver or reboot")
    if not found and list((machine.root / "dev").glob("nvidia[0-9]*")):
        yield Finding("GPU", "there is a device of NVIDIA's and its driver does not answer",
                      "install the driver that fits the kernel, and see what nvidia-smi says")  # fmt: skip


def _nearest(place: Path) -> Path:
    """The folder itself, or the nearest above it that is there."""
    while not place.is_dir() and place != place.parent:
        place = place.parent
    return place


def _kept(machine: Machine) -> Iterator[Path]:
    for name in ("state", "data"):
        place = machine.places.get(name)
        if place is not None and place.is_dir():
            yield from (p for p in place.rglob("*") if p.is_file() and not p.is_symlink())
