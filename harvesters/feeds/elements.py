"""What the elements of feeds are called here: a table from namespace and name to one plain name for each meaning."""

from __future__ import annotations

ATOM = "http://www.w3.org/2005/Atom"
RSS = "http://purl.org/rss/1.0/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"
INSPIRE = "http://inspire.ec.europa.eu/schemas/inspire_dls/1.0"
_DC = "http://purl.org/dc/elements/1.1/"
_DCTERMS = "http://purl.org/dc/terms/"
_GEORSS = "http://www.georss.org/georss"
_GEO = "http://www.w3.org/2003/01/geo/wgs84_pos#"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_MEDIA = "http://search.yahoo.com/mrss"
_SYNDICATION = "http://purl.org/rss/1.0/modules/syndication/"
_CC = "http://web.resource.org/cc/"
_HISTORY = "http://purl.org/syndication/history/1.0"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1"
_OF_RSS = frozenset(
    {
        "",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://purl.org/net/rss1.1#",
        "http://backend.userland.com/rss2",
        RSS,
    }
)
_ALSO = {
    "http://purl.org/atom/ns#": ATOM,
    "http://search.yahoo.com/mrss/": _MEDIA,
    "http://backend.userland.com/creativeCommonsRssModule": _CC,
    "http://cyber.law.harvard.edu/rss/creativeCommonsRssModule.html": _CC,
    "http://creativecommons.org/ns#": _CC,
    "http://a9.com/-/spec/opensearch/1.1/": _OPENSEARCH,
}

# For what says nothing about the data.
IGNORED = ""


def canonical_space(space: str) -> str:
    """The namespace that a namespace stands for: older ones, other spellings, and none in RSS."""
    return RSS if space in _OF_RSS else _ALSO.get(space, space)


PEOPLE: dict[tuple[str, str], str] = {
    (ATOM, "author"): "creator",
    (ATOM, "contributor"): "contributor",
    (RSS, "author"): "creator",
    (RSS, "managingEditor"): "creator",
    (_DC, "creator"): "creator",
    (_DC, "contributor"): "contributor",
    (_DCTERMS, "creator"): "creator",
    (_DC, "publisher"): "publisher",
    (_DCTERMS, "publisher"): "publisher",
}

NAMES: dict[tuple[str, str], str] = {
    **{
        (ATOM, name): name
        for name in ("id", "title", "summary", "content", "updated", "published", "category", "rights", "link")
    },
    (ATOM, "subtitle"): "summary",
    (ATOM, "modified"): "updated",
    (ATOM, "issued"): "published",
    (ATOM, "tagline"): "summary",
    (RSS, "title"): "title",
    (RSS, "description"): "summary",
    (RSS, "guid"): "id",
    (RSS, "link"): "link",
    (RSS, "enclosure"): "link",
    (RSS, "pubDate"): "published",
    (RSS, "category"): "category",
    (RSS, "copyright"): "rights",
    (RSS, "language"): "language",
    (_CONTENT, "encoded"): "content",
    (_MEDIA, "content"): "link",
    (_GEORSS, "featurename"): "place",
    (_GEORSS, "featureName"): "place",
    **{(_GEORSS, name): name for name in ("box", "polygon", "point", "line", "where")},
    (_GEO, "lat"): "lat",
    (_GEO, "long"): "long",
    (INSPIRE, "spatial_dataset_identifier_code"): "code",
    (INSPIRE, "spatial_dataset_identifier_namespace"): "codespace",
    (_CC, "license"): "license",
    (_SYNDICATION, "updatePeriod"): "period",
    (_SYNDICATION, "updateFrequency"): "times",
    (_HISTORY, "complete"): "complete",
    (_OPENSEARCH, "totalResults"): "total",
    **{
        (space, name): plain
        for space in (_DC, _DCTERMS)
        for name, plain in (
            ("title", "title"),
            ("description", "summary"),
            ("abstract", "summary"),
            ("date", "updated"),
            ("modified", "updated"),
            ("issued", "published"),
            ("created", "published"),
            ("available", "published"),
            ("subject", "category"),
            ("rights", "rights"),
            ("license", "license"),
            ("language", "language"),
            ("identifier", "identifier"),
            ("spatial", "place"),
            ("coverage", "place"),
        )
    },
    # About the feed as a document, or about people and machines behind it.
    **{(ATOM, name): IGNORED for name in ("generator", "icon", "logo", "source")},
    **{
        (RSS, name): IGNORED
        for name in (
            *(
                "webMaster",
                "generator",
                "docs",
                "cloud",
                "ttl",
                "image",
                "textInput",
                "textinput",
                "skipHours",
                "skipDays",
            ),
            *("comments", "source", "lastBuildDate", "rating", "items"),
        )
    },
    **{(_MEDIA, name): IGNORED for name in ("thumbnail", "credit", "title", "description", "text", "hash", "rating")},
    (_SYNDICATION, "updateBase"): IGNORED,
    (_HISTORY, "archive"): IGNORED,
    **{(_OPENSEARCH, name): IGNORED for name in ("startIndex", "itemsPerPage", "Query")},
}
