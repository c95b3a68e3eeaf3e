"""What looks like a person and what like an office: names and mailboxes, judged by their words.

Nothing here knows records. A name is judged part by part, for "Bauamt, Erika Mustermann" is an office and a person.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from harvesters.persons.given_names import GIVEN as _GIVEN
from harvesters.persons.given_names import NOT_BY_THEMSELVES
from schemas.vocabularies import LISTS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OFFICE_WORDS = _words(
    """
    abt abteilung ag agency akademie allgemein amt anstalt archiv atlas aufsicht ausschuss bad bahn bahnhof
    bauhof behörde bibliothek board büro buero bund bundesrepublik bürger bürgermeister c/o center centre city
    club commission committee consulting council country county data daten department desk deutsch deutsche
    deutscher deutsches dez dezernat digital direktion district division eg energie ev fachbereich fachdienst
    fachgebiet fb fd feuerwehr finanzen flughafen forst forum foundation freie freier freiwillige friedhof
    funktionspostfach für gemeinde gesellschaft gesundheit ggmbh gis gmbh group gruppe gymnasium hansestadt
    hauptamt haus help helpdesk hessen hilfe hochschule hotline initiative inspire institut institute internet
    it jugend kammer kanzlei karten kasse kg kindergarten kita klima klinik klinikum kommune konsortium kontakt
    kontor kontrolle koordination kreis kultur labor land landesamt landkreis leitung linked liste live luft
    magistrat management markt marketing messe metadaten ministerium mitte mobil museum natur naturpark netz
    netzwerk nord norden office ohg online open opendata ortsbeirat ost osten park partner polizei portal post
    presse projekt präsidium public query rat rathaus redaktion ref referat regierung region regional reservat
    rhein rhön sachgebiet sankt schule se sekretariat senat server service sg sozial sozialamt sport staat stab
    stadt stadtwerke statistik stelle stiftung straße süd süden support tag team technik tourismus tourist
    umwelt unbekannt union unit universität university urban verband verbund verein verkehr verlag verwaltung
    vorstand wald wasser web website wehr west westen wetter wirtschaft zentrale zentrum zweckverband baden
    württemberg bayern berlin brandenburg bremen hamburg mecklenburg vorpommern niedersachsen nordrhein
    westfalen rheinland pfalz saarland sachsen anhalt schleswig holstein thüringen deutschland europa european
    europäische contact info webmaster administrator admin administration ordnung ville commune communauté mairie
    département departement région métropole agglomération préfecture canton kanton état ministère agence comune città
    provincia regione ayuntamiento diputación municipio município câmara gemeente stad provincie waterschap municipality
    borough parish kommune kommun stadsdeel gmina miasto powiat město obec kraj landratsamt bezirk bürgerhaus dorf ort
    ortsteil verbandsgemeinde samtgemeinde markt marktgemeinde flecken eigenbetrieb aktuell news nachrichten zeitung
    consult consulting johanniter malteser caritas diakonie awo drk asb dlrg thw rotes kreuz kirche kirchen pfarrei
    dekanat bistum santa evangelisch evangelische katholisch katholische sankt st hl osthessen südhessen nordhessen
    mittelhessen oberhessen vogelsberg spessart taunus wetterau odenwald fulda kassel gießen marburg hanau darmstadt
    frankfurt wiesbaden kinzig hünfeld gersfeld main donau mosel weser elbe harz eifel hunsrück allgäu schwarzwald
    mittlere mittlerer untere unterer obere oberer große großer kleine kleiner alte alter neue neuer
    geographic geological environment ecology research science sciences data systems services solutions software
    laboratory network observatory programme program project group
    """
)
_OFFICE_ENDING = tuple(
    _words(
        """
    amt ämter aemter verwaltung stelle stellen dienst dienste büro buero werke betrieb betriebe verband verbände
    referat leitung abteilung dezernat ministerium präsidium direktion behörde agentur kammer anstalt zentrum
    zentrale institut gesellschaft genossenschaft verein schule hochschule universität bibliothek museum archiv
    akademie stiftung klinik klinikum feuerwehr polizei portal redaktion service kasse reservat park planung
    messung versorgung forschung förderung entwicklung sammlung beratung betreuung meldung erhebung nutzung
    sicherung bildung sorgung überwachung wesen schaft schutz tourismus mobil energie verkehr gemeinde kommune
    bund union parlament straße platz gruppe team statistik informatik technik bauhof friedhof bahnhof
    wertstoffhof betriebshof gmbh daten atlas kataster hilfe kirche apotheke abfuhr forum kreis kirchspiel werk consult
    gericht
    """
    )
)
_OFFICE_BEGINNING = tuple(
    _words(
        """
    gemeinde stadt landkreis kreis bundes landes umwelt gesundheit statisti vermessung kataster geo info touris
    universit regierungs daten verkehrs abfall hessisch open gis admin portal metadat
    """
    )
)
# Words of offices that are surnames as well: after a given name, or an initial in a mailbox, they are one.
_ALSO_SURNAMES = _words(
    """
    park wald forst haus land kammer west nord ost bach bund post messe winter sommer sport stab kreis hof rat markt
    atlas mobil nord süden kreuz harz main kassel marburg hanau neuhof fulda dorf ort kirche werk bauhof freie neue alt
    neuer alter kleine kleiner große großer obere unterer oberer mittler weser elbe kinzig groß klein neu
    darmstadt frankfurt wiesbaden gießen hünfeld gersfeld
    """
)
# These begin or end like an office: surnames with the endings of surnames, and given names.
_SURNAME_ENDING = ("mann", "müller", "mueller", "meier", "meyer", "maier", "mayer", "ler", "huber", "bauer")
# Less certain: what ends like this and follows no given name is no surname.
_ABSTRACT_ENDING = ("ische", "isches", "ischen", "tion", "tät", "ium", "heit", "keit", "ungen")
# Bodies that carry a person's name: "Robert Koch Institut" stays whole.
_NAMED_AFTER = _words(
    """
    institut institute schule stiftung foundation klinik klinikum haus gymnasium museum gmbh ag kg verein ev
    bibliothek universität hochschule akademie archiv straße platz weg allee ring gesellschaft verlag
    """
)
# What begins like this and has no given name is a town: "Kolpingstadt Kerpen".
_TOWN_ENDING = ("stadt", "kreis")
_PARTICLES = _words("von van der den dem zu zum zur vom de del della di da la le el al bin ten ter y dos")
_TITLE = re.compile(
    r"(?i)(?:dr|prof|dipl|mag|lic|ing|med|jur|phil|rer|nat|pol|oec|agr|vet|habil|h\.?c|m\.?sc|b\.?sc|m\.?a|b\.?a|ll\.?m|mba)"
    r"\.?(?:-[\w.]+)*\.?"
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.-?)+")
_GLUED_INITIAL = re.compile(r"\b([^\W\d_])\.(?=[^\W\d_]{2})")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_CAMEL = re.compile(r"(?<!^Mc)(?<!^Mac)(?<!^De)(?<!^Di)(?<!^La)(?<!^Le)(?<!^Van)(?<=[a-zäöüß])[A-ZÄÖÜ]")
_ADDRESSED = re.compile(
    r"\b(?:Herrn?|Frau|Fr\.|Hr\.|Hrn\.|Familie|Fam\.|Mr\.?|Mrs\.?|Ms\.?)\s*(?:(?:und|u\.|/)\s*(?:Frau|Herrn?)\s+)?"
    r"(?:(?:Dr|Prof|Dipl)\S*\s+)*(?=[^\W\d_])(?![a-zäöüß])"
)
_LABELS = _words(
    """
    ansprechpartner ansprechpartnerin ansprechpartner/in ansprechperson kontaktperson bearbeiter bearbeiterin
    sachbearbeiter sachbearbeiterin autor autorin author leiter leiterin tel telefon z.hd z.h hd zhd
    """
)
_BETWEEN = re.compile(
    r"(?:(?<!\s)\s+)?[,;/|()\[\]<>\n\r\t:·•]+\s*|(?<!\s)\s+(?:[-–—]+|c/o|z\.\s?Hd?\.|i\.\s?A\.|i\.\s?V\.)\s+"
)
_AND = re.compile(r"(?<!\s)\s+(?:und|and|u\.|&|\+)\s+")
_BETWEEN_MAIL_WORDS = re.compile(r"[._-]")
_MAILBOX_DIGITS = re.compile(r"(?<!\d)\d+$")
_MAILBOX_WORDS = _words(
    """
    mail email e kontakt contact post poststelle opendata open data daten service rathaus gemeinde bauamt
    webmaster presse support helpdesk hilfe zentrale team noreply no reply newsletter vergabe bewerbung feedback
    datenschutz ga dsb hallo st sankt ev kath pfarramt kita feuerwehr ffw bgm
    """
)
_KIND_OF_PLACE = re.compile(r"(?i)^(?:gemeinde|marktgemeinde|stadt|markt|kreisstadt|landkreis|region|flecken)\s+")
_LONGEST_NAME = 300


@lru_cache(maxsize=16384)
def is_office_word(word: str) -> bool:
    """Whether a word belongs to an office's name: Bauamt, Stadt, Umweltbundesamt, GmbH."""
    word = word.casefold().strip(".:")
    if word in _OFFICE_WORDS:
        return True
    if word in _GIVEN:
        return False
    if len(word) > 4 and word.endswith(_OFFICE_ENDING):
        return True
    if word.startswith(_OFFICE_BEGINNING) and not word.endswith(_SURNAME_ENDING):
        return not word.startswith(("georg", "gisel"))
    return "-" in word and any(is_office_word(part) for part in word.split("-"))


