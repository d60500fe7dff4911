"""Tic-tac-toe against a person, on the table: red blocks are the person's, blue ones the robot's.

    python examples/tic_tac_toe.py

Type where your next block goes ("middle", "back left", "right" ...; back is away from the robot), or what
else your hand does: "right, left" puts two, "take middle" takes one off the board. "board" prints what the
camera sees, an empty line ends the game. Typing moves a block in the simulator as a hand would; the agent
is not told, it looks: the board is the yellow square, and what lies where on it comes from the camera.
"""

import sys
from collections.abc import Iterable
from functools import cache

from llmagentos import Agent
from llmagentos.types import Scene

#: The board's side and where a block lies in a cell, metres; rows from the back, as a person sees them.
SIDE_M, MIDDLE = 0.30, (0.50, 0.0)
ROWS, COLUMNS = ("back", "", "front"), ("left", "", "right")
CELLS = [f"{row} {column}".strip() or "middle" for row in ROWS for column in COLUMNS]
LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]
PERSON, ROBOT = "red", "blue"
SCENE = {
    "objects": [
        {"kind": "zone", "color": "yellow", "size": SIDE_M, "position": MIDDLE},
        # Each a little farther out than the one before, so that one of them is the outermost.
        *({"kind": "block", "color": color, "position": [0.36 + 0.07 * i, side * (0.20 + 0.025 * i)]}
          for color, side in ((PERSON, 1), (ROBOT, -1)) for i in range(5)),
    ]
}  # fmt: skip

#: What lies in each cell: colours, from below.
Board = tuple[tuple[str, ...], ...]
EMPTY: Board = ((),) * 9


def cell_at(x: float, y: float, middle: tuple[float, float]) -> int | None:
    """Which cell a point is in; None beside the board."""
    row, column = (round((m - v) / (SIDE_M / 3)) + 1 for m, v in zip(middle, (x, y), strict=True))
    return 3 * row + column if row in range(3) and column in range(3) else None


def board_of(scene: Scene) -> Board | None:
    """What the camera sees on the yellow square; None where it sees no such square."""
    square = next((o for o in scene.objects if (o.color, o.kind) == ("yellow", "zone")), None)
    if square is None:
        return None
    found: list[tuple[str, ...]] = [()] * 9
    for item in sorted(scene.objects, key=lambda o: o.position[2]):
        cell = cell_at(*item.position[:2], square.position[:2])
        if item.kind != "zone" and cell is not None:
            found[cell] += (item.color,)
    return tuple(found)


def winner(board: Board) -> str:
    """Whose three stand in a line, "" for nobody's."""
    for line in LINES:
        first = board[line[0]]
        if first and all(board[cell] == first for cell in line):
            return first[0]
    return ""


def put(board: Board, cell: int, color: str) -> Board:
    return (*board[:cell], (color,), *board[cell + 1 :])


@cache
def worth(board: Board, turn: str) -> int:
    """What a board comes to when both play their best: above 0 the robot wins, the more the sooner."""
    free = [cell for cell in range(9) if not board[cell]]
    if won := winner(board):
        return (1 + len(free)) * (1 if won == ROBOT else -1)
    if not free:
        return 0
    after = [worth(put(board, c, turn), PERSON if turn == ROBOT else ROBOT) for c in free]
    return max(after) if turn == ROBOT else min(after)


def best(board: Board) -> int:
    """The robot's best cell."""
    free = [cell for cell in range(9) if not board[cell]]
    return max(free, key=lambda cell: worth(put(board, cell, ROBOT), PERSON))


def objection(before: Board, now: Board) -> str:
    """What is against taking this for one move of the person; "" for nothing."""
    more = [c for c in range(9) if now[c] != before[c]]
    for cell in more:
        if len(now[cell]) > 1:
            return f"there are {len(now[cell])} blocks in one place: {CELLS[cell]}"
        if before[cell] and not now[cell]:
            return f"a {before[cell][0]} block is gone: {CELLS[cell]}"
        if before[cell]:
            return f"the {before[cell][0]} block was exchanged: {CELLS[cell]}"
        if now[cell] != (PERSON,):
            return f"the {now[cell][0]} blocks are not yours: {CELLS[cell]}"
    if len(more) > 1:
        return "that is more than one move: " + " and ".join(CELLS[cell] for cell in more)
    return "" if more else "I see no new block on the board"


