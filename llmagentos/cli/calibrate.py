"""`llmagentos calibrate`: where the camera is, from pictures of a board.

Knows: options, printing. Does not know: how a pose is found (llmagentos.perception.calibration).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from llmagentos.cli.options import NOT_DONE, OK, NoiseOption
from llmagentos.robots import DEFAULT_ROBOT, ArmSpec, load

#: Worse than this at an end of the work area, at scale 1, is not good enough to grasp by, metres.
_GOOD_M = 0.005
#: Pixels of a square of a printed board.
_PRINTED_PX = 300


def calibrate(
    session: Annotated[
        Path | None,
        typer.Argument(help="YAML: the lens, the board, and pictures with where it was."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Parameter file that the pose is written into."),
    ] = None,
    robot: Annotated[
        str, typer.Option("--robot", metavar="NAME", help="The arm: a name, or a folder.")
    ] = DEFAULT_ROBOT,
    print_board: Annotated[
        Path | None,
        typer.Option("--print-board", metavar="PNG", help="Only write the board, to be printed."),
    ] = None,
    squares: Annotated[
        str,
        typer.Option(
            "--board",
            metavar="WxH:SQUARE:MARKER",
            help="Of --print-board, --sim and --ros, m; or a single marker, as marker:0.1:7.",
        ),
    ] = "7x5:0.04:0.03",
    sim: Annotated[
        bool, typer.Option("--sim", help="Rehearse it: a simulated camera and board.")
    ] = False,
    in_hand: Annotated[
        bool, typer.Option("--in-hand", help="With --sim and --ros: the arm holds it.")
    ] = False,
    ros: Annotated[
        Path | None,
        typer.Option("--ros", metavar="DIR", help="Take the pictures now, from a camera's topics."),
    ] = None,
    namespace: Annotated[
        str, typer.Option("--namespace", metavar="NAME", help="With --ros: of the topics.")
    ] = "/",
    rectified: Annotated[
        bool, typer.Option("--rectified", help="With --ros: pictures are undistorted already.")
    ] = False,
    noise: NoiseOption = None,
    seed: Annotated[int, typer.Option("--seed", help="With --sim: seeds noise and poses.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Find where the camera is, from pictures of a board or a marker on the table or in the hand.

    Prints how far off a thing may be told at each end of the work area. Exit code 0: within 5 mm;
    1: not, and nothing is stored.
    """
    if print_board is not None:
        _print_board(print_board, squares)
        return
    given = [session is not None, sim, ros is not None]
    if sum(given) != 1:
        raise typer.BadParameter(
            "expected one of a session file, --sim and --ros, got "
            + ("several" if any(given) else "none")
        )
    arm = load(robot)
    if ros is not None:
        from llmagentos.cli.calibrate_ros import taken

        fields = _part(squares).model_dump(exclude_defaults=True)
        session = taken(ros, robot, fields, in_hand, namespace, rectified)
    truth: Any = None
    if session is not None:
        from llmagentos.perception.calibration_files import read_session

        views, intrinsics = read_session(session, arm)
    else:
        from llmagentos.composition import rehearsed_calibration

        wanted = {"noise": noise or "none", "in_hand": in_hand, "seed": seed}
        truth = rehearsed_calibration(robot, _part(squares).target(), **wanted)
        views, intrinsics = truth.views, truth.intrinsics
    raise typer.Exit(_calibrate(views, intrinsics, arm, truth, out, as_json))


def _calibrate(
    views: Any, intrinsics: Any, arm: ArmSpec, truth: Any, out: Path | None, as_json: bool
) -> int:
    """Find, tell and store; truth: what a simulation knows, or None. Returns the exit code."""
    from llmagentos.perception.calibration import calibrated
    from llmagentos.perception.calibration_files import pose_lines, store

    found = calibrated(views, intrinsics, arm.workspace)
    good = found.worst_m <= _GOOD_M * arm.workspace.scale
    lines = pose_lines(found.base_from_camera)
    ends = [{"x_m": x, "y_m": y, "error_mm": round(1000 * e, 2)} for x, y, e in found.corners]
    for end in ends if truth is not None else ():
        off_m = truth.error_m(found.base_from_camera, end["x_m"], end["y_m"])
        end["really_mm"] = round(1000 * off_m, 2)
    if as_json:
        told = {"views": len(views), "error_px": round(found.error_px, 3), "corners": ends}
        print(json.dumps({**told, **lines, "good": good}))
    else:
        _show(len(views), found.error_px, ends, lines)
    if not good:
        Console(stderr=True).print(
            f"[bold red]not good enough[/]  expected at most {_GOOD_M * 1000:.0f} mm at scale 1: "
            "more pictures, the board nearer to the ends of the work area, a sharper lens",
            highlight=False,
        )
    elif out is not None:
        store(out, found.base_from_camera)
        if not as_json:
            print(f"stored in {out}")
    return OK if good else NOT_DONE


def _show(
    views: int, error_px: float, ends: list[dict[str, float]], lines: dict[str, list[float]]
) -> None:
    console = Console()
    console.print(f"{views} views, corners within {error_px:.2f} pixels", highlight=False)
    table = Table(
        "x, m", "y, m", "may be off, mm", *(["really, mm"] if "really_mm" in ends[0] else [])
    )
    for end in ends:
        table.add_row(*(f"{value:.2f}" for value in end.values()))
    console.print(table)
    for name, value in lines.items():
        print(f"{name}: {value}")


def _part(text: str) -> Any:
    """A session's board: 7x5:0.04:0.03, a board; marker:0.1:7, a marker of 0.1 m with the number 7."""
    from llmagentos.perception.calibration_files import BoardPart

    size, *rest = text.split(":")
    try:
        if size == "marker":
            side, number = (*rest, "0")[:2] if len(rest) < 3 else rest
            return BoardPart(kind="marker", marker_m=float(side), number=int(number))
        across, _, down = size.partition("x")
        square, marker = (float(v) for v in rest)
        return BoardPart(across=int(across), down=int(down), square_m=square, marker_m=marker)
    except ValueError:
        raise typer.BadParameter(
            f"expected a board as 7x5:0.04:0.03 or a marker as marker:0.1, got {text!r}",
            param_hint="--board",
        ) from None


def _print_board(path: Path, squares: str) -> None:
    from PIL import Image

    from llmagentos.errors import FileError
    from llmagentos.files import shown, written

    if path.suffix.lower() != ".png":
        raise FileError(f"expected a picture ending in .png at {shown(path)}, got {path.suffix!r}")
    target = _part(squares).target()
    with written(path, "a picture that can be written") as part:
        wide, high = target.printed_m
        drawn = target.drawn(_PRINTED_PX)
        dpi = drawn.shape[1] / wide * 0.0254
        Image.fromarray(drawn).save(part, format="PNG", dpi=(dpi, dpi))
    print(f"board: {path}, to be printed {wide * 1000:.0f} mm wide and {high * 1000:.0f} mm high")