@cache
def _places() -> frozenset[str]:
    """The words of the names of municipalities that the code lists know; those that are given names as well are none."""
    names = [code.de for code in LISTS["municipality-key"]]
    words = {word.casefold() for name in names for word in _WORD.findall(name) if len(word) > 3}
    return frozenset(words - _GIVEN)


def is_place_word(word: str) -> bool:
    """Whether a word is, or begins with, the name of a municipality: Flieden, Neuhof-Rommerz."""
    word = word.casefold().strip(".:,")
    return word in _places() or word.partition("-")[0] in _places()


@lru_cache(maxsize=16384)
def without_names(text: str, own: frozenset[str] = frozenset()) -> str:
    """A name without the persons in it: "Bauamt, Erika Mustermann" gives "Bauamt", a person's name an empty text.

    It is split at commas, slashes, colons, brackets and spaced dashes, and judged part by part. A text without a
    person comes back as it was. ``own`` are the region's own names, case-folded (:func:`own_names`): they are no
    persons, whatever they look like.
    """
    if not text or len(text) > _LONGEST_NAME or text.casefold() in own:
        return text
    parts = [part for part in _BETWEEN.split(_GLUED_INITIAL.sub(r"\1. ", text)) if part]
    kept: list[str] = []
    changed = False
    number = 0
    while number < len(parts):
        part = parts[number]
        following = parts[number + 1] if number + 1 < len(parts) else ""
        if part.casefold() in own:
            kept.append(part)
            number += 1
            continue
        if following.casefold() in own:
            following = ""
        if " " not in part and following and following.count(" ") < 2 and _is_reversed(part, following):
            changed = True
            number += 2
            continue
        rest = _rest_of(part)
        changed = changed or rest != part
        if rest:
            kept.append(rest)
        number += 1
    if not changed:
        return text
    return ", ".join(part for part in kept if not _is_label(part))


