"""Text as typed to plain English letters, what in it hides from a reader, and which is no English.

Knows: letters that only look Latin, full width, invisible characters, emoji that stand for a colour
or a thing; scripts, and the small words of the commonest European languages. Does not know: what
English words mean, nor how a command ends when it is none (command.py, agent.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

#: Characters without a shape: soft hyphen, zero-width spaces and joiners, word joiner, byte order
#: mark, fillers, blanks, variation selectors.
INVISIBLE = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u200b\u200c\u200d\u2060"
    "\u2061\u2062\u2063\u2064\u2800\u3164\ufeff\uffa0"
) | {chr(c) for c in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))}
#: Those that an emoji is written with: its way to be drawn, what joins two, and the sign of a key.
_OF_EMOJI = frozenset("\u200d\ufe0e\ufe0f")
_KEYCAP = "\u20e3"
#: Scripts with letters that look Latin, and that no English word is mixed with.
_NEVER_MIXED = frozenset(("ARMENIAN", "CHEROKEE", "COPTIC", "LISU"))
#: Cyrillic and Greek letters that look Latin, and the letters that they look like.
_ALIKE = dict(
    zip(
        "асеоіјрѕхуԁһԛԝѵӏвкнмтгАВСЕНІЈКМОРЅТХУԚԜανοιρυκχτεΑΒΕΖΗΙΚΜΝΟΡΤΥΧıɑɡ",
        "aceoijpsxydhqwvlbkhmtrABCEHIJKMOPSTXYQWavoipukxteABEZHIKMNOPTYXiag",
        strict=True,
    )
)
#: Signs that NFKC would run into what is before them: "2½" is no 21/2.
_SIGNS = str.maketrans(
    {"½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3", "⅛": " 1/8", "⅜": " 3/8",
     "⅝": " 5/8", "⅞": " 7/8", "⅕": " 1/5", "º": "°", "˚": "°", "″": '"', "′": "'"}
)  # fmt: skip
_COLORS = {
    "🟥🔴": "red", "🟧🟠": "orange", "🟨🟡": "yellow", "🟩🟢": "green", "🟦🔵": "blue",
    "🟪🟣": "purple", "🟫🟤": "brown", "⬛⚫◼■●": "black", "⬜⚪◻□○": "white",
}  # fmt: skip
_THINGS = {
    "☕🍵": "cup", "🥤": "cup", "🍺": "mug", "🍽": "plate", "🥣🍲": "bowl", "🥫": "can", "📦": "box",
    "⚽": "soccer ball", "🧸": "teddy", "🦆": "duck", "🎾🏀🏐": "ball", "🧱🧊": "block", "🎲": "dice",
    "🍎🍏": "apple", "🍌": "banana", "🍋": "lemon", "🍊": "orange", "🥕": "carrot", "🥄": "spoon",
    "🍴": "fork", "🔪": "knife", "✂": "scissors", "🖊": "pen", "🔑": "key", "📕📗📘📙": "book",
}  # fmt: skip
_COLOR_OF = {sign: word for signs, word in _COLORS.items() for sign in signs}
_THING_OF = {sign: word for signs, word in _THINGS.items() for sign in signs}
#: Words behind a colour that are no thing of that colour: "🟥 on 🟦".
_NO_THING = frozenset(
    """on in into onto to at next near and or then with from under over behind left right up down
    back please is are goes go there here off of by beside between before after first last one ones
    now again too away the a it them that""".split()
)
#: Small words, and those of commands, that are no English words; by language.
_FOREIGN = {
    language: frozenset(words.split())
    for language, words in {
        "German": """der die das den dem ein eine einen einem einer und oder nicht ist sind auf unter
            neben zwischen mit von zur zum bitte nimm nehmen leg lege legen stell stelle stellen setz
            setze setzen schieb schiebe drehe dreh heb hebe bring bringe gib mir ich du wir wo wie
            viele welche welcher sich dann roten rote rotes blauen blaue blaues grünen grüne grünes
            gelben gelbe gelbes schwarzen schüssel teller würfel becher links rechts hin dich kannst
            könntest alle wieder danach""",
        "Spanish": """el los las un una unos del al y en sobre con por para pon poner ponga coloca
            colocar toma tomar mueve mover lleva levanta recoge deja gira el rojo roja azul verde
            amarillo amarilla bloque bloques cubo taza tazón plato caja derecha izquierda debajo
            encima dentro dónde cuántos cuántas qué es está son esto eso gracias favor hola todos
            todas mesa puedes""",
        "French": """le les un une du et ou dans sous avec ne pas est sont mets mettre mettez pose
            poser posez prends prendre prenez déplace pousse tourne rouge bleu bleue vert verte jaune
            assiette boîte bol tasse à côté droite gauche où combien quel quelle il elle je tu nous
            vous moi merci bonjour s'il plaît tous toutes puis peux ça ce cette ces au aux""",
        "Italian": """il lo gli un una uno della dello nel nella sul sulla con per e che non è sono
            metti mettere prendi prendere sposta spingi gira rosso rossa verde giallo gialla
            blocco blocchi cubo tazza piatto ciotola scatola destra sinistra sopra sotto dentro dove
            quanti quante grazie favore ciao tutti tutte puoi""",
        "Portuguese": """o os um uma do da dos das no na nos nas em com para e não é são coloque
            colocar coloca ponha pegue pegar pega mova mover empurre gire vermelho vermelha azul
            amarelo amarela bloco blocos cubo xícara prato tigela caixa direita esquerda embaixo onde
            quantos quantas obrigado obrigada você favor todos todas""",
        "Dutch": """het een en niet op naast met van naar bij zet zetten leg leggen pak pakken duw
            draai breng geef mij ik jij wij waar hoeveel welke rode rood blauwe blauw groene groen
            gele geel blok blokken kom bord kopje doos links rechts alstublieft alsjeblieft dank je
            allemaal deze dit""",
        "Polish": """i na do nie jest są czerwony czerwoną czerwonego niebieski niebieską zielony
            klocek klocki miska miski miskę talerz kubek pudełko weź połóż postaw przesuń obróć daj
            proszę gdzie ile który która lewo prawo obok pod""",
        "Swedish": """och på under med av är inte ta lägg ställ flytta röda röd blå gröna grön gula
            gul klossen kloss skålen skål tallriken tallrik koppen vänster höger bredvid bakom tack
            snälla hur många jag""",
        "Turkish": """ve bir bu şu değil kırmızı mavi yeşil sarı küpü küp kutu kutuya kase kaseye
            tabak tabağa bardak koy al götür çevir it sağ sol sağa sola nerede kaç lütfen üstüne
            içine yanına""",
    }.items()
}  # fmt: skip
_ENGLISH = frozenset(
    """the a an and or not is are was of on in into onto to at by next near under over behind
    between beside with from for it its them that this these those all both each every one two three
    put place move take pick up push stack turn rotate bring give lift set drop slide grab get go
    left right front back top middle corner side edge block blocks bowl cup plate box can ball tray
    zone red blue green yellow black white please you your i my me we what where which how many much
    do does don't no yes there here then first last other another as if until some any just now can
    could would will should so but out off down away again stop wait have has be been say says said
    called call named word me""".split()
)
_SCRIPTS = {
    "CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean",
    "CYRILLIC": "Cyrillic letters", "ARABIC": "Arabic", "HEBREW": "Hebrew", "GREEK": "Greek",
    "DEVANAGARI": "Hindi", "BENGALI": "Bengali", "TAMIL": "Tamil", "THAI": "Thai",
    "ARMENIAN": "Armenian", "GEORGIAN": "Georgian", "ETHIOPIC": "Amharic",
}  # fmt: skip


