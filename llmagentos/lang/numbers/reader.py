"""English text to quantities: "a foot and a half" is 1.5 ft, "twenty-five" 25, "2nd" the second.

Knows: in which order words of numbers and units stand. Does not know: what is counted or measured,
nor plans.

Quantities come in the order of the text. Two may share words where the text can be read in two
ways: "a second" is an ordinal and a time.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from llmagentos.lang.numbers import words as w
from llmagentos.lang.numbers.quantity import UNITS, Kind, Quantity, tidy
from llmagentos.lang.numbers.tokens import Token, tokens

#: A number and the token behind it.
Found = tuple[float, int]
_LIST = frozenset(("to", "or", "and", ",", "-", "–", "—", "/", "x", "×", "by", "till", "until"))
_LAST = ("last", "final")


@lru_cache(maxsize=64)
def read(text: str) -> tuple[Quantity, ...]:
    """Every quantity in a text. Never raises."""
    return tuple(_Reader(text).quantities())


def quantities_at(text: str, index: int) -> tuple[Quantity, ...]:
    """The quantities whose words include the word of this index, in their order."""
    return tuple(q for q in read(text) if q.first <= index <= q.last)


class _Reader:
    def __init__(self, text: str):
        self._text = text
        found = tokens(text)
        behind = [t.text for t in found[1:]] + ["", ""]
        self._tokens = [
            replace(t, text=w.likely(t.text, _is_number_before(behind[i : i + 2])))
            if t.kind == "word"
            else t
            for i, t in enumerate(found)
        ]
        self._found: list[Quantity] = []

    def quantities(self) -> list[Quantity]:
        at = 0
        while at < len(self._tokens):
            at = max(self._one(at), at + 1)
        self._units_of_lists()
        return self._found

    # --- one quantity -----------------------------------------------------------------------

    def _one(self, at: int) -> int:
        """Read what begins at a token; returns the token behind it, or `at` where nothing does."""
        ways = (
            self._from_the_end, self._ordinal, self._times, self._digit_by_digit, self._measured,
            self._bare_unit, self._vague,
        )  # fmt: skip
        for way in ways:
            end = way(at)
            if end > at:
                return end
        return at

    def _from_the_end(self, at: int) -> int:
        """ "next to last", "last but one", "the one before the last": all say the second."""
        if self._text_at(at) in ("", "-", "the", "very"):
            return at
        words = [self._text_at(at + i) for i in range(7)]
        plain = [x for x in words if x not in ("-", "the", "very")]
        start = " ".join(plain[:3])
        if plain[:2] == ["next", "to"] and plain[2:3] and plain[2].endswith(("st", "most")):
            count, says = 2.0, 3
        elif (start.startswith("last but ") or "most but " in start) and plain[2] in w.SMALL:
            count, says = w.SMALL[plain[2]] + 1.0, 3
        elif start.startswith(("before last", "before that", "before it")) or start.startswith(
            "one before "
        ):
            count, says = 2.0, 2
        elif start == "one in from":
            count, says = 2.0, 3
        else:
            return at
        end = at
        while says:
            says -= self._text_at(end) not in ("-", "the", "very")
            end += 1
        self._add("ordinal", count, None, at, end)
        return end

    def _digit_by_digit(self, at: int) -> int:
        """ "niner zero degrees", "figures two five, centimetres": a number said digit by digit.
        The single numbers are read as well."""
        digits, end = "", at
        while w.SMALL.get(self._word(end), 10) < 10:
            digits += str(w.SMALL[self._word(end)])
            end += 1
        if len(digits) < 2:
            return at
        comma = end + (self._text_at(end) == ",")
        unit, behind = self._unit(comma, at, spelt=True)
        if unit is not None:
            self._add("cardinal", float(digits), unit, at, behind)
        return at

    def _ordinal(self, at: int) -> int:
        value, end = self._ordinal_value(at)
        if end == at:
            return at
        before = self._word(at - 1)
        if self._word(at) in w.PARTS and before in ("one", "a", "two", "three", "four", "five"):
            part = self._fraction(at - 1) or self._fraction(at)
            if part and part[1] == at + 1:
                self._add("fraction", part[0], None, at, at + 1)
        if self._word(at) in w.TENS and end == at + 2 and self._word(at + 1) == "second":
            self._add("cardinal", float(w.TENS[self._word(at)]), "s", at, end)
        while self._word(end) in ("to", "from", "the") and self._word(end + 1) in ("the", *_LAST):
            end += 1
        end += self._word(end) in _LAST
        self._add("ordinal", value, None, at, end)
        return end

    def _ordinal_value(self, at: int) -> Found:
        token = self._at(at)
        if token is None:
            return 0.0, at
        if token.kind == "ordinal":
            return token.value, at + 1
        if token.text in w.ORDINALS:
            return float(w.ORDINALS[token.text]), at + 1
        if token.text in w.TENS and self._word(self._past_hyphen(at + 1)) in w.ORDINALS:
            ones = self._past_hyphen(at + 1)
            value = w.ORDINALS[self._word(ones)]
            if value < 10:
                return float(w.TENS[token.text] + value), ones + 1
        return 0.0, at

    def _times(self, at: int) -> int:
        word = self._word(at)
        if word in w.TIMES:
            self._add("times", w.TIMES[word], None, at, at + 1)
            return at + 1
        return at

    def _measured(self, at: int) -> int:
        """A number, perhaps with a unit, and what follows that: "and a half", smaller units."""
        found = self._fraction_of_unit(at) or self._number(at)
        if found is None:
            return at
        value, end = found
        kind: Kind = (
            "fraction" if 0 < value < 1 and self._word(at) not in ("", "point") else "cardinal"
        )
        if self._word(end) in ("times", "fold") or (
            self._text_at(end) in ("x", "×")
            and self._text_at(end + 1) not in ("=", ":")  # "y=-0.1 x=0.5" names a coordinate
            and self._is_factor(at, end)
        ):
            self._add("times", value, None, at, end + 1)
            return end + 1
        unit, behind = self._unit(self._past_so(self._past_hyphen(end)), at)
        if unit is None:
            self._add(kind, value, None, at, end)
            return end
        more = self._and_a_part(behind)
        if more is not None:
            value, behind = value + more[0], more[1]
        value, behind = self._smaller_units(value, unit, behind)
        self._add("cardinal", value, unit, at, behind)
        if self._word(at) == "one" and value > 110 and behind > at + 2:
            self._measured(at + 1)  # "one eighty degrees", but also "that one, eighty degrees"
        return end if self._word(end) == "second" else behind  # an ordinal, too

    def _bare_unit(self, at: int) -> int:
        """ "a foot", "an inch and a half", "another metre", "full turn"."""
        start = at
        if self._word(at) in ("a", "an", "another", "one", "per", "every", "each", "full", "whole"):
            at += 1
            while self._word(at) in (
                "full",
                "whole",
                "complete",
                "good",
                "single",
                "extra",
                "more",
            ):
                at += 1
            unit, end = self._unit(at, start, spelt=True)
            is_whole = self._word(at - 1) in ("full", "whole", "complete", "one", "another")
            if unit is not None and (unit != "turn" or is_whole):  # "a turn" has no angle
                more = self._and_a_part(end)
                value, end = (1.0 + more[0], more[1]) if more else (1.0, end)
                value, end = self._smaller_units(value, unit, end)
                self._add("cardinal", value, unit, start, end)
                return at if self._word(at) == "second" else end  # an ordinal, too
        return start

    def _vague(self, at: int) -> int:
        word = self._word(at)
        if word == "too" and self._word(at + 1).endswith("s"):  # heard, not typed: "too cups"
            self._add("vague", 2.0, None, at, at + 1)
            return at + 1
        if word in w.HEARD:
            unit, end = self._unit(at + 1, at, spelt=True)
            if unit is not None:
                self._add("cardinal", float(w.HEARD[word]), unit, at, end)
                return end
        if word in w.VAGUE:
            unit, end = self._unit(at + 1, at, spelt=True)
            end = end if unit is not None else at + 1
            self._add("vague", float(w.VAGUE[word]), unit, at, end)
            return end
        return at

    # --- numbers ----------------------------------------------------------------------------

    def _number(self, at: int) -> Found | None:
        found = self._plain_number(at)
        if found is None:
            return self._fraction(at)
        value, end = found
        token = self._at(at)
        if token is not None and token.part:
            return found
        mixed = self._at(self._past_hyphen(end))
        if mixed is not None and mixed.part and value.is_integer():  # "1 1/2", "2 ½"
            return value + mixed.value, self._past_hyphen(end) + 1
        if self._word(end) == "point":
            decimals, after = self._decimals(end + 1)
            if decimals:
                return float(f"{int(value)}.{decimals}"), after
        if self._word(self._past_hyphen(end)) in w.PARTS and value.is_integer() and value < 20:
            part = w.PARTS[self._word(self._past_hyphen(end))]  # "two thirds", "three quarters"
            return value * part, self._of_a(self._past_hyphen(end) + 1)
        more = self._and_a_part(end)
        return (value + more[0], more[1]) if more else (value, end)

    def _plain_number(self, at: int) -> Found | None:
        """Digits, words ("a hundred and twenty"), dozens; "point five"."""
        token = self._at(at)
        if token is None:
            return None
        if token.kind == "number":
            return self._scaled(token.value, at + 1)
        if token.text in ("minus", "negative") and self._at(at + 1) is not None:
            found = self._plain_number(at + 1)
            return (-found[0], found[1]) if found and found[0] else None
        if token.text == "point":
            decimals, end = self._decimals(at + 1)
            return (float(f"0.{decimals}"), end) if decimals else None
        if token.text == "half" and self._word(at + 1) in ("a", "dozen"):
            end = at + 1 + (self._word(at + 1) == "a")
            if self._word(end) in w.GROUPS:
                return w.GROUPS[self._word(end)] / 2, end + 1
        start = at + 1 if token.text in ("a", "an", "the", "another") else at
        word = self._word(start)
        if word in w.GROUPS:
            return float(w.GROUPS[word]), self._past_of(start + 1)
        if start > at and word not in w.SCALES:
            return None
        return self._spelt(start)

    def _spelt(self, at: int) -> Found | None:
        total, part, end = 0, 0, at
        read_any = False
        while True:
            here = self._past_hyphen(end) if read_any else end
            word = self._word(here)
            if word == "and" and total and not part and self._word(here + 1) in (w.SMALL | w.TENS):
                here += 1
                word = self._word(here)
            if word in w.TENS and part == 0:
                part = w.TENS[word]
            elif word in w.TENS and 0 < part < 10 and not total:  # "one eighty"
                part = 100 * part + w.TENS[word]
            elif word in w.SMALL and (
                not read_any or (part % 10 == 0 and part > 9 and w.SMALL[word] < 10)
            ):
                part += w.SMALL[word]
            elif word in w.SMALL and total and part == 0:
                part = w.SMALL[word]
            elif word in w.SCALES:
                total, part = (total + (part or 1)) * w.SCALES[word], 0
            else:
                break
            read_any, end = True, here + 1
        if not read_any:
            return None
        if self._word(end) in w.GROUPS and self._word(end) != "both":  # "two dozen"
            return float((total + part) * w.GROUPS[self._word(end)]), self._past_of(end + 1)
        return float(total + part), end

    def _scaled(self, value: float, end: int) -> Found:
        """ "2 dozen", "2 thousand"."""
        word = self._word(end)
        scale = w.SCALES.get(word) or (w.GROUPS[word] if word in ("dozen", "pair", "pairs") else 0)
        return (value * scale, self._past_of(end + 1)) if scale else (value, end)

    def _decimals(self, at: int) -> tuple[str, int]:
        digits, end = "", at
        while (token := self._at(end)) is not None:
            if token.text in w.SMALL and w.SMALL[token.text] < 10:
                digits += str(w.SMALL[token.text])
            elif token.kind == "number" and token.whole and token.text.isdigit():
                digits += token.text
            elif token.text in w.TENS and not digits:  # "point twenty five"
                more = self._spelt(end)
                if more is not None:
                    return str(int(more[0])), more[1]
            else:
                break
            end += 1
        return digits, end

    # --- fractions --------------------------------------------------------------------------

    def _fraction(self, at: int) -> Found | None:
        """ "half", "a half", "a quarter", "quarter", not "a third block", which is an ordinal."""
        before = self._word(at)
        start = self._past_hyphen(at + 1) if before in ("a", "an", "one") else at
        word = self._word(start)
        if word not in w.PARTS or (word in w.ORDINALS and start == at):
            return None
        if word in w.ORDINALS and before != "one" and not self._is_part(start + 1):
            return None
        return w.PARTS[word], start + 1

    def _is_part(self, at: int) -> bool:
        """Whether what is behind "a third" makes it a part of one: a whole, a unit, a change."""
        token = self._at(at)
        if token is None or token.kind == "sign":
            return True
        behind = ("of", "as", "bigger", "larger", "smaller", "closer", "farther", "further", "less")
        return token.text in behind or self._unit(at, at, spelt=True)[0] is not None

    def _fraction_of_unit(self, at: int) -> Found | None:
        """ "half an inch", "quarter of a turn", "three quarters of an inch": up to the unit."""
        found = self._fraction(at)
        if found is None:
            return None
        value, end = found
        end = self._of_a(end)
        return (value, end) if self._unit(end, at)[0] is not None else None

    def _and_a_part(self, at: int) -> Found | None:
        """ "and a half", "and three quarters", "& 1/2"."""
        at = self._past_hyphen(at)
        if self._text_at(at) not in ("and", "&", "an", "plus", "n"):
            return None
        at = self._past_hyphen(at + 1) - 1
        token = self._at(at + 1)
        if token is not None and token.part:
            return token.value, at + 2
        many = self._word(at + 1)
        if many in w.SMALL and self._word(at + 2) in w.PARTS:
            return w.SMALL[many] * w.PARTS[self._word(at + 2)], at + 3
        found = self._fraction(at + 1)
        if found is None:
            return None
        # "two and a half block" does not exist, but "take two and half of the balls" does
        return None if self._word(at + 1) == "half" and self._word(at + 2) == "of" else found

    def _of_a(self, at: int) -> int:
        """Past "of a", "of an", "an", where a unit follows."""
        end = at
        end += self._word(end) == "of"
        end += self._word(end) in ("a", "an", "one")
        end += self._word(end) in ("full", "whole")
        return end if end > at and self._unit(end, at, spelt=True)[0] is not None else at

    # --- units ------------------------------------------------------------------------------

    def _unit(self, at: int, number: int, spelt: bool = False) -> tuple[str | None, int]:
        """The unit at a token and what is behind it. number: where its number begins. spelt: only
        units in full words, as behind "a"."""
        at = self._past_hyphen(at)
        token, value = self._at(at), self._at(number)
        if token is None or token.kind == "number":
            return None, at
        if token.text == "per" and self._word(at + 1) == "cent":
            return "percent", at + 2
        if token.text == "right" and self._word(at + 1) in ("angle", "angles"):
            return "right angle", at + 2
        unit = w.UNIT_WORDS.get(token.text) or w.UNIT_WORDS.get(
            token.text.removesuffix("'s").removesuffix("’s")
        )
        if unit in w.BODY:
            return self._body(at, unit)
        if unit is None and len(token.text) > 4:
            unit = next((u for stem, u in w.UNIT_STEMS if token.text.startswith(stem)), None)
        if unit is None or (spelt and (len(token.text) < 4 or unit == "percent")):
            if spelt and token.text in ("deg", "yd", "min", "sec") and unit:
                return unit, at + 1
            short = ("inch", "cm", "mm", "dm", "foot", "feet")
            return (unit, at + 1) if spelt and token.text in short else (None, at)
        if token.text in w.GUARDED and not self._is_unit(at, token, value):
            return None, at
        return unit, at + 1

    def _body(self, at: int, unit: str) -> tuple[str | None, int]:
        """ "two fingers", "a hand's width", "palm widths"."""
        token = self._at(at)
        assert token is not None
        end = at + 1 + (self._text_at(at + 1) in ("'", "’"))
        end = self._past_hyphen(end)
        if self._word(end) in w.WIDTHS:
            return unit, end + 1
        return (unit, at + 1) if token.text == "fingers" else (None, at)

    def _is_unit(self, at: int, token: Token, value: Token | None) -> bool:
        if value is None or value.kind != "number":
            return False
        quote = token.text in ("'", "’", '"', "”")
        if quote:
            opened = self._text.count(token.text, 0, token.start) % 2 == 1
            return token.glued and not opened
        if token.text != "in" or token.glued:
            return True
        behind = self._at(at + 1)
        return behind is None or behind.kind == "sign" or behind.text in w.BEHIND_IN

    def _smaller_units(self, value: float, unit: str, end: int) -> Found:
        """ "5 ft 3 in", "a foot and two inches", "5' 3\""; in the first unit."""
        start = end + (self._text_at(end) in ("and", ",") and not self._glues(end))
        found = self._plain_number(start)
        if found is None or UNITS[unit].dimension != "length":
            return value, end
        small, behind = self._unit(found[1], start)
        if small is None and unit == "m" and start == end and 10 <= found[0] < 100:
            return tidy(value + found[0] / 100), found[1]  # "a metre twenty"
        if small is None or small not in _SYSTEM.get(unit, ()):
            return value, end
        ratio = _metres(small) / _metres(unit)
        if ratio >= 1 or found[0] * ratio >= 1 or found[0] <= 0:
            return value, end
        return tidy(value + found[0] * ratio), behind

    def _is_factor(self, at: int, end: int) -> bool:
        """ "2x bigger", not "3 x 4"."""
        behind = self._at(end + 1)
        return behind is None or behind.kind != "number"

    # --- lists ------------------------------------------------------------------------------

    def _units_of_lists(self) -> None:
        """ "2 to 3 cm", "5, 10 and 15 cm": the last one's unit is that of all."""
        for i in range(len(self._found) - 2, -1, -1):
            one, following = self._found[i], self._found[i + 1]
            between = self._text[one.end : following.start].lower().replace(",", " , ").split()
            if one.kind != "cardinal" or following.kind != "cardinal" or not between:
                continue
            if following.start < one.end or any(word not in _LIST for word in between):
                continue
            if one.unit is None and following.unit is not None:
                self._found[i] = replace(one, unit=following.unit)
            elif one.unit is not None and following.unit is None and between == ["or"]:
                self._found[i + 1] = replace(following, unit=one.unit)  # "an inch or two"

    # --- tokens -----------------------------------------------------------------------------

    def _add(self, kind: Kind, value: float, unit: str | None, at: int, end: int) -> None:
        first, last = self._tokens[max(at, 0)], self._tokens[end - 1]
        text = self._text[first.start : last.end]
        place = (first.word, last.word, first.start, last.end)
        self._found.append(Quantity(tidy(value), unit, kind, *place, text))

    def _at(self, at: int) -> Token | None:
        return self._tokens[at] if 0 <= at < len(self._tokens) else None

    def _text_at(self, at: int) -> str:
        token = self._at(at)
        return token.text if token is not None else ""

    def _word(self, at: int) -> str:
        """The token's text where it is a word, else ""."""
        token = self._at(at)
        return token.text if token is not None and token.kind == "word" else ""

    def _glues(self, at: int) -> bool:
        token = self._at(at)
        return token is not None and token.glued and token.text == "and"

    def _past_hyphen(self, at: int) -> int:
        token, behind = self._at(at), self._at(at + 1)
        hyphen = token is not None and token.text in ("-", "–", "‑") and token.glued
        return at + 1 if hyphen and behind is not None and behind.glued else at

    def _past_of(self, at: int) -> int:
        """Past the "of" of "a couple of inches", where a unit follows."""
        of = self._word(at) == "of"
        return at + 1 if of and self._unit(at + 1, at, spelt=True)[0] is not None else at

    def _past_so(self, at: int) -> int:
        """Past "or so", "ish" and "odd", which stand between a number and its unit."""
        if self._word(at) == "or" and self._word(at + 1) in ("so", "thereabouts"):
            return at + 2
        return at + (self._word(at) in ("ish", "odd", "whole", "full", "extra", "more", "good"))


def _is_number_before(behind: list[str]) -> bool:
    """Whether only a number stands before these words: "fur or more", "thee times"."""
    return behind[0] == "times" or behind in (["or", "more"], ["or", "fewer"], ["or", "less"])


def _metres(unit: str) -> float:
    plan = {"mm": 0.001, "cm": 0.01, "m": 1.0, "in": 0.0254}
    return UNITS[unit].factor * plan[UNITS[unit].plan]


_METRIC, _IMPERIAL = {"mm", "cm", "dm", "m"}, {"in", "ft", "yd"}
#: Units that a smaller one can follow: those of the same system.
_SYSTEM = {unit: system for system in (_METRIC, _IMPERIAL) for unit in system}