def own_names(*names: str) -> frozenset[str]:
    """The region's own names as :func:`without_names` takes them: titles and municipalities, with and without their kind."""
    found = {name.casefold() for name in names}
    found |= {_KIND_OF_PLACE.sub("", name).casefold() for name in names}
    return frozenset(found - {""})


def is_person_name(text: str, own: frozenset[str] = frozenset()) -> bool:
    """Whether a name is, as a whole or in one of its parts, most likely a person's."""
    return without_names(text, own) != text


@lru_cache(maxsize=16384)
def is_surely_a_person(text: str, own: frozenset[str] = frozenset()) -> bool:
    """Whether a name has besides its form a certain sign of a person: a form of address, a given name, an initial."""
    if not is_person_name(text, own):
        return False
    words = _GLUED_INITIAL.sub(r"\1. ", text).replace(",", " ").split()
    signs = any(is_given_name(word) or _INITIALS.fullmatch(word) or _TITLE.fullmatch(word) for word in words)
    return signs or _ADDRESSED.search(text) is not None


def is_likely_a_person(text: str, own: frozenset[str] = frozenset()) -> bool:
    """Whether a name is a person's where bodies are usual: three capitalised words need a certain sign, two do not."""
    return is_person_name(text, own) and (len(text.split()) < 3 or is_surely_a_person(text, own))


