"""`llmagentos train` and `evaluate`, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llmagentos.cli.main import main


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    said = capsys.readouterr()
    return int(end.value.code or 0), said.out, said.err


def test_train_resume_and_evaluate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("train", "table", "--algo", "q", "--every", "500", "--episodes", "5")
    code, out, err = run(capsys, *words, "--steps", "1000", "--seeds", "2")
    assert code == 0 and "runs/table-q-0: success" in out and "runs/table-q-1" in out
    assert "llmagentos evaluate runs/table-q-0 runs/table-q-1" in out
    assert "table-q-0 500: success" in err
    code, out, _ = run(capsys, *words, "--steps", "1500", "--resume", "--json")
    assert (
        code == 0
        and json.loads(out)["steps"] == 1500
        and json.loads(out)["run"] == "runs/table-q-0"
    )
    code, out, _ = run(
        capsys, "evaluate", "runs/table-q-0", "runs/table-q-1", "--episodes", "10", "--json"
    )
    rows = json.loads(out)
    assert code == 0 and [r["seeds"] for r in rows] == [[0], [1]]  # 1,500 and 1,000 steps
    assert rows[0]["episodes"] == 10 and 0 <= rows[0]["success"]["mean"] <= 1
    code, out, _ = run(capsys, "evaluate", "runs/table-q-0", "--episodes", "10", "--baselines")
    assert code == 0 and "oracle" in out and "100 %" in out and "fewer than 5 seeds" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("table", "--algo", "sac-her"), "expected continuous actions"),
        (("reach", "--algo", "q"), "expected discrete observations for a table"),
        (("reach", "--algo", "dqn"), "expected discrete actions"),
        (("command", "--algo", "ppo"), "got Text"),
        (("reach", "--algo", "q", "--obs", "pixels"), "for a table, got pixels"),
        (("chess", "--algo", "q"), "expected an environment ("),
        (("table", "--algo", "bfs"), "expected --algo q | dqn | ppo"),
        (("table", "--algo", "q", "--obs", "pixels"), "only reward for table"),
        (("table", "--algo", "q", "--set", "gamma"), "expected --set NAME=VALUE, got 'gamma'"),
        (("table", "--algo", "q", "--set", "base.gain=1"), "base.* only with --algo residual"),
        (("table", "--algo", "q", "--resume"), "expected a run's folder at runs/table-q-0"),
    ],
)
def test_what_cannot_be_gets_a_sentence_and_exit_code_2(
    words: tuple[str, ...],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, "train", *words)
    assert code == 2 and sentence in " ".join(err.split()), err
