"""German words as terms of the search index: folded, stemmed, and compounds with the parts that they are made of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import tantivy

WORD = re.compile(r"[^\W_]+")
_HYPHENS = "-‐‑"
_HYPHENED = re.compile(rf"\b[^\W_]+(?:[{_HYPHENS}][^\W_]+)+\b")
# Left out of a search unless nothing else is asked for; in phrases they count.
STOP_WORDS = frozenset(
    WORD.findall(
        "aller als am an auf aus bei beim das dem den der des die ein eine einem einen einer eines für gibt ich im in ins "
        "ist mit nach oder sind über um und vom von vor was welche wie wo zu zum zur "
        "wann warum wer kann man kommt kommen gibts finde finden wird werden hat haben auch noch alle mein meine "
        "meiner unser unsere unserer es er sie wir ihr hier dort bitte möchte will brauche suche zeige zeig gebe gib "
        "viel viele wieviel wieviele wieso woher wohin wofür womit wozu many much "
        "muss müssen musst müsst darf dürfen soll sollen sollte ob dass sich mir mich uns etwas jemand "
        "the of and or where is are how what when who which there do does for from to with by near my me our your "
        "their this that these those any some please show find get give about into at on"
    )
)
# What a question begins with, and what in one only says how it is asked: "Wie viele Menschen leben in Neuhof?"
ASKING = frozenset(
    WORD.findall(
        "wann warum was welche welcher welches wer wie wieviel wieviele wo wofür woher wohin how what when where which who"
    )
)
_ASKED = (
    "leben lebt wohnen wohnt steht stehen liegt liegen befindet befinden sitzt tagt tagen fährt fahren geht gehen hält gilt "
    "kostet dauert dauern macht machen bekomme bekommt gibts passiert hoch groß lang lange teuer alt weit oft aus offen geöffnet "
    "abgeholt geholt geleert live lives living people open happening going next long high often"
)
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "æ": "a", "ø": "o", "œ": "o", "đ": "d", "ł": "l"})
# "ue" stands for ü, but not in "neue", "Bauer", "Quelle".
_DIGRAPH = re.compile(r"(?<![aeiouyq])([aou])e")
_STEMMER = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    .filter(tantivy.Filter.lowercase())
    .filter(tantivy.Filter.stemmer("german"))
    .build()
)
_LATIN = re.compile("([a-z]{3,}[eir])ums?")
_NIS = re.compile("([a-z]{2,}ni)s(?:se[ns]?)?")
_IRREGULAR = {
    "busse": "bus",
    "bussen": "bus",
    "firma": "firmen",
    "konto": "konten",
    "praxis": "praxen",
    "risiko": "risiken",
    "stadion": "stadien",
    "thema": "themen",
    "villa": "villen",
}
_LINKS = ("", "s", "n", "en", "es", "er", "e", "ns", "ens")
_VOWELS = "aeiouy"
_VOWEL = re.compile(f"[{_VOWELS}]")
# What stands before a word without making a compound of it, and what ends a word without being one.
_PREFIXES = frozenset(
    WORD.findall(
        "auseinander ausser dazu durch emp ent fehl gegen haupt heran herein hinter miss nach neben ober ruck uber um "
        "unter vor voran vorbei voraus weg wider wieder zer zuruck zusammen zwischen"
    )
)
_SUFFIXES = frozenset(
    WORD.findall("barkeit chen heit igkeit ieren isch keit lein lich lichkeit losigkeit schaft tion ung ungen")
)
_MIN_COMPOUND = 7
_BEFORE_VERB = "(ab|an|auf|aus|ein|her|hin|um|zu)?"
_INSEPARABLE = "be|ent|er|ver|zer"
_OWN_PARTICIPLE = re.compile(f"((?:{_INSEPARABLE})[a-z]{{3,}}?)e?t(?:e[nrsm]?)?")
_OWN_NOUN = re.compile(f"((?:{_INSEPARABLE})[a-z]{{3,}})ung(?:en)?")
_PARTICIPLE = re.compile(f"{_BEFORE_VERB}ge([a-z]{{3,}}?)e?t(?:e[nrsm]?)?")
_NOUN_OF_VERB = re.compile(f"{_BEFORE_VERB}([a-z]{{3,}})ung(?:en)?")
_TRADE = re.compile("[a-z]{3,}er")
_MIN_AFFIX = 5


def plain(word: str) -> str:
    """A word without case, umlauts and accents: Straße gives strasse."""
    folded = unicodedata.normalize("NFKC", word).casefold().translate(_UMLAUTS)
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return folded


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """A word as it is compared: Straße and Strasse are one, and so are Mülltonne, muelltonne and mulltonne."""
    return _DIGRAPH.sub(r"\1", plain(word))


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The term under which a word is found: folded, without its inflection."""
    return _stemmed(fold(word))


def _stemmed(folded: str) -> str:
    found: list[str] = _STEMMER.analyze(_singular(folded))
    return found[0] if found else folded