def is_given_name(word: str) -> bool:
    """Whether a word, or each of its parts between hyphens, is a frequent given name."""
    word = word.casefold().strip(".,:;()/")
    return word in _GIVEN or ("-" in word and all(part in _GIVEN for part in word.split("-")))


def is_surname_after(word: str, before: str) -> bool:
    """Whether a word of offices, a town's name for one, is a surname where it follows a given name or an initial."""
    known = is_given_name(before) or _INITIALS.fullmatch(before) is not None
    return known and word.casefold().strip(".,:") in _ALSO_SURNAMES


def is_surname_when_addressed(word: str) -> bool:
    """Whether a word of offices is a surname behind "Frau" or "Herr"."""
    return word.casefold().strip(".,:") in _ALSO_SURNAMES


@lru_cache(maxsize=16384)
def is_personal_mailbox(address: str) -> bool:
    """Whether an e-mail address is most likely a person's: ``vorname.nachname@`` and no word of an office."""
    words = _mailbox_words(address)
    if len(words) == 2 and words[1] in _ALSO_SURNAMES and (words[0] in _GIVEN or len(words[0]) == 1):
        return True
    if not words or any(_is_mailbox_word(word) for word in words):
        return False
    if any(word in _GIVEN for word in words):
        return True
    if any(is_place_word(word) for word in words) and not any(len(word) == 1 for word in words):
        return False
    local = _local_part(address)
    return "-" not in local[:2] and 2 <= len(words) <= 4 and words[-1].isalpha() and ("." in local or "_" in local)


def is_office_mailbox(address: str) -> bool:
    """Whether an e-mail address names an office: ``bauamt@``, ``info@``, ``open.data@``."""
    return any(_is_mailbox_word(word) for word in _mailbox_words(address))


def name_of_mailbox(address: str) -> tuple[str, ...]:
    """The words of a name that a personal mailbox is made of, lower-cased."""
    return tuple(word for word in _mailbox_words(address) if len(word) > 1)


def name_words(text: str) -> tuple[str, ...]:
    """The words by which a name is found again elsewhere, lower-cased, without titles, initials and particles."""
    return tuple(
        word
        for each in _WORD.findall(text)
        if len(each) > 1
        and (word := each.casefold()) not in _PARTICLES
        and word not in ("herr", "herrn", "frau")
        and not _TITLE.fullmatch(each)
    )


def _local_part(address: str) -> str:
    address = address.strip()
    if address[:7].casefold() == "mailto:":
        address = address[7:]
    return address.partition("@")[0].partition("+")[0].casefold()


@lru_cache(maxsize=8192)
def _mailbox_words(address: str) -> tuple[str, ...]:
    words = [_MAILBOX_DIGITS.sub("", word) for word in _BETWEEN_MAIL_WORDS.split(_local_part(address))]
    return tuple(word for word in words if word)


