"""Times in questions about the past: "before lunch", "yesterday evening", "an hour ago".

Knows: how English names a stretch of time that has been, by this machine's clock and time zone.
Does not know: what was done then (past.py). Whether a sentence asks about the past at all is for
the language model to say; this only reads when.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

#: When meals begin, hours of a day: what was "before lunch" was before half past twelve.
MEALS = {"breakfast": 8.0, "lunch": 12.5, "tea time": 16.0, "dinner": 18.5, "supper": 18.5}
_PARTS = {
    "morning": (4.0, 12.0), "afternoon": (12.0, 18.0), "evening": (18.0, 24.0),
    "night": (20.0, 28.0),
}  # fmt: skip
_HOURS = {"noon": 12.0, "midday": 12.0, "midnight": 24.0} | MEALS
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0, "week": 604800.0}
_SMALL = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0,
    "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "twelve": 12.0, "fifteen": 15.0,
    "twenty": 20.0, "thirty": 30.0, "half an": 0.5, "half a": 0.5, "a few": 4.0, "a couple of": 2.0,
    "few": 4.0, "couple of": 2.0,
}  # fmt: skip
_NUMBER = (
    r"(half an?|a few|a couple of|few|couple of|\d{1,3}|"
    + "|".join(w for w in _SMALL if " " not in w and w != "few")
    + r")"
)
_UNIT = r"(second|minute|hour|day|week)s?"
_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?\s*(o'?clock|am|a\.m\.?|pm|p\.m\.?)?"
_DAY = rf"(today|yesterday|(?:last |on |this )?(?:{'|'.join(_DAYS)}))"


@dataclass(frozen=True)
class Span:
    """A stretch of time. since, until: seconds since 1970; words: as one says it."""

    since: float
    until: float
    words: str


def time_in(text: str, now_s: float) -> Span | None:
    """The time that a question is about; None where it names none. now_s: seconds since 1970."""
    said = " ".join(re.sub(r"[?!,;]", " ", text.lower()).replace("’", "'").split())
    ago = re.search(rf"\b{_NUMBER} {_UNIT} ago\b", said)
    if ago:
        return _ago(_amount(ago[1]) * _SECONDS[ago[2]], _SECONDS[ago[2]], ago[0], now_s)
    within = re.search(
        rf"\b(?:in|during|over|within) the (?:last|past) (?:{_NUMBER} )?{_UNIT}", said
    )
    if within:
        length = _amount(within[1] or "a") * _SECONDS[within[2]]
        return Span(now_s - length, now_s, within[0])
    week = re.search(r"\b(last|this) week\b", said)
    if week:
        monday = _midnight(now_s, time.localtime(now_s).tm_wday)
        last = week[1] == "last"
        return Span(
            _midnight(monday + 43200, 7) if last else monday, monday if last else now_s, week[0]
        )
    return _of_a_day(said, now_s)


def _of_a_day(said: str, now_s: float) -> Span | None:
    """A day, or a part of one: before or after a meal or an hour, its morning."""
    day, back = re.search(rf"\b{_DAY}\b", said), 0
    part = re.search(
        r"\b(?:this|last|in the|at|yesterday|today|day) (morning|afternoon|evening|night)\b", said
    )
    bound = re.search(
        rf"\b(before|until|after|since|around|at) (?:the )?({'|'.join(_HOURS)}|{_CLOCK})\b", said
    )
    if re.search(r"\btonight\b", said):
        return _hours(now_s, 0, 18.0, 28.0, "tonight")
    if day is not None:
        back = _days_back(day[1], now_s)
    elif part is not None and part[0] == "last night":
        return _hours(now_s, 1, 18.0, 28.0, "last night")
    elif part is None and bound is None:
        return None
    name = _name(day[1] if day else "today")
    if bound is not None and (hour := _hour(bound, now_s, back)) is not None:
        way, what = bound[1], bound[2]
        words = f"{name} {way} {what}"
        if way in ("before", "until"):
            return _hours(now_s, back, 0.0, hour, words)
        if way in ("after", "since"):
            return _hours(now_s, back, hour, 24.0, words)
        return _hours(now_s, back, hour - 0.5, hour + 0.5, words)
    if part is not None:
        words = f"{name} {'night' if part[1] == 'night' else f'in the {part[1]}'}"
        if part[0].startswith("this"):
            words = part[0]
        elif day and day[1] == "yesterday":
            words = f"yesterday {part[1]}"
        return _hours(now_s, back, *_PARTS[part[1]], words)
    return _hours(now_s, back, 0.0, 24.0, name) if day is not None else None


def _hours(now_s: float, back: int, first: float, last: float, words: str) -> Span:
    start = _midnight(now_s, back)
    return Span(start + first * 3600, start + last * 3600, words)


def _midnight(now_s: float, back: int) -> float:
    """The beginning of the day so many days ago, in local time, over changes of the clock too."""
    now = time.localtime(now_s)
    return time.mktime((now.tm_year, now.tm_mon, now.tm_mday - back, 0, 0, 0, 0, 0, -1))


def _ago(length: float, unit: float, words: str, now_s: float) -> Span:
    """A day ago is all of yesterday; an hour ago is half an hour more or less."""
    if unit >= 86400:
        days = round(length / 86400)
        return _hours(now_s, days, 0.0, 24.0, words)
    return Span(now_s - 1.5 * length, now_s - 0.5 * length, words)


def _amount(words: str) -> float:
    return float(words) if words.isdigit() else _SMALL.get(words, 1.0)


def _days_back(day: str, now_s: float) -> int:
    if day in ("today", "yesterday"):
        return int(day == "yesterday")
    wanted = _DAYS.index(day.split()[-1])
    return (time.localtime(now_s).tm_wday - wanted) % 7 or (0 if day.startswith("this") else 7)


def _name(day: str) -> str:
    """ "today", "yesterday", "on Monday"."""
    return day if day in ("today", "yesterday") else f"on {day.split()[-1].capitalize()}"


def _hour(bound: re.Match[str], now_s: float, back: int) -> float | None:
    """ "3" after noon is three in the afternoon where "at 3" alone would be at night."""
    if bound[2] in _HOURS:
        return _HOURS[bound[2]]
    hour, minute, half = int(bound[3]), int(bound[4] or 0), (bound[5] or "").replace(".", "")
    if hour > 24 or minute > 59 or (bound[1] in ("at", "around") and not (bound[4] or half)):
        return None
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    elif not half and not bound[4] and hour < 7:
        hour += 12
    return hour + minute / 60