def _singular(folded: str) -> str:
    """What the stemmer leaves alone: the plural with s behind a vowel (Kinos, Taxis, Kitas), Museum beside Museen, Ergebnisse."""
    if (found := _LATIN.fullmatch(folded)) is not None:
        return f"{found[1]}en"
    if (found := _NIS.fullmatch(folded)) is not None:
        return found[1]
    folded = _IRREGULAR.get(folded, folded)
    if len(folded) < 5 or folded[-1] != "s" or folded[-2] not in "aio":
        return folded
    if folded[-2] == "o" or folded[:-1] in _KNOWN or (folded[-2] == "i" and folded[-3] not in _VOWELS):
        return folded[:-1]
    return folded


def hyphened(text: str) -> list[str]:
    """The words of a text that are written with hyphens, in one: Car-Sharing is CarSharing."""
    if not any(map(text.__contains__, _HYPHENS)):  # most texts have none: their words need not be looked at
        return []
    return ["".join(WORD.findall(match)) for match in _HYPHENED.findall(text)]


def terms(text: str) -> list[str]:
    """The terms of a text in their order."""
    return [stem(word) for word in WORD.findall(text)]


def _folded(text: str) -> frozenset[str]:
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(fold(word) for line in lines for word in line.split())


_LIST = Path(__file__).with_name("constituents.txt").read_text(encoding="utf-8")
_KNOWN = _folded(_LIST)
_KNOWN_STEMS = frozenset(map(stem, _KNOWN))
_WHOLE_STEMS = frozenset(map(stem, _folded(_LIST.partition("# as a whole")[2])))
_INNER = _KNOWN | {word[:-1] for word in _KNOWN if word.endswith("e") and len(word) > 4}
_LONGEST = max(map(len, _INNER))
PASSING = frozenset(
    map(
        stem,
        WORD.findall(
            "nah nahe Nähe nächste nächster nächsten nächstgelegene nächstgelegenen umgebung umkreis gerade heute jetzt morgen "
            "kostenlos kostenlose kostenfrei kostenfreie gratis umsonst billig billige günstig günstige beste besten "
            "frei freie freien freies verfügbar verfügbare aktuell aktuelle "
            "Karte Karten Liste Übersicht Verzeichnis Tabelle Daten Datensatz Datei Download Statistik Zahl Zahlen Anzahl Info "
            "Infos Informationen Gemeinde Stadt Ort Kommune nicht map list table data dataset statistics number "
            "a i can nearest nearby next close closest free cheap available current currently today now best"
        ),
    )
)
"""The stems of words that datasets need not hold if something else is asked for, though it counts where they do."""
PASSING_IN_QUESTIONS = frozenset(map(stem, WORD.findall(_ASKED)))
"""The same for words of a question, which elsewhere may be what is asked for: Wohnen."""
_FORMS = frozenset(
    map(
        stem,
        WORD.findall(
            "Karte Liste Übersicht Verzeichnis Tabelle Daten Statistik Zahl Standort Register Atlas Portal Info "
            "Bericht Messung Wert Meldung Warnung Gefahr Lage Situation"
        ),
    )
)
_STOP_FOLDED = frozenset(map(fold, STOP_WORDS))


def is_stop_word(word: str) -> bool:
    """Whether a word says nothing about what is asked for; also without its umlaut: fuer."""
    return word.casefold() in STOP_WORDS or fold(word) in _STOP_FOLDED


def is_constituent(folded: str) -> bool:
    """Whether a folded word is one that administrations make compounds of: Wald, Mühle."""
    return folded in _KNOWN or stem(folded) in _KNOWN_STEMS


@lru_cache(maxsize=200_000)
def split(word: str) -> tuple[str, ...]:
    """The parts of a compound, each folded, the last one inflected: Straßenlampen gives strassen, lampen.

    Empty if the word is none, or one of parts that the list of constituents does not hold.
    """
    folded = fold(word)
    if len(folded) < _MIN_COMPOUND or not folded.isalpha() or stem(word) in _WHOLE_STEMS:
        return ()
    return _parts(folded, 0) or ()


def _parts(word: str, depth: int) -> tuple[str, ...] | None:
    if depth and (word in _KNOWN or (len(word) > 2 and stem(word) in _KNOWN_STEMS)):
        return (word,)
    if depth > 4:
        return None
    for size in range(min(len(word) - 3, _LONGEST), 2, -1):
        if word[:size] not in _INNER:
            continue
        for link in _LINKS:
            if not word.startswith(link, size):
                continue
            cut = size + len(link)
            if len(word) - cut >= 3 and (rest := _parts(word[cut:], depth + 1)) is not None:
                return (word[:cut], *rest)
    return None


@lru_cache(maxsize=200_000)
def part_terms(word: str) -> tuple[str, ...]:
    """The terms of all parts of a compound, also of adjoining ones together: Kinderspielplatz has Spielplatz."""
    parts = split(word)
    if not parts:
        return _known_end(word)
    whole = stem(word)
    found: dict[str, None] = {}
    for start in range(len(parts)):
        for end in range(start + 1, len(parts) + 1):
            part = "".join(parts[start:end])
            inner = part_terms(part) if end - start == 1 else ()
            found |= dict.fromkeys((*inner_terms(part), *inner))
    found.pop(whole, None)
    return tuple(found)