def in_plain_letters(text: str) -> str:
    """The text in plain letters: full width and look-alikes as Latin, without what has no shape,
    colour and thing emoji as words. White space stays."""
    plain = "".join(c for c in text if c not in INVISIBLE)
    plain = unicodedata.normalize("NFKC", plain.translate(_SIGNS))
    mostly = _mostly_latin(plain)
    return _without_emoji("".join(_latin(x, mostly) for x in re.split(r"(\s+)", plain)))


def hidden(text: str) -> str:
    """What makes the text say something else than it shows, as "expected X, got Y"; "" for nothing.

    A character without a shape that belongs to no emoji and is no byte order mark at the start, or
    a letter that only looks Latin in an English word.
    """
    for index, char in enumerate(text):
        if char in INVISIBLE and not _has_a_use(text, index):
            return f"expected visible text, got invisible U+{ord(char):04X} at {index + 1}"
    plain = unicodedata.normalize("NFKC", text.translate(_SIGNS))
    mostly = _mostly_latin(plain)
    for word in re.findall(r"[^\W\d_]+", plain):
        for char in word:
            if _script(char) in _NEVER_MIXED and mostly:
                return f'expected Latin letters, got U+{ord(char):04X} in "{word}"'
            if char in _ALIKE and _latin(word, mostly) != word:
                like = f'which only looks like "{_ALIKE[char]}"'
                return f'expected Latin letters, got U+{ord(char):04X} in "{word}", {like}'
    return ""


