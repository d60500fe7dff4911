"""The words of numbers and units.

Knows: the tables. Does not know: in which order such words stand.
"""

from __future__ import annotations

from functools import cache

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
).split()

#: Words below twenty, with other spellings.
SMALL: dict[str, int] = {word: i for i, word in enumerate(_ONES)} | {
    "nought": 0, "naught": 0, "nil": 0, "single": 1, "niner": 9, "fife": 5, "fower": 4,
}  # fmt: skip
TENS: dict[str, int] = {word: 10 * i for i, word in enumerate(_TENS, 2)} | {"fourty": 40}
SCALES: dict[str, int] = {"hundred": 100, "thousand": 1000}
#: Words that stand for a number of things.
GROUPS: dict[str, int] = {
    "dozen": 12, "couple": 2, "pair": 2, "duo": 2, "twosome": 2, "trio": 3, "threesome": 3,
    "triplet": 3, "triplets": 3, "twins": 2, "quartet": 4, "foursome": 4, "quintet": 5,
    "sextet": 6, "score": 20, "both": 2, "brace": 2,
}  # fmt: skip
#: Amounts without a number, and the number that the plan language takes them for.
VAGUE: dict[str, int] = {"few": 3, "several": 3, "some": 2, "handful": 3}
ORDINALS: dict[str, int] = (
    {word: i for i, word in enumerate(_ORDINALS, 1)}
    | {f"{word[:-1]}ieth": 10 * i for i, word in enumerate(_TENS, 2)}
    | {"hundredth": 100, "penultimate": 2, "primary": 1, "secondly": 2, "thirdly": 3}
)
TIMES: dict[str, float] = {
    "once": 1, "twice": 2, "thrice": 3, "double": 2, "doubled": 2, "doubly": 2, "triple": 3,
    "tripled": 3, "treble": 3, "quadruple": 4, "quintuple": 5,
}  # fmt: skip
#: Words that sound like a number: heard so where a unit follows ("ate seconds").
HEARD: dict[str, int] = {"ate": 8, "won": 1, "too": 2, "to": 2, "for": 4, "fore": 4}
#: Parts of one, singular and plural ("two thirds").
PARTS: dict[str, float] = {
    "half": 1 / 2, "halves": 1 / 2, "halfs": 1 / 2, "third": 1 / 3, "thirds": 1 / 3,
    "quarter": 1 / 4, "quarters": 1 / 4, "fourths": 1 / 4, "fourth": 1 / 4, "fifth": 1 / 5,
    "fifths": 1 / 5, "sixth": 1 / 6, "sixths": 1 / 6, "eighth": 1 / 8, "eighths": 1 / 8,
    "tenth": 1 / 10, "tenths": 1 / 10, "sixteenth": 1 / 16, "sixteenths": 1 / 16,
}  # fmt: skip
#: One sign for a fraction.
VULGAR: dict[str, float] = {
    "½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4, "⅕": 1 / 5, "⅖": 2 / 5,
    "⅗": 3 / 5, "⅘": 4 / 5, "⅙": 1 / 6, "⅚": 5 / 6, "⅛": 1 / 8, "⅜": 3 / 8, "⅝": 5 / 8, "⅞": 7 / 8,
}  # fmt: skip