class Hand:
    """The person's, in the simulator."""

    def __init__(self, agent: Agent) -> None:
        assert agent.robot is not None and agent.robot.simulation is not None
        self._world = agent.robot.simulation.world

    def does(self, words: str) -> str:
        """What was typed; what is wrong with it, in words, "" for nothing."""
        for part in words.lower().split(","):
            takes, cell = part.strip().startswith("take "), part.strip().removeprefix("take ")
            if cell not in CELLS:
                return f"expected one of {', '.join(CELLS)}, got {cell!r}"
            there = sorted(
                (o for o in self._world.objects() if o["kind"] == "block"
                 and cell_at(*o["position"][:2], MIDDLE) == CELLS.index(cell)),
                key=lambda o: o["position"][2],
            )  # fmt: skip
            if takes and there:
                top = there[-1]
                self._world.teleport_object(top["id"], self._beside(top["color"]))
            elif not takes:
                mine = [o for o in self._world.objects() if o["color"] == PERSON
                        and cell_at(*o["position"][:2], MIDDLE) is None]  # fmt: skip
                if not mine:
                    return "your blocks are all on the board"
                row, column = divmod(CELLS.index(cell), 3)
                at = (MIDDLE[0] + (1 - row) * SIDE_M / 3, MIDDLE[1] + (1 - column) * SIDE_M / 3)
                if there:  # it can only lie on what lies there
                    at = tuple(there[-1]["position"][:2])
                self._world.teleport_object(mine[-1]["id"], (*at, 0.022 + 0.04 * len(there)))
            self._world.settle()
        return ""

    def _beside(self, color: str) -> tuple[float, float]:
        """A free place on a colour's side."""
        side = 1 if color == PERSON else -1
        taken = [o["position"] for o in self._world.objects()]
        spots = [(0.36 + 0.07 * i, side * (0.20 + 0.025 * i)) for i in range(5)]
        return next(s for s in spots if all(abs(s[0] - t[0]) + abs(s[1] - t[1]) > 0.06 for t in taken))  # fmt: skip


class Player:
    """The agent: sees the board, notices what is against the rules, chooses and moves."""

    def __init__(self, agent: Agent) -> None:
        self._agent, self.board, self._stuck = agent, EMPTY, False

    def looks(self) -> Board | None:
        return board_of(self._agent.look())

    def takes_note(self) -> str:
        """Look at what the person did; what it says about it, "" where it was a move."""
        now = self.looks()
        if now is None:
            return "I can't see the board any more."
        if problem := objection(self.board, now):
            return f"That is no move: {problem}. Please put it right."
        self.board = now
        return ""

    def moves(self) -> str:
        """The robot's own move, as a sentence that it is told; what it says."""
        cell = best(self.board)
        where = f"{CELLS[cell]} corner" if " " in CELLS[cell] else f"{CELLS[cell]} side"
        where = "middle" if CELLS[cell] == "middle" else where
        wanted = put(self.board, cell, ROBOT)
        for _ in range(2):  # what slipped is tried once more
            result = self._agent.command(
                f"put the rightmost {ROBOT} block in the {where} of the yellow square"
            )
            now = self.looks()
            if now == wanted:
                self.board = wanted
                return f"Mine goes to the {CELLS[cell]}."
            if now != self.board:
                break
        self._stuck = True
        return f"I could not make my move: {result.reply}"

    def ending(self) -> str:
        """The sentence at the end; "" where the game goes on."""
        if self._stuck:
            return "I give up: you win."
        if won := winner(self.board):
            return "I have three in a line: I win." if won == ROBOT else "Three in a line: you win!"
        return "" if not all(self.board) else "The board is full: nobody wins. Well played!"


def drawn(board: Board | None) -> str:
    marks = [(cell or (".",))[-1][0] for cell in board or EMPTY]
    return "\n".join("    " + " ".join(marks[i : i + 3]) for i in (0, 3, 6))


def play(lines: Iterable[str]) -> None:
    with Agent.in_simulation(SCENE, seed=1) as agent:
        hand, player = Hand(agent), Player(agent)
        print("You are red and begin. Where?  " + ", ".join(CELLS), flush=True)
        for line in (each.strip() for each in lines):
            if not line:
                break
            print(f"> {line}")
            if line == "board":
                print(drawn(player.looks()), flush=True)
                continue
            said = hand.does(line) or player.takes_note()
            if not said and not player.ending():
                said = player.moves()
            print(said or drawn(player.board), flush=True)
            if end := player.ending():
                print(f"{drawn(player.board)}\n{end}")
                return
    print("We stop here.")


if __name__ == "__main__":
    play(sys.stdin)
