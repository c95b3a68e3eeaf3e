"""An entry of the Musterdatenkatalog is recognised from what a town writes, and nothing where the words do not say it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import musterdaten
from schemas.kinds import Literal
from schemas.model import Dataset
from schemas.musterdaten import SURE, recognise
from schemas.vocabularies import LISTS

THEMES = LISTS["data-theme"].base

TITLES = {
    "Abfallkalender 2024 Gemeinde Kalbach": "abfallentsorgung/abfallkalender",
    "Müllabfuhrtermine": "abfallentsorgung/abfallkalender",
    "Altglascontainer Standorte": "abfallentsorgung/container",
    "Wertstoffhöfe im Landkreis": "abfallentsorgung/abgabestelle",
    "Satzung über die Erhebung von Abfallgebühren": "abfallentsorgung/muellgebuehr",
    "Kläranlagen": "abfallentsorgung/entwaesserung",
    "Aktuelle Baustellen": "bau/baustelle",
    "Bodenrichtwerte 2022": "bau/grundstuecksbewertung",
    "Einwohner nach Ortsteilen": "bevoelkerungsstruktur/einwohnerzahl",
    "Bevölkerung am 31.12.2022 nach Alter und Geschlecht": "bevoelkerungsstruktur/einwohnerzahl",
    "Beliebteste Vornamen 2023": "bevoelkerungsstruktur/vorname",
    "Kindertageseinrichtungen: Betreuungsplätze": "bildung/kindertageseinrichtung/betreuungsplatz",
    "Kindergärten in Flieden": "bildung/kindertageseinrichtung/standort",
    "Schülerzahlen der Grundschulen": "bildung/schule/schuelerzahl",
    "Schulen": "bildung/schule/standort",
    "Mängelmelder: Meldungen": "buergerservice/anliegenmanagement",
    "WLAN-Hotspots": "digitalisierung/wlanUndMobilfunk",
    "Solardachkataster": "energie/solar",
    "Stromverbrauch kommunaler Liegenschaften": "energie/energiebericht",
    "Wasserhärte": "energie/wasserversorgung",
    "Haushalt 2024": "finanzen/haushalt/plan",
    "Haushaltsplan der Gemeinde Flieden 2023": "finanzen/haushalt/plan",
    "Jahresabschluss 2021": "finanzen/haushalt/jahresabschluss",
    "Hundesteuersatzung": "finanzen/steuernUndAbgaben",
    "Baumkataster": "floraUndFauna/baumbestand/baumkataster",
    "Straßenbäume der Stadt (WFS)": "floraUndFauna/baumbestand/baumkataster",
    "Bäume im Gemeindegebiet": "floraUndFauna/baumbestand/baumkataster",
    "Baumfällungen 2023": "floraUndFauna/baumbestand/baumfaellung",
    "Pegel Flieden": "floraUndFauna/gewaesser/pegelstand",
    "Wasserstand der Fliede": "floraUndFauna/gewaesser/pegelstand",
    "Freibadbesucher je Tag": "freizeit/badUndFreibad",
    "Ruhebänke": "freizeit/sitzgelegenheit",
    "Spielplätze der Gemeinde Eichenzell": "freizeit/spielplatzUndSpielstaette",
    "Übersicht der Vereine in Flieden": "freizeit/verein",
    "Defibrillatoren": "gesundheit/rettungsdienst/defibrillator",
    "Öffentliche WC-Anlagen": "gesundheit/oeffentlicheToilette",
    "Luftqualität an der Hauptstraße": "klimaschutzUndUmweltschutz/berichtUndAnalyse/luftUndEmission",
    "Denkmalliste": "kultur/denkmal",
    "Friedhöfe": "kultur/friedhof/standort",
    "Rundwanderwege": "kultur/lehrpfadUndWanderpfad",
    "Veranstaltungskalender": "kultur/veranstaltung/angebot",
    "Amtsblatt der Gemeinde": "oeffentlichkeitsarbeit/pressemitteilungUndVeroeffentlichung",
    "Sitzungen der Gemeindevertretung": "politischePartizipation/politischeVertretung/gremium",
    "Bundestagswahl 2021 - Ergebnisse nach Wahlbezirken": "politischePartizipation/wahl/bundestagswahl",
    "Ergebnis der Bürgermeisterwahl 2023": "politischePartizipation/wahl/kommunalwahl",
    "Wahllokale Bundestagswahl 2021": "politischePartizipation/wahl/wahllokal",
    "Bundestagswahl 2021: Wahllokale": "politischePartizipation/wahl/wahllokal",
    "Bebauungspläne (XPlanung)": "raumplanung/bebauungsplan",
    "B-Pläne": "raumplanung/bebauungsplan",
    "Flächennutzungsplan": "raumplanung/flaechennutzung",
    "Hauskoordinaten": "raumplanung/raumgliederung/adresse",
    "Straßenverzeichnis": "raumplanung/raumgliederung/strasse",
    "Straßenbeleuchtung": "sicherheit/beleuchtung",
    "Freiwillige Feuerwehr Neuhof - Einsätze 2023": "sicherheit/feuerwehr/feuerwehreinsatz",
    "Feuerwehrhäuser": "sicherheit/feuerwehr/standort",
    "Sirenen-Standorte": "sicherheit/zivilschutzUndKatastrophenschutz/sirene",
    "Stellenplan 2024": "staedtischesPersonal/stellenplan",
    "Übernachtungen im Tourismus": "tourismus/gaestezahl",
    "E-Ladestationen": "verkehr/kfz/elektrotankstelle",
    "Ladestationen für E-Bikes": "verkehr/radverkehr/ladestation",
    "Geschwindigkeitsmessungen 2022": "verkehr/kfz/messung",
    "Parkhäuser Belegung": "verkehr/kfz/parkplatz",
    "Park and Ride": "verkehr/kfz/parkplatz",
    "Haltestellen": "verkehr/oepnv/liniennetzSollfahrdatenEchtzeitdaten",
    "Radwege": "verkehr/radverkehr/radwegUndRadroute",
    "Radverkehrszählung": "verkehr/radverkehr/messung",
    "Fahrradabstellanlagen": "verkehr/radverkehr/abstellplatz",
    "Verkehrsunfälle 2022": "verkehr/unfall",
    "Wetterdaten der Station Rathaus": "wetter/messung",
    "Arbeitslose nach Rechtskreisen": "wirtschaft/arbeitslosigkeit",
    "Gewerbeanmeldungen": "wirtschaft/gewerbeanmeldung",
    "Wochenmarkt": "wirtschaft/dienstleistung/wochenmarkt",
}


@pytest.mark.parametrize(("title", "code"), TITLES.items())
def test_a_title_shows_its_entry(title: str, code: str) -> None:
    matches = recognise([title])
    assert matches
    assert (matches[0].entry.code, matches[0].where) == (code, "title")
    assert matches[0].certainty >= SURE


@pytest.mark.parametrize(
    "title",
    ["Datensatz", "Test", "", "2023", "Gemeinde Neuhof", "Bank Participation Reports", "Rechnung", "Standorte", "Park"],
)
def test_a_title_that_says_little_is_not_sure(title: str) -> None:
    matches = recognise([title])
    # „Park“ alone is the whole title and may be one; it stays the only entry.
    assert all(match.certainty < SURE for match in matches) or title == "Park"


def test_what_the_data_are_divided_by_is_not_what_they_are() -> None:
    first, second = recognise(["Einwohner nach Ortsteilen"])
    assert first.entry.code == "bevoelkerungsstruktur/einwohnerzahl"
    assert second.entry.code == "raumplanung/raumgliederung/ortsteil"
    assert second.certainty < SURE


def test_two_things_in_one_title_are_both_named_and_the_second_is_not_sure() -> None:
    first, second = recognise(["Kindergärten und Schulen"])
    assert first.entry.code == "bildung/kindertageseinrichtung/standort"
    assert second.entry.code == "bildung/schule/standort"
    assert second.certainty < SURE < first.certainty


def test_keywords_alone_are_not_sure_and_support_weak_words() -> None:
    (alone,) = recognise(["Standorte 2023"], ["Baumkataster"])
    assert (alone.where, alone.certainty < SURE) == ("keyword", True)
    weak = recognise(["Container in Neuhof"])[0]
    supported = recognise(["Container in Neuhof"], ["Altglas"])[0]
    assert weak.entry == supported.entry
    assert weak.certainty < supported.certainty


def test_the_theme_agrees_or_differs() -> None:
    plain = recognise(["Radwege im Kreis"])[0].certainty
    assert recognise(["Radwege im Kreis"], themes=[THEMES + "TRAN"])[0].certainty > plain
    assert recognise(["Radwege im Kreis"], themes=[THEMES + "HEAL"])[0].certainty < plain


def test_a_stated_entry_decides_alone() -> None:
    iri = musterdaten.BASE + "verkehr/unfall"
    (match,) = recognise(["Baumkataster"], references=[iri.replace("https:", "http:")])
    assert (match.entry.code, match.certainty, match.where) == ("verkehr/unfall", 100, "references")
    assert match.entry.iri == iri


def test_an_iri_of_the_former_edition_is_read_as_words() -> None:
    former = musterdaten.BASE + "gruenflaechen/baumbestandBaumkataster"
    best = recognise(["Datensatz 12"], references=[former])[0]
    assert (best.entry.code, best.where) == ("floraUndFauna/baumbestand/baumkataster", "references")


def test_most_iris_of_the_former_edition_are_understood(standards: Path) -> None:
    table = standards / "data/bertelsmannstift+Musterdatenkatalog/HEAD/mdk-definitions/static/uri.csv"
    with table.open(encoding="utf-8") as lines:
        paths = [f"{row['thema']}/{row['bezeichnung']}" for row in csv.DictReader(lines)]
    understood = [path for path in paths if recognise([], references=[musterdaten.BASE + path])]
    assert len(paths) == 304
    assert len(understood) > 0.75 * len(paths)


def test_the_list_is_that_of_the_edition_of_2023(standards: Path) -> None:
    table = standards / "data/bertelsmannstift+Musterdatenkatalog/HEAD/mdk-definitions/static/20230420.csv"
    with table.open(encoding="utf-8") as lines:
        columns = ("thema", "Bezeichnung", "Bezeichnung2")
        codes = {"/".join(row[name] for name in columns if row[name]) for row in csv.DictReader(lines)}
    assert set(musterdaten.entries()) == codes
    assert len(codes) == 242


def test_every_entry_has_labels_themes_and_categories_of_the_lists() -> None:
    for entry in musterdaten.entries().values():
        assert entry.de
        assert entry.en
        assert all(iri in LISTS["data-theme"] for iri in entry.themes)
        assert all(iri in LISTS["hvd-category"] for iri in entry.hvd + entry.maybe_hvd)
        assert entry.themes or entry.code == "sonstiges"


def test_every_entry_is_recognised_by_its_own_label() -> None:
    missed = [
        code
        for code, entry in musterdaten.entries().items()
        if [match.entry.code for match in recognise([entry.de.replace("–", "-")])] != [code]
    ]
    assert missed == []


def test_a_dataset_is_asked_for_its_german_texts_first() -> None:
    dataset = Dataset(title=(Literal("Tree register", "en"), Literal("Baumkataster", "de")))
    found = musterdaten.best(dataset)
    assert found is not None
    assert found.entry.code == "floraUndFauna/baumbestand/baumkataster"
    assert musterdaten.best(Dataset(title=(Literal("Allerlei", "de"),))) is None


@given(st.lists(st.text(max_size=200), max_size=3), st.lists(st.text(max_size=50), max_size=3), st.text(max_size=400))
def test_any_text_gives_certainties_between_1_and_100(titles: list[str], keywords: list[str], text: str) -> None:
    matches = recognise(titles, keywords, text)
    assert all(1 <= match.certainty <= 100 for match in matches)
    assert [match.certainty for match in matches] == sorted((m.certainty for m in matches), reverse=True)
    assert len({match.entry.code for match in matches}) == len(matches)
