"""Shards on disk and the report about them."""

import json

from training.corpus import build, report


def test_a_shard_holds_checked_pairs(tmp_path, monkeypatch, capsys):
    out = tmp_path / "deep" / "shard.jsonl"
    arguments = ["build", "--out", str(out), "--n", "12", "--start", "9400000", "--stats"]
    monkeypatch.setattr("sys.argv", arguments)
    build.main()
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(rows) == 12
    drawn = list(build.pairs(12, "train", 9_400_000))
    assert rows == [[p.command, p.pending, " ".join(p.target)] for p in drawn]
    printed = capsys.readouterr().out
    assert "pairs," in printed and "rejected" in printed and "never used" in printed


def test_without_carrying_out_more_pairs_pass():
    static = [build.draw(i, "train", "static") for i in range(9_500_000, 9_500_040)]
    carried = [build.draw(i, "train", "symbolic") for i in range(9_500_000, 9_500_040)]
    assert sum(a == b for a, b in zip(static, carried, strict=True)) >= 30


def test_the_report_counts_pairs_and_points():
    counts, checker, seconds = report.tally(150, 9_600_000, "static")
    page = report.markdown(counts, checker, seconds, "a command", "some figures")
    assert counts.pairs == 150 and counts.overlapping == 0
    assert 0 < counts.points["  conditions"] <= counts.points["sequences, conditions, loops"]
    for name in report.POINTS:
        assert f"| {name} |" in page
    assert "some figures" in page and "a command" in page


def test_what_is_written_by_hand_outlasts_a_new_report(tmp_path, capsys):
    page = tmp_path / "corpus.md"
    order = ["--n", "20", "--check", "static", "--out", str(page)]
    report.main(order)
    assert report.by_hand(page) == ""
    page.write_text(f"older figures\n\n{report.BY_HAND}\n\n## A curve\n")
    for _ in range(2):
        report.main(order)
        text = page.read_text()
        assert text.endswith(f"\n\n{report.BY_HAND}\n\n## A curve\n")
        assert "older figures" not in text and text.count(report.BY_HAND) == 1
