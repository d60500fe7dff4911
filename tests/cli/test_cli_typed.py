"""What is typed while a command runs: a real pipe and a real terminal."""

import io
import os
import pty
import threading
from collections.abc import Callable, Iterator

import pytest
from rich.console import Console

from llmagentos.cli.typed import Typed

Make = Callable[[int], tuple[Typed, list[str], threading.Event]]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    made: list[Typed] = []

    def make(file: int) -> tuple[Typed, list[str], threading.Event]:
        stops: list[str] = []
        stopped = threading.Event()

        def on_stop(line: str) -> None:
            stops.append(line)
            stopped.set()

        monkeypatch.setattr("sys.stdin", os.fdopen(os.dup(file), "r"))
        made.append(Typed(Console(file=io.StringIO()), on_stop))
        return made[-1], stops, stopped

    yield make
    for one in made:
        one.close()


def test_a_stop_in_a_pipe_acts_at_once_and_gives_up_what_came_before(typed: Make) -> None:
    reads, writes = os.pipe()
    lines, stops, stopped = typed(reads)
    with lines.working():
        os.write(writes, b"pick it up\nput it there\nst")
        os.write(writes, b"op!!\nreset\n")
        assert stopped.wait(60)
    assert stops == ["stop!!"]
    assert lines.next_line() == "reset"
    assert lines.take_given_up() == ["pick it up", "put it there"] and not lines.take_given_up()
    os.write(writes, b"home")
    os.close(writes)
    assert lines.next_line() == "home"  # a last line without its end counts
    assert lines.next_line() is None


def test_a_hurried_word_is_a_stop_only_while_it_works(typed: Make) -> None:
    reads, writes = os.pipe()
    lines, stops, stopped = typed(reads)
    os.write(writes, b"wait\n")
    assert lines.next_line() == "wait" and not stops
    with lines.working():
        os.write(writes, b"no no\n")
        assert stopped.wait(60)
    assert stops == ["no no"]
    os.close(writes)


def test_a_terminal_is_read_while_it_works(typed: Make) -> None:
    master, slave = pty.openpty()
    lines, stops, stopped = typed(slave)
    with lines.working():
        os.write(master, b"how many blocks?\nsotp\nthen home\n")
        assert stopped.wait(60)
    assert stops == ["sotp"]
    assert lines.take_given_up() == ["how many blocks?"]
    assert lines.next_line() == "then home"
    os.close(master)


def test_standard_input_without_a_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("home\n"))
    lines = Typed(Console(file=io.StringIO()), lambda line: None)
    with lines.working():
        pass
    assert lines.next_line() == "home"
    assert lines.next_line() is None
    lines.close()