def inner_terms(part: str) -> tuple[str, ...]:
    """The terms of a compound's part as a word of its own: without a linking s, with an e that fell away (Schulweg)."""
    return tuple(dict.fromkeys((_inner_stem(part), stem(part))))


def _inner_stem(part: str) -> str:
    if part in _KNOWN:
        return stem(part)
    for link in _LINKS[1:]:
        if part.endswith(link) and part.removesuffix(link) in _KNOWN:
            return stem(part.removesuffix(link))
    return stem(f"{part}e") if f"{part}e" in _KNOWN else stem(part)


def _known_end(word: str) -> tuple[str, ...]:
    """The last part, if it alone is known: Drohnenflugplan has Plan."""
    term = stem(word)
    if len(term) < _MIN_COMPOUND or not term.isalpha() or term in _KNOWN_STEMS:
        return ()
    for size in range(len(term) - 4, 3, -1):
        if term[-size:] in _KNOWN_STEMS and _makes_compound(term[:-size]):
            return (term[-size:],)
    return ()


def _makes_compound(before: str) -> bool:
    return before not in _PREFIXES and _VOWEL.search(before) is not None


@lru_cache(maxsize=50_000)
def affixes(word: str) -> tuple[str, ...]:
    """Beginnings and ends of a long word whose parts are not known, so that each may be found: Drohnenbefliegung."""
    term, whole = stem(word), fold(word)
    if len(whole) < _MIN_AFFIX + 4 or len(term) > 40 or not term.isalpha() or term in _KNOWN_STEMS or split(word):
        return ()
    # An end is stemmed for itself: Landung keeps its -ung, Zeppelinlandung loses it.
    ends = (_stemmed(whole[i:]) for i in range(4, len(whole) - _MIN_AFFIX + 1) if _makes_compound(whole[:i]))
    starts = (term[:i] for i in range(_MIN_AFFIX, len(term) - 3) if term[i:] not in _SUFFIXES)
    return (*ends, *starts)


@lru_cache(maxsize=50_000)
def subject(word: str) -> str:
    """What a compound that only says in which form it is wanted is about: Straßenverzeichnis gives strassen; else nothing."""
    parts = split(word)
    return "".join(parts[:-1]) if parts and stem(parts[-1]) in _FORMS else ""


def as_written(word: str, parts: Sequence[str]) -> tuple[str, ...]:
    """The folded parts of a compound as it writes them, each as a word of its own: Müll, Wagen."""
    ends = [len("".join(parts[: number + 1])) for number in range(len(parts))]
    cuts = [next(at for at in range(len(word) + 1) if len(fold(word[:at])) >= end) for end in ends]
    found = [word[start:end] for start, end in zip([0, *cuts], cuts, strict=False)]
    named = [_unlinked(part) if end < len(word) else part for part, end in zip(found, cuts, strict=True)]
    return tuple(part[:1].upper() + part[1:] if word[:1].isupper() else part for part in named)


def _unlinked(part: str) -> str:
    """A compound's part without what links it to the next: Parlaments, Feuerwehr."""
    if fold(part) in _KNOWN:
        return part
    return next(
        (part[: -len(link)] for link in _LINKS[1:] if part.endswith(link) and fold(part[: -len(link)]) in _KNOWN), part
    )


def parted(word: str, is_word: Callable[[str], bool]) -> tuple[str, ...]:
    """The two parts of a compound that the list of constituents does not have, each folded; empty if it is none.

    ``is_word`` says whether a term stands in the catalogue: Parkplatzbelegung is parkplatz and belegung where datasets
    hold these. The longest end that does counts.
    """
    whole = fold(word)
    if len(whole) < _MIN_COMPOUND or len(whole) > 40 or not whole.isalpha():
        return ()
    for cut in range(4, len(whole) - 3):
        first, last = whole[:cut], whole[cut:]
        if _makes_compound(first) and is_word(_stemmed(last)) and any(map(is_word, inner_terms(first))):
            return first, last
    return ()


@lru_cache(maxsize=50_000)
def kin(word: str) -> tuple[str, ...]:
    """Terms of words of the same verb or trade: gesperrt and Sperrung, belegt and Belegung; Bäckerei for Bäcker."""
    folded = fold(word)
    if (found := _PARTICIPLE.fullmatch(folded)) is not None:
        return (_stemmed(f"{found[1] or ''}{found[2]}ung"),)
    if (found := _OWN_PARTICIPLE.fullmatch(folded)) is not None:
        return (_stemmed(f"{found[1]}ung"),)
    if (found := _OWN_NOUN.fullmatch(folded)) is not None:
        return (_stemmed(_participle(found[1])),)
    if (found := _NOUN_OF_VERB.fullmatch(folded)) is not None:
        return (_stemmed(_participle(f"{found[1] or ''}ge{found[2]}")),)
    if _TRADE.fullmatch(folded) is not None:
        return (_stemmed(f"{folded}ei"),)
    return ()


def _participle(verb: str) -> str:
    return f"{verb}et" if verb.endswith(("d", "t")) else f"{verb}t"