#: Words and signs of each unit.
UNIT_WORDS: dict[str, str] = {
    word: unit
    for unit, words in {
        "mm": "mm mms millimeter millimeters millimetre millimetres millis mils",
        "cm": "cm cms centimeter centimeters centimetre centimetres centis centi centimetrs",
        "dm": "dm decimeter decimeters decimetre decimetres",
        "m": "m meter meters metre metres mtr mtrs",
        "in": "in inch inches inchs ins \" ″ ” ''",
        "ft": "ft foot feet foots ' ′ ’",
        "yd": "yd yds yard yards",
        "deg": "deg degs degree degrees degrees. ° º ˚",
        "rad": "rad rads radian radians",
        "finger": "finger fingers fingerwidth fingerwidths",
        "thumb": "thumb thumbs",
        "hand": "hand hands handwidth handwidths palm palms",
        "turn": "turn turns rotation rotations revolution revolutions circle circles spin spins",
        "ms": "ms msec millisecond milliseconds",
        "s": "s sec secs second seconds",
        "min": "min mins minute minutes",
        "h": "h hr hrs hour hours",
        "percent": "% percent pct percents",
    }.items()
    for word in words.split()
}
#: Beginnings that a slip of the fingers leaves of a unit's word behind a number ("5 centimters").
UNIT_STEMS: tuple[tuple[str, str], ...] = (
    ("millim", "mm"), ("milim", "mm"), ("cent", "cm"), ("decim", "dm"), ("inch", "in"),
    ("degr", "deg"), ("dgr", "deg"), ("radian", "rad"), ("metr", "m"), ("meter", "m"),
    ("minut", "min"), ("second", "s"),
)  # fmt: skip
#: Units only behind a number in digits, some of them glued to it or with nothing to name behind
#: them: "3 in" is no length in "put 3 in the bowl".
GUARDED = frozenset({"in", "s", "h", "'", "’", '"', "”", "''"})
#: Words behind "in" that show that it is a unit there.
BEHIND_IN = frozenset(
    "to left right up down forward forwards back backward backwards away from toward towards "
    "further farther closer more apart over above below and then please of off along high wide "
    "long deep tall north south east west off upward upwards downward downwards in at between".split()
)
#: A hand is a length only with one of these behind it; a finger is one without, too.
WIDTHS = frozenset("width widths breadth breadths wide".split())
BODY = frozenset({"hand", "thumb", "finger"})
#: Words that a slip of the fingers could have made of a number, but that say something else.
_OTHERS = frozenset(
    """
    there thee tree threw these here their theme then than them hen tan ten tens tent tend teen tin
    fire fine file find fir for fort fork form four fore fours fur your tour hour pour sour foul floor
    flour our give gives live lives dive hive drive fives jive line lines mine fine pine wine vine
    none nice night nines right rights light lights sight might tight fight eighth weight height
    freight even seven sever seen severe leven eleven sixth sit six sex fix mix half hall halt calf
    hale halves thirst third thirds bird fist first firs twin twins twine wine one once ones nice
    on once price slice quarter quartet quarters boot foot root food fool soot fort feet feel feed
    feat meet fleet peter meter metre inch itch pinch finch winch yard hard card ward turn burn torn
    finger ringer thumb thump hand band land sand hang palm calm pair pairs fair hair chair
    double couple trouble several severed second seconds score sore store core both bath booth
    forth forty north fort worth wide side width single jingle angle tingle last lost list
    minute minutes minus circle degree spin spins sets ends times tires tiles twelve shelve
    shelf fell tell eight ate freight weights lights tights hundred thousand dozen frozen doze few
    red reds rod rods raid road roads rid rude reads read ride dead mess most
    teeth tooth tenths booth cent cents percents
    new view dew single simple some same home dome come sum forks foils wane zero hero
    """.split()
)


@cache
def likely(word: str, sure: bool = False) -> str:
    """The word of a number or unit that this is, or that one slip of the fingers made it of
    ("fivve", "trhee"); else the word itself. sure: a number stands here, so that even an English
    word may be a slip ("fur or more")."""
    if (
        word in _KNOWN
        or (word in _OTHERS and not sure)
        or not 4 <= len(word) + 1 <= 12
        or not word.isascii()
    ):
        return word
    found = {w for w in _SLIPPING if abs(len(w) - len(word)) < 2 and _one_slip(w, word)}
    return found.pop() if len(found) == 1 else word


def _one_slip(word: str, typed: str) -> bool:
    """Whether one letter was left out, doubled, changed or exchanged with the next one; the first
    letter stays."""
    if word[0] != typed[0]:
        return False
    at = next((i for i, (a, b) in enumerate(zip(word, typed, strict=False)) if a != b), None)
    if at is None:
        at = min(len(word), len(typed))
    rest, typed_rest = word[at:], typed[at:]
    if len(word) > len(typed):
        return rest[1:] == typed_rest
    if len(word) < len(typed):
        return rest == typed_rest[1:] and typed_rest[0] == typed[at - 1]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return typed_rest == swapped or rest[1:] == typed_rest[1:]


_KNOWN = frozenset(
    {*SMALL, *TENS, *SCALES, *GROUPS, *VAGUE, *ORDINALS, *TIMES, *PARTS, *UNIT_WORDS}
)
_SLIPPING = frozenset(
    w
    for w in {
        *SMALL,
        *TENS,
        *SCALES,
        *ORDINALS,
        *TIMES,
        *UNIT_WORDS,
        "half",
        "quarter",
        "dozen",
        "several",
    }
    if len(w) >= 4 and w.isalpha() and w not in ("single", "spins", "spin", "fife", "fower")
)