def foreign(text: str) -> str:
    """What the text mainly is in, where that is not English ("German", "Arabic"); else "".

    By script where most letters are not Latin; else by small words: two or more of one language,
    and more of them than of English ones, so that foreign names and nouns do no harm.
    """
    scripts = Counter(_script(c) for c in text if c.isalpha())
    scripts.pop("", None)
    if scripts and scripts["LATIN"] * 2 < sum(scripts.values()):
        found = {s for s in scripts if s != "LATIN"}
        script = "HIRAGANA" if found & {"HIRAGANA", "KATAKANA"} else scripts.most_common(1)[0][0]
        return _SCRIPTS.get(script, "other letters")
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text.lower())
    english = sum(x in _ENGLISH for x in words)
    hits = {language: sum(x in small for x in words) for language, small in _FOREIGN.items()}
    best = max(hits, key=lambda language: hits[language])
    return best if hits[best] >= 2 and hits[best] > english else ""


def _has_a_use(text: str, index: int) -> bool:
    """Whether an invisible character changes how its neighbours are drawn, and nothing else."""
    if text[index] == "\ufeff" and index == 0:
        return True
    before = text[:index].rstrip("\ufe0e\ufe0f")[-1:]
    behind = text[index + 1 : index + 2]
    drawn = unicodedata.category(before) in ("So", "Sk", "Sm") if before else False
    if text[index] == "\u200d":
        return drawn and bool(behind) and unicodedata.category(behind) == "So"
    return text[index] in _OF_EMOJI and (drawn or before in ("‼", "⁉") or behind == _KEYCAP)


def _mostly_latin(text: str) -> bool:
    scripts = [_script(c) for c in text]
    return scripts.count("LATIN") > sum(s not in ("", "LATIN") for s in scripts)


def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ")[0] if char.isalpha() else ""


def _latin(word: str, mostly_latin: bool) -> str:
    """A word with look-alikes replaced, where it is Latin but for them, or the text around is."""
    odd = [c for c in word if _script(c) in ("CYRILLIC", "GREEK") or c in "ıɑɡ"]
    if not odd or any(c not in _ALIKE for c in odd):
        return word
    if not mostly_latin and len(odd) == sum(c.isalpha() for c in word):
        return word
    return "".join(_ALIKE.get(c, c) for c in word)


def _without_emoji(text: str) -> str:
    """Colour signs as colours, things as their words; other emoji stay."""
    if text.isascii():
        return text
    for sign, word in _THING_OF.items():
        text = text.replace(sign, f" {word} ")
    out, rest = "", text
    while rest:
        color = _COLOR_OF.get(rest[0])
        if color is None:
            out, rest = out + rest[0], rest[1:]
            continue
        rest = rest[1:]
        behind = re.match(r"\s*([a-z]+)", rest, re.I)
        alone = behind is None or behind[1].lower() in _NO_THING
        out += f" {color} one " if alone else f" {color} "
    return re.sub(r" {2,}", " ", re.sub(r" +([.,;:!?])", r"\1", out)).strip()
