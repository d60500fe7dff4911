"""Whether a line of text tells the robot to stop, decided at once and by its words alone.

Knows: how people say stop in a hurry: misspelt, shouted, run together, in other languages, with a
reason before or behind it. Does not know: the scene, the model, what runs; it asks no language
model.

Words that are not known to belong to a stop make a line none, so "stop the music", "stop at the
blue bowl" and "don't stop" are commands like any other. Where both are possible ("stop! not that
one") it is a stop: a robot that stands can be told again.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from llmagentos.legible import in_plain_letters

#: Only so much of a line is looked at: nobody shouts more.
_LOOK_AT = 300

_STOPS = frozenset("stop halt freeze abort cease desist estop stahp stawp".split())
#: Words of other languages that mean nothing but this, said alone or again and again.
_FOREIGN = frozenset(
    """stopp alto detente arrete arretez arreter stoj ferma fermo fermati fermate pare parar anhalten
    stoppen basta стоп стой остановись остановите 停 停下 停止 停车 止まれ 止めて とまれ ストップ 정지
    멈춰 스톱 توقف قف עצור रुको""".split()
)
#: One letter away from a stop, and words of their own.
_OTHER_WORDS = frozenset(
    """top step shop slop atop stow swop strop stoop spot sop strap scoop scop stops stope
    stomp stood stool snoop half hat hal holt halls malt salt hall hale hart haft hilt halo
    alt shalt waltz walt halts frieze breeze freezer freezes abbot abbott aborts about""".split()
)
#: May stand around a stop and change nothing about it.
_AROUND = frozenset(
    """please pls plz kindly robot arm gripper machine hey hi ok okay okey now just immediately
    instantly already quick quickly fast asap urgent urgently thanks thank thx there here right
    everything everybody everyone all both completely totally dead cold full hard emergency and oh ah
    argh ow ouch no nope whoa woah wow god gosh jesus damn dammit shit fuck fucking crap help sir
    buddy dude man guys come seriously really yo um uh err wait danger careful hello alright well so
    good motion movement moving it that this again""".split()
)
_NOUNS = """robot robots arm arms machine machines motor motors gripper hand movement movements motion
    motions task tasks command commands plan action actions program execution operation operations
    work process activity mission system"""
#: What a robot's stop is of: "stop the arm", "stop what you're doing".
_ITSELF = (
    r"(?:it|that|this|everything|all|both|yourself|"
    r"(?:what|whatever|everything|all) (?:it is )?(?:you are|youre|ur) doing|"
    r"(?:(?:the|all|this|that|your|every|both|any|robot|robotic) )*"
    rf"(?:{'|'.join(_NOUNS.split())})|(?:all )?(?:moving|working|running|acting)|"
    r"doing (?:it|that|this))"
)
_WHEN = (
    r"(?:now|right now|right there|right here|there|here|at once|once|immediately|instantly|already|"
    r"dead|this (?:very )?(?:instant|second|minute)|"
    r"for (?:a|one) (?:second|sec|moment|minute|bit|while)|for now|(?:right )?where you are|"
    r"in your tracks|as fast as you can|asap)"
)
_ASKED = (
    r"(?:i said|i say|i told you to|i (?:want|need) you to|i would like you to|id like you to|"
    r"you (?:need|have|ought) to|you must|you should|you gotta|youd? better|"
    r"(?:can|could|would|will|wont) (?:you|u|ya)|make (?:it|him|her|that thing)|time to|lets|"
    r"for (?:gods|heavens) sake|for the love of god|would you mind to|please do|do)"
)
_SHAPE = re.compile(
    rf"(?:{_ASKED} )?(?:(?:just|please|kindly|now|really|all|immediately) )*<stop>"
    rf"(?: (?:and )?<stop>)*(?: (?:with )?{_ITSELF})?(?: {_WHEN})*"
)
_STILL = re.compile(
    r"(?:(?:do not|dont|dnt|nobody|no one|not) move(?: a muscle| an inch| any ?more)?|"
    r"(?:hold|stand|stay|keep|be|sit|remain) (?:completely |perfectly |very )?still|"
    r"stay (?:right )?where you are|(?:knock|cut) (?:it|that) (?:off|out)|quit (?:it|that|moving)|"
    r"all stop|kill switch)"
)
#: While it moves these say stop, too; to a robot at rest they may be an answer or a command.
_MOVING = re.compile(
    r"(?:(?:no+|nope|nah)(?: no+)*|wait(?: up| a (?:second|sec|minute|moment|bit))?|"
    r"hold(?: on| it| up)?|hang on|pause(?: it)?|cancel(?: it| that| this| everything)?|enough|"
    r"thats enough|that is enough|stay(?: there)?|back off|easy|whoa|woah|end it|"
    r"shut (?:it )?down|(?:turn|power|switch) (?:it )?off|kill it|never ?mind|"
    r"(?:no )*(?:not (?:that|this|it|there)(?: one)?|wrong(?: \w+)?|dont(?: do (?:that|it))?))"
)
#: How a reason begins that somebody gives: "stop you're crushing it", "no dont do that stop".
_REASON = frozenset(
    """you u youre ur thats no not wrong i im its dont do careful watch danger what why oh ow ouch
    help fire wait hey please look he she shes hes they theres somebody someone my because cos cuz ah
    argh gosh god shit damn""".split()
)
#: "it" and "that" begin a reason only before these: "stop it hurts", not "stop it from falling".
_HAPPENS = frozenset(
    """hurts is was will broke fell falls falling moves moved slips slipped breaks isnt wont cant does
    doesnt hit hits""".split()
)
#: Behind "not" these make a place of it: "stop not at the bowl".
_PLACES = frozenset("at the a an on in near by over above there".split())
#: Such a line speaks of a stop, or wants it later, or wants something done before.
_LATER = frozenset(
    """if when whenever once after until till unless as say says write print tell never while before
    where did does means word called call name or then without only always until
    put place pick take grab move go push pull raise lower lift seize turn rotate stack bring set drop
    slide pour open close swap sort clear find point count fill give drive lay""".split()
)
#: Before a stop at the end these make it something else: "the stop", "to stop", "didn't stop".
_NOT_BEFORE = frozenset(
    """to the a an of not dont doesnt didnt wont cant never you it i can will would bus full next last
    and then is was means say word pit truck non one""".split()
)
_CLAUSE = re.compile(r"[!.,;:\n?\u2014\u2013\u2026]+|\s-+\s")
#: Keys beside a first letter: another first letter is seldom a slip.
_BESIDE = {"s": "adwxze", "h": "gjyubn", "f": "drgtcv", "a": "sqwz"}
_IN_ONE = re.compile(
    r"(?:s+t+o+p+|h+a+l+t+)(?:s+t+o+p+|h+a+l+t+|it|now|please|pls|moving)*", re.ASCII
)


def is_stop(text: str, moving: bool = False) -> bool:
    """Whether the line tells the robot to stop.

    moving: while it moves or thinks, a hurried "no", "wait" or "cancel" is one as well. Any text is
    taken; what can't be read is no stop.
    """
    line = _plain(text[:_LOOK_AT])
    clauses = [words for part in _CLAUSE.split(line) if (words := _words(part))]
    if not clauses:
        return False
    if _says(" ".join(clauses), moving) or _says(clauses[0], moving=False):
        return True
    tokens = " ".join(clauses).split()
    return _begins_with_it(tokens) or _ends_with_it(tokens, clauses, line, moving)


def _begins_with_it(words: list[str]) -> bool:
    """Whether the line is a stop and then a clause of its own, not what the stop is about."""
    if not _is_word(words[0]) or len(words) < 2:
        return False
    if _is_word(words[1]):  # said twice, whatever follows
        return True
    rest = words[1:]
    while rest and rest[0] in _AROUND and rest[0] not in _REASON:
        if rest[0] in ("that", "this", "it", "all", "right") and len(rest) > 1:
            return rest[1] in _REASON or rest[1] in _HAPPENS
        rest = rest[1:]
    if not rest or rest[0] not in _REASON:
        return not rest
    return not (rest[0] == "not" and len(rest) > 1 and rest[1] in _PLACES)


def _ends_with_it(words: list[str], clauses: list[str], line: str, moving: bool) -> bool:
    """Whether a reason, and no task, stands before a stop."""
    if len(clauses) > 1:
        before = " ".join(clauses[:-1]).split()
        if _says(clauses[-1], moving) and not _LATER & set(before):
            return True
        # "put it in the ... no, stop!": whoever shouts has thought better of it
        shouts = line.rstrip().endswith("!") and before[-1] in ("no", "wait", "stop")
        return shouts and _says(clauses[-1], moving)
    if words[0] not in _REASON and _once(words[0]) not in _REASON:
        return False
    while len(words) > 2 and words[-1] in ("please", "now", "it", "that"):
        words = words[:-1]
    plain = len(words) > 1 and words[-2] not in _NOT_BEFORE
    return _is_word(words[-1]) and plain and not _LATER & set(words)


def _says(words: str, moving: bool) -> bool:
    """Whether these words say stop and nothing else."""
    bare = _bare(words.split())
    if _STILL.fullmatch(bare):
        return True
    if moving and (_MOVING.fullmatch(words) or _MOVING.fullmatch(_once(bare))):
        return True
    tokens = words.split()
    found = [t for t in tokens if t in _FOREIGN or _is_word(t)]
    if found and all(t in found or _once(t) in _AROUND or t in _AROUND for t in tokens):
        return True
    marked = ["<stop>" if _is_word(t) else t for t in bare.split()]
    return _SHAPE.fullmatch(" ".join(marked)) is not None


def _bare(tokens: list[str]) -> str:
    """Without what only stands around, at both ends; a single word stays."""
    while len(tokens) > 1 and _once(tokens[0]) in _AROUND - {"all", "no", "it", "that"}:
        tokens = tokens[1:]
    while len(tokens) > 1 and tokens[-1] in (
        "please",
        "pls",
        "plz",
        "thanks",
        "robot",
        "ok",
        "dude",
    ):
        if tokens[-2] in ("the", "this", "that", "your", "all", "every"):
            break
        tokens = tokens[:-1]
    return " ".join(tokens)


@lru_cache(4096)
def _is_word(token: str) -> bool:
    """Whether this is a word for stop, as it is or by a slip of a key, or several in one breath."""
    if token in _STOPS:
        return True
    if token in _OTHER_WORDS or token in _AROUND:
        return False
    once = _once(token)
    if once in _STOPS or once == "freze" or _IN_ONE.fullmatch(token):
        return True
    if once in _OTHER_WORDS or once in _AROUND:
        return False
    return any(
        _one_slip(said, word)
        for word in ("stop", "halt", "freeze", "abort")
        for said in (token, once)
        if len(said) >= 3
    )


def _once(token: str) -> str:
    """Letters that are held down count once: "stooopp" is "stop"."""
    return re.sub(r"(.)\1+", r"\1", token)


def _one_slip(said: str, word: str) -> bool:
    """Whether one letter is missing, too many, another one, or changed places with the next."""
    if abs(len(said) - len(word)) > 1:
        return False
    if len(said) == len(word):
        wrong = [k for k, (a, b) in enumerate(zip(said, word, strict=True)) if a != b]
        if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
            return said[wrong[0]] == word[wrong[1]] and said[wrong[1]] == word[wrong[0]]
        return len(wrong) == 1 and (wrong[0] > 0 or said[0] in _BESIDE[word[0]])
    longer, shorter = (said, word) if len(said) > len(word) else (word, said)
    return any(longer[:k] + longer[k + 1 :] == shorter for k in range(len(longer)))


def _plain(text: str) -> str:
    """In plain letters, small, without accents and apostrophes; "s t o p" in one piece."""
    text = unicodedata.normalize("NFKD", in_plain_letters(text).lower())
    kept = "".join(c for c in text if not (unicodedata.category(c) == "Mn" and ord(c) < 0x370))
    kept = re.sub(r"[’'`´]", "", unicodedata.normalize("NFKC", kept))
    kept = re.sub(r"\be[\s\-]?stop\b", "estop", re.sub(r"(?<=[a-z])0(?=[a-z])", "o", kept))
    spelt = re.compile(r"(?<![^\W_])(?:[a-z][.\s\-_*]+){3,}[a-z](?![^\W_])")
    return spelt.sub(lambda found: re.sub(r"[^a-z]", "", found[0]), kept)


def _words(part: str) -> str:
    """The words of a clause with single spaces; signs that belong to letters stay with them."""
    return " ".join(re.findall(r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0dff])*", part))
