"""What happened since a mark: bounded, and what is not kept any more is said."""

from __future__ import annotations

from llmagentos.daemon.news import News


def _numbers(rows: list[dict]) -> list[int]:
    return [row["n"] for row in rows]


def test_it_goes_on_from_a_mark_and_says_what_is_gone() -> None:
    news = News("e", most=3)
    start = news.newest
    for n in range(5):
        news.add("call", {"n": n})
    assert _numbers(news.since("e-3")[1]) == [3, 4]
    assert news.since("e-5") == (False, [])
    assert (news.since(start)[0], _numbers(news.since(start)[1])) == (True, [2, 3, 4])
    assert news.since("")[0] is False
    for strange in ("x-3", "e-9", "e-", "e", "e--1", "e-" + "9" * 60):
        assert news.since(strange)[0] is True, strange


def test_large_rows_push_others_out() -> None:
    news = News("e", most_bytes=2000)
    for n in range(50):
        news.add("call", {"n": n, "result": "x" * 300})
    assert 3 <= len(news.since("")[1]) <= 6
