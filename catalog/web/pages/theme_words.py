"""What each theme is about, in three sentences of our own: the EU's list has only names."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.web.texts import later

ABOUT: Mapping[str, tuple[str, str, str]] = {
    "AGRI": (
        later("Hier geht es um Felder, Wälder, Gewässer und das, was daraus auf den Tisch kommt."),
        later("Gemeinden veröffentlichen zum Beispiel Pachtflächen, Waldwege oder Wochenmärkte."),
        later("Die Daten helfen Betrieben, Vereinen und allen, die regional einkaufen."),
    ),
    "ECON": (
        later("Hier stehen Daten über Betriebe, Gewerbeflächen, Haushalte und Steuern der Gemeinden."),
        later("Man sieht, wofür eine Gemeinde Geld ausgibt und was sie einnimmt."),
        later("Das hilft beim Mitreden, beim Gründen und beim Vergleichen."),
    ),
    "EDUC": (
        later("Hier finden Sie Kitas, Schulen, Büchereien, Vereine, Sportstätten und Veranstaltungen."),
        later("Die Daten zeigen, was es wo gibt und wann es stattfindet."),
        later("Familien können damit planen, und Vereine ihre Angebote zeigen."),
    ),
    "ENER": (
        later("Hier geht es um Strom, Wärme, Straßenlampen und Ladesäulen."),
        later("Die Daten zeigen, wie viel Energie öffentliche Gebäude verbrauchen und erzeugen."),
        later("So lässt sich sehen, ob die Gemeinde beim Sparen vorankommt."),
    ),
    "ENVI": (
        later("Hier geht es um Müll, Wasser, Luft, Bäume und das Wetter."),
        later("Sie finden Abfuhrtermine, Wasserstände und Messwerte aus der Region."),
        later("Viele dieser Daten helfen im Alltag, manche warnen auch."),
    ),
    "GOVE": (
        later("Hier stehen Daten über Rathäuser, Gremien, Wahlen und Beschlüsse."),
        later("Sie zeigen, wer was entscheidet und was daraus wird."),
        later("So können Sie Politik vor Ort nachlesen und prüfen."),
    ),
    "HEAL": (
        later("Hier geht es um Praxen, Apotheken, Pflege und alles, was gesund hält."),
        later("Die Daten zeigen, wo Sie Hilfe finden und wie gut sie erreichbar ist."),
        later("Auch Badegewässer und Defibrillatoren gehören dazu."),
    ),
    "INTR": (
        later("Hier stehen Daten über Partnerschaften und Vorhaben mit anderen Ländern."),
        later("Dazu gehören Städtepartnerschaften und Förderung aus Europa."),
        later("Sie zeigen, was die Region mit anderen verbindet."),
    ),
    "JUST": (
        later("Hier geht es um Satzungen, Verordnungen, Feuerwehr und Sicherheit."),
        later("Die Daten zeigen, welche Regeln vor Ort gelten."),
        later("Auch Einsätze der Feuerwehr und Standorte von Sirenen gehören dazu."),
    ),
    "OP_DATPRO": (
        later("Diese Daten sind vorläufig und können sich noch ändern."),
        later("Sie sind noch keinem anderen Thema zugeordnet."),
        later("Prüfen Sie vor dem Nachnutzen, ob es eine endgültige Fassung gibt."),
    ),
    "REGI": (
        later("Hier geht es um Grenzen, Straßen, Bauplätze und Pläne."),
        later("Die Daten zeigen, wie die Region aussieht und wie sie sich verändern soll."),
        later("Viele davon können Sie auf einer Karte ansehen."),
    ),
    "SOCI": (
        later("Hier stehen Zahlen über die Menschen in der Region: wie viele, wie alt, woher."),
        later("Auch Treffpunkte, Hilfsangebote und Spielplätze gehören dazu."),
        later("Die Daten beschreiben Gruppen und nie einzelne Personen."),
    ),
    "TECH": (
        later("Hier geht es um Internet, Mobilfunk, Sensoren und Forschung."),
        later("Die Daten zeigen, wo Breitband liegt und was Sensoren gerade messen."),
        later("Damit lassen sich eigene Anwendungen bauen."),
    ),
    "TRAN": (
        later("Hier geht es um Busse, Straßen, Radwege, Parkplätze und Baustellen."),
        later("Die Daten zeigen, wie Sie ans Ziel kommen und was Sie aufhält."),
        later("Viele lassen sich in Karten und Fahrplänen weiterverwenden."),
    ),
}