def _is_mailbox_word(word: str) -> bool:
    return len(word) > 1 and (word in _MAILBOX_WORDS or is_office_word(word))


def _is_label(part: str) -> bool:
    words = part.casefold().replace(".", "").split()
    return all(word in _LABELS for word in words) or all(_TITLE.fullmatch(word) for word in part.split())


def _rest_of(part: str) -> str:
    """What stays of one part of a name."""
    address = _ADDRESSED.search(part)
    if address:
        return _rest_of(part[: address.start()].rstrip(" :-–")) if address.start() else ""
    words = part.split()
    if len(words) < 2:
        return part
    if _AND.search(part) and all(_is_name(each.split()) for each in _AND.split(part)):
        return ""
    if _is_name(words):
        return ""
    if _is_label(words[0]) and _is_name(words[1:]):
        return ""
    # An office and a person without anything between them: only a given name shows where the person begins.
    for start in range(len(words) - 1):
        if not is_given_name(words[start]):
            continue
        end = next((n for n in range(start + 1, len(words)) if is_office_word(words[n])), len(words))
        around = (words[start - 1 : start], words[end : end + 1])
        named_after = any(word.casefold().strip(".") in _NAMED_AFTER for near in around for word in near)
        beside_office = any(is_office_word(word) for near in around for word in near)
        if not named_after and beside_office and _is_name(words[start:end]):
            return " ".join(words[:start] + words[end:])
    return part


def _is_reversed(last: str, first: str) -> bool:
    """Whether "Mustermann, Erika" or "Mustermann, E." is a name, written with its last part first."""
    given = first.split()
    if (last + first.replace(" ", "")).islower():
        return _is_lower_name([*given, last])
    return _is_name([*given, last]) and all(_is_name_word(word, False) or _INITIALS.fullmatch(word) for word in given)


def _is_name(words: list[str]) -> bool:
    """Whether words are a person's name: two to five name words, initials for all but one of them, no office word."""
    if all(word.islower() for word in words):
        return _is_lower_name(words)
    capitals = all(word.isupper() for word in words)
    names = initials = 0
    titled = given = placed = False
    for number, word in enumerate(words):
        if word in _PARTICLES:
            continue
        if _INITIALS.fullmatch(word) and word.isupper():
            initials += 1
        elif len(word) > 1 and _TITLE.fullmatch(word) and (word[-1] == "." or "." in word or word in ("Dr", "Prof")):
            titled = True
        elif _is_name_word(word, capitals):
            last = number == len(words) - 1
            if is_office_word(word) and not (given and last and word.casefold() in _ALSO_SURNAMES):
                return False
            given = given or is_given_name(word)
            placed = placed or is_place_word(word)
            names += 1
        elif not (len(word) == 1 and word.isupper() and 0 < names < len(words) - 1):
            return False
    if not 1 <= names <= 5 or (names < 2 and not initials and not titled):
        return False
    if given:
        return True
    if (placed or words[0].casefold().endswith(_TOWN_ENDING)) and not initials and not titled:
        return False
    return not any(word.casefold().endswith(_ABSTRACT_ENDING) for word in words)


def _is_lower_name(words: list[str]) -> bool:
    """Whether words without capitals are a name: a given name that is no other word, and one or two words after it."""
    names = [word for word in words if word not in _PARTICLES]
    if not 2 <= len(names) <= 3 or not all(_WORD.fullmatch(word) and len(word) > 2 for word in names):
        return False
    if not is_given_name(names[0]) or names[0] in NOT_BY_THEMSELVES:
        return False
    return not any(is_office_word(word) and word not in _ALSO_SURNAMES for word in names[1:])


def _is_name_word(word: str, capitals: bool) -> bool:
    if len(word) < 2 or not word[0].isupper() or _WORD.fullmatch(word) is None:
        return False
    if word.isupper():
        return len(word) >= (3 if capitals else 5)
    return _CAMEL.search(word) is None
