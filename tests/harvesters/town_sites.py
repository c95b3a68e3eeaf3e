"""Pages of made-up towns as their systems lay them out: TYPO3, its next layout, Joomla with hidden mail addresses."""

from __future__ import annotations

from collections.abc import Sequence

DATA = (
    (
        "Hundebestand nach Ortsteil",
        "hunde",
        "CSV",
        "03.11.2026",
        "Gemeldete Hunde am Jahresende, nach Ortsteilen gezählt.",
    ),
    (
        "Spielplätze der Gemeinde",
        "spielplaetze",
        "GeoJSON",
        "17.06.2026",
        "Lage und Ausstattung aller Spielplätze der Gemeinde.",
    ),
    (
        "Haushaltsplan 2026",
        "haushalt-2026",
        "XLSX",
        "12.01.2026",
        "Erträge und Aufwendungen der Gemeinde im Haushaltsjahr.",
    ),
    ("Ehrenämter", "ehrenaemter", "PDF", "02.02.2026", "Vereine und Ehrenämter, die Unterstützung brauchen können."),
)


def _page(title: str, body: str, *, system: str) -> str:
    return (
        f'<!doctype html><html lang="de"><head><title>{title} – Talheim</title><meta name="generator" content="{system}">'
        '<style>.x{color:red}</style></head><body><header><nav><ul class="nav"><li class="nav-item"><a href="/">Start</a></li>'
        '<li class="nav-item active"><a href="/rathaus/daten">Daten</a></li><li class="nav-item"><a href="/wir">Wir</a></li>'
        f"</ul></nav></header><main><h1>{title}</h1>{body}</main><footer>"
        '<ul><li><a href="/impressum">Impressum</a></li></ul></footer></body></html>'
    )


def typo3(data: Sequence[tuple[str, str, str, str, str]] = DATA) -> str:
    """A file list as TYPO3 lays it out: numbered content elements, odd and even rows, the link around the title."""
    items = "".join(
        f'<li class="ce-uploads-item {"odd" if number % 2 else "even"}"><span class="ce-uploads-icon"></span><div>'
        f'<h3 class="ce-uploads-title">{title}</h3><a class="ce-link" href="/fileadmin/daten/{name}.{kind.lower()}">'
        f'<span class="ce-uploads-fileName">Download</span></a> <span class="ce-uploads-date">Stand: {day}</span>'
        f'<p class="ce-uploads-description">{text}</p></div></li>'
        for number, (title, name, kind, day, text) in enumerate(data)
    )
    body = f'<div id="c4711" class="frame frame-default"><ul class="ce-uploads">{items}</ul></div>'
    return _page("Offene Daten", body, system="TYPO3 CMS")


def typo3_v2(data: Sequence[tuple[str, str, str, str, str]] = DATA) -> str:
    """The same files after the relaunch: cards in place of the list."""
    cards = "".join(
        f'<article class="card card-{number}"><div class="card-body"><h4 class="card-title">{title}</h4>'
        f'<time datetime="{day[6:]}-{day[3:5]}-{day[:2]}">{day}</time><p class="card-text">{text}</p>'
        f'<a class="btn" href="/fileadmin/daten/{name}.{kind.lower()}">Herunterladen ({kind})</a></div></article>'
        for number, (title, name, kind, day, text) in enumerate(data)
    )
    return _page("Offene Daten", f'<section class="cards">{cards}</section>', system="TYPO3 CMS")


def joomla_list(data: Sequence[tuple[str, str, str, str, str]] = DATA) -> str:
    """A category of articles: each leads to a page of its own, index.php?option=com_content."""
    rows = "".join(
        f'<tr class="cat-list-row{number % 2}"><td class="list-title"><h2><a href="/index.php?option=com_content&amp;view=article'
        f'&amp;id={number + 10}">{title}</a></h2></td><td class="list-date">{day}</td></tr>'
        for number, (title, _, _, day, _) in enumerate(data)
    )
    return _page("Daten", f'<table class="category"><tbody>{rows}</tbody></table>', system="Joomla! - Open Source CMS")


def joomla_article(entry: tuple[str, str, str, str, str]) -> str:
    """An article: a mail address that only JavaScript shows, and the file."""
    title, name, kind, _, text = entry
    mail = (
        '<span id="cloak5f2a">Diese E-Mail-Adresse ist vor Spambots geschützt! Zur Anzeige muss JavaScript eingeschaltet sein.'
        "</span><script>document.getElementById('cloak5f2a').innerHTML='';var addy5f2a='b&#97;uamt'+'&#64;';"
        "addy5f2a=addy5f2a+'example'+'&#46;'+'org';</script>"
    )
    body = (
        f'<div class="item-page"><div class="page-header"><h2>{title}</h2></div><p>{text}</p><p>Ansprechpartner: {mail}</p>'
        f'<p>Die Daten gibt es <a href="/images/daten/{name}.{kind.lower()}">als {kind}</a>, Fragen an {mail}.</p></div>'
    )
    return _page(title, body, system="Joomla! - Open Source CMS")
