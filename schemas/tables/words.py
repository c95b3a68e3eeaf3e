"""Words by which a cell or a column's name tells what it is: missing, yes and no, codes, times, places, units."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")


def words(name: str) -> frozenset[str]:
    """The words of a column's name, in lower case: `GeoBreite_84` gives geo, breite, geobreite, 84 and the whole."""
    parts = [part.casefold() for part in _WORD.findall(_CAMEL.sub(" ", name))]
    whole = [part.casefold() for part in _WORD.findall(name)]
    return frozenset((*parts, *whole, "".join(parts)))


def _set(text: str) -> frozenset[str]:
    return frozenset(entry.strip().casefold().replace("_", " ") for entry in text.split())


# An underscore stands for a blank.
MISSING = _set("""
    - -- --- -_- -_-_- – — . .. ... … / n/a na n.a. n._a. #n/a #nv #wert! #value! #div/0! #bezug! #ref! null none nan
    (null) k.a. k._a. k.a k._a ka keine_angabe keine_angaben keine_daten nicht_bekannt unbekannt \\n
""") | {""}
BOOLEANS = tuple(
    frozenset(pair)
    for pair in (
        ("ja", "nein"),
        ("j", "n"),
        ("yes", "no"),
        ("y", "n"),
        ("true", "false"),
        ("wahr", "falsch"),
        ("vorhanden", "nicht vorhanden"),
    )
)
AFFIRMATIVE = _set("ja j yes y true wahr vorhanden")
# One of these alone still is an answer; a lone "n" or "vorhanden" is a code.
LONELY_BOOLEANS = _set("ja nein true false wahr falsch yes no")

KEYS = _set("""
    ags ars rs gkz plz postleitzahl zip schlüssel schluessel gemeindeschlüssel gemeindeschluessel gemeindekennziffer
    regionalschlüssel regionalschluessel kennziffer kennung id gid fid uid uuid objectid objektid lfdnr hausnummer
    hausnr hnr bankleitzahl blz iban telefon telefonnummer tel fax telefax mobil flurstück flurstueck flur
    gemarkungsnummer gemarkungsschlüssel bic steuernummer aktenzeichen zeile nr nummer lfd numero
    konto kto sachkonto gegenkonto kostenstelle kostenträger kostentraeger kostenart produkt produktkonto buchungsstelle
    bezirk wahlbezirk stimmbezirk kehrbezirk tour revier zone linie
    haushaltsstelle finanzposition kassenzeichen kontonummer produktnummer stationsnummer bezirksnummer gebietsnummer
    wahlbezirksnummer zählstellennummer zaehlstellennummer objektnummer vorgangsnummer belegnummer anlagennummer baumnummer
""")
KEY_ENDS = ("nr", "schlüssel", "schluessel", "kennziffer")
"""Ends of compounds that name codes: Zählstellennr."""
TIMES = _set("""
    datum date zeit zeitpunkt zeitstempel timestamp time jahr year tag day monat month stichtag stand beginn ende von
    bis start end zeitraum periode period messzeit uhrzeit termin abfuhrtermin erstellt geändert aktualisiert updated
    berichtsjahr haushaltsjahr kalenderjahr messdatum messzeitpunkt erhebungsdatum
""")
# Columns of these hold dates: nothing else may be told from numbers of days (Stand 45800 is one of a meter).
DATES = _set("""
    datum date zeitpunkt zeitstempel timestamp stichtag messdatum messzeitpunkt erhebungsdatum beginn ende termin
    abfuhrtermin erstellt geändert aktualisiert updated
""")
YEARS = _set("""
    jahr year zeit zeitraum periode berichtsjahr haushaltsjahr kalenderjahr baujahr stand jahrgang schuljahr wahljahr
    gründungsjahr erhebungsjahr
""")
# Times of a thing's own life, not of the table: they say nothing about the period that the table covers.
BIOGRAPHIES = _set("""
    baujahr gründungsjahr gründung gruendungsjahr gruendung geburtsjahr geburtsdatum geburt geboren gestorben todesjahr
    inbetriebnahme inbetriebnahmedatum errichtung errichtet erbaut eröffnung eröffnet eroeffnung eroeffnet jahrgang
    pflanzjahr pflanzung pflanzdatum fertigstellung birth built
    prüfung pruefung prüfdatum pruefdatum kontrolle kontrolldatum inspektion wartung wartungsdatum lieferung lieferdatum
    bestellung anschaffung anschaffungsjahr kaufdatum aufnahmedatum erfassung erfassungsdatum
""")

# Breite and Länge are lengths as well; with a unit of length they are nothing else.
LENGTHS = _set("mm cm dm m km meter metern")
LATITUDES = _set("lat latitude breite breitengrad geobreite geographischebreite")
LONGITUDES = _set("lon lng long longitude länge laenge längengrad laengengrad geolänge geolaenge geographischelänge")
SIZES = _set("breite länge laenge long")
AXES = _set("""
    x y xkoordinate ykoordinate xcoord ycoord koordx koordy xkoord ykoord koordinate easting northing rechtswert
    hochwert ostwert nordwert ost nord rechts hoch utm utmx utmy east north e n rw hw
""")

UNITS = _set("""
    mm cm dm m km mm² cm² m² qm m2 km² km2 ha a m³ m3 cbm l hl kg g mg t µg µg/m³ mg/l mg/m³ µg/l % ‰ prozent promille €
    eur euro ct cent t€ tsd mio tsd.€ mio.€ k€ w kw mw gw kwh mwh gwh wh kwp v a ah h std std. stunden stunde min min.
    minuten s sek sekunden tage tag wochen monate jahre jahr °c °f k grad km/h m/s m³/s l/s l/min m³/h hpa pa bar db
    db(a) lux lx stück stk stk. anzahl personen einwohner ew µs/cm ntu pers. plätze fahrzeuge kfz kfz/h kfz/24h fälle
    mü.nhn mü.nn v.h.
    teur tsd.eur tsdeur mioeur mio.eur mio€ tsd€ µg/m3 mg/m3 mg/kg ppm ppb w/m² w/m2 kwh/a kwh/m2 t/a kg/ew l/m² mm/h m³/d
    m3/h m3/s kfz/tag fz/h
    co2 tco2 mnn mnhn münn münhn ct/kwh €/m² €/kwh kwh/m² kg/m³ ew/km²
""")

# What columns of lists are usually called.
COLUMN_NAMES = _set("""
    name namen bezeichnung titel ort ortsteil ortschaft stadtteil gemeinde stadt straße strasse adresse anschrift plz
    postleitzahl hausnummer lage standort art typ kategorie gruppe sparte sportart thema beschreibung bemerkung bemerkungen
    hinweis kommentar telefon fax e-mail email mail internet homepage webseite website url link öffnungszeiten träger
    betreiber eigentümer verein einrichtung objekt status zustand material funktion aufgabe zuständigkeit ansprechpartner
    ansprechpartnerin datum uhrzeit raum gebäude veranstaltung angebot zielgruppe amt fachbereich abteilung sachgebiet
""")

# Post boxes of an office, not of a person.
OFFICES = _set("""
    info kontakt contact poststelle post mail email rathaus gemeinde stadt stadtverwaltung verwaltung buergerbuero
    bürgerbüro buergerservice service office sekretariat opendata datenschutz presse zentrale bauhof bauamt ordnungsamt
    standesamt tourismus tourist-info touristinfo bibliothek stadtbuecherei stadtwerke feuerwehr schule kita kindergarten
    verwaltungsstelle webmaster redaktion support hauptamt kaemmerei steueramt einwohnermeldeamt
    gemeindeverwaltung
""")
