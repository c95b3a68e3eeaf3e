"""Datasets as they should not be, and as they may be: what DCAT parsers stumble over, each on its own."""

from __future__ import annotations

PREFIXES = """
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcatap: <http://data.europa.eu/r5r/> .
@prefix dcatde: <http://dcat-ap.de/def/dcatde/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix locn: <http://www.w3.org/ns/locn#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix time: <http://www.w3.org/2006/time#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <https://daten.example.org/id/dataset/> .
"""

_PLACE = 'ex:a a dcat:Dataset ; dct:title "A"@de ; dct:spatial [ a dct:Location ; {} ] .'
_FILE = 'ex:a a dcat:Dataset ; dct:title "A"@de ; dcat:distribution ex:f . ex:f a dcat:Distribution ; {} .'
_PLAIN = 'ex:a a dcat:Dataset ; dct:title "A"@de ; {} .'

DATASETS: dict[str, str] = {
    "bare": 'ex:a a dcat:Dataset ; dct:title "Nur ein Titel" .',
    "no title": 'ex:a a dcat:Dataset ; dct:title "A" . ex:b a dcat:Dataset ; dct:description "ohne Titel"@de .',
    "empty title": 'ex:a a dcat:Dataset ; dct:title "" .',
    "unnamed dataset": '[] a dcat:Dataset ; dct:title "A"@de ; dct:identifier "kennung-1" .',
    "languages": _PLAIN.format(
        'dct:title "B"@en, "C"@de, "D" ; dct:description "one"@en, "two"@fr ; adms:versionNotes "x"@en, "y"@de'
    ),
    "german second": 'ex:a a dcat:Dataset ; dct:title "English"@en, "Deutsch"@de, "Neutral" .',
    "region of a language": 'ex:a a dcat:Dataset ; dct:title "Grüezi"@de-CH, "Hallo"@en .',
    "keywords": _PLAIN.format('dcat:keyword "Wald, Wiese", "Baum"@de, "Straße (innerorts)"@de, "a,b,c", "Baum"@en'),
    "dates": _PLAIN.format(
        'dct:issued "2026-11-03T08:00:00Z"^^xsd:dateTime ; dct:modified "3.11.2026" ; '
        'dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2026-01"^^xsd:gYearMonth ; dcat:endDate "2026"^^xsd:gYear ]'
    ),
    "dates of many kinds": _PLAIN.format(
        'dct:issued "2026-11-03T08:00:00.500+01:00"^^xsd:dateTime ; dct:modified "2026-11-03"^^xsd:date ; '
        'dct:temporal [ dcat:startDate "2026-02-30"^^xsd:date ; dcat:endDate "24:00"^^xsd:time ]'
    ),
    "periods": _PLAIN.format(
        'dct:temporal [ a dct:PeriodOfTime ], [ schema:startDate "2020-01-01"^^xsd:date ], '
        '[ time:hasBeginning [ time:inXSDDate "2021-01-01"^^xsd:date ] ; '
        'time:hasEnd [ time:inXSDDateTimeStamp "2022-01-01T00:00:00Z"^^xsd:dateTimeStamp ] ]'
    ),
    "publisher unnamed": _PLAIN.format("dct:publisher <https://daten.example.org/id/agent/nirgends>"),
    "publisher twice": _PLAIN.format(
        'dct:publisher [ a foaf:Agent ; foaf:name "Bauamt"@de, "Building office"@en ; foaf:mbox <mailto:bauamt@example.org> ], '
        '[ a foaf:Agent ; foaf:name "Ordnungsamt" ]'
    ),
    "publisher with all": _PLAIN.format(
        'dct:publisher ex:amt . ex:amt a foaf:Organization ; foaf:name "Office"@en, "Amt" ; '
        'foaf:homepage <https://www.example.org/> ; vcard:hasEmail "mailto:amt@example.org" ; '
        'dct:type <http://purl.org/adms/publishertype/LocalAuthority> ; dct:identifier "06631018"'
    ),
    "publisher as text": _PLAIN.format('dct:publisher "Gemeinde Neuhof" ; dct:creator "Bauamt"@de'),
    "contacts": _PLAIN.format(
        'dcat:contactPoint [ a vcard:Kind ; vcard:fn "Bauamt"@de ; vcard:hasEmail <mailto:bauamt@example.org> ; '
        "vcard:hasTelephone [ vcard:hasValue <tel:+496655970> ] ; vcard:hasURL <https://www.example.org/kontakt> ]"
    ),
    "contact behind nodes": _PLAIN.format(
        'dcat:contactPoint ex:k . ex:k a vcard:Organization ; vcard:hasFN [ vcard:hasValue "Amt" ] ; vcard:hasUID "7" ; '
        'vcard:hasEmail [ vcard:hasValue "amt@example.org" ]'
    ),
    "contact in two languages": _PLAIN.format('dcat:contactPoint [ vcard:fn "Office"@en, "Amt"@de ]'),
    "contact nowhere": _PLAIN.format("dcat:contactPoint <mailto:bauamt@example.org>"),
    "place by IRI and name": _PLAIN.format(
        'dct:spatial <http://dcat-ap.de/def/politicalGeocoding/districtKey/06631>, "Hessen", '
        '[ a dct:Location ; skos:prefLabel "Neuhof"@de ; rdfs:label "Gemeinde Neuhof" ]'
    ),
    "place without class": 'ex:a a dcat:Dataset ; dct:title "A"@de ; dct:spatial [ skos:prefLabel "Neuhof" ] .',
    "box": _PLACE.format('dcat:bbox "POLYGON((9.5 50.5,9.7 50.5,9.7 50.4,9.5 50.4,9.5 50.5))"^^geo:wktLiteral'),
    "point": _PLACE.format(
        'dcat:centroid "POINT(9.6 50.4)"^^geo:wktLiteral ; locn:geometry "POINT (9.6 50.4)"^^geo:wktLiteral'
    ),
    "shapes": _PLACE.format(
        'locn:geometry "MULTIPOLYGON(((9 50,10 50,10 51,9 50)),((1 1,2 1,2 2,1 1)))"^^geo:wktLiteral ; '
        'dcat:bbox "MULTIPOINT((9 50),(10 51))"^^geo:wktLiteral ; dcat:centroid "LINESTRING(9 50,10 51)"^^geo:wktLiteral'
    ),
    "GeoJSON": _PLACE.format('locn:geometry "{\\"type\\":\\"Point\\",\\"coordinates\\":[9.6,50.4]}"'),
    "GeoJSON after WKT": _PLACE.format(
        'locn:geometry "POINT(9 50)"^^geo:wktLiteral, '
        '"{\\"type\\":\\"Point\\",\\"coordinates\\":[9.6,50.4]}"^^<https://www.iana.org/assignments/media-types/application/vnd.geo+json>'
    ),
    "no geometry": _PLACE.format(
        'locn:geometry "Neuhof"^^geo:wktLiteral ; dcat:bbox "irgendwo" ; '
        'dcat:centroid "<http://www.opengis.net/def/crs/EPSG/0/25832> POINT(9 50)"^^geo:wktLiteral'
    ),
    "GML": _PLACE.format('locn:geometry "<gml:Point/>"^^geo:gmlLiteral'),
    "geometry as node": _PLACE.format('locn:geometry [ a locn:Geometry ; geo:asWKT "POINT(9 50)"^^geo:wktLiteral ]'),
    "geometry as IRI": _PLACE.format("locn:geometry <https://daten.example.org/geometrie>"),
    "box as node": _PLACE.format('dcat:bbox [ rdfs:label "Kasten" ]'),
    "GeoSPARQL geometry": _PLACE.format('geo:hasGeometry [ a geo:Geometry ; geo:asWKT "POINT(9 50)"^^geo:wktLiteral ]'),
    "no distribution": 'ex:a a dcat:Dataset ; dct:title "A"@de ; dct:modified "2026-11-03"^^xsd:date .',
    "distribution not described": _PLAIN.format("dcat:distribution <https://daten.example.org/nirgends>"),
    "distribution unnamed": _PLAIN.format("dcat:distribution [ dcat:accessURL <https://www.example.org/x> ]"),
    "distribution twice": _PLAIN.format(
        "dcat:distribution ex:f, ex:g . ex:f dcat:downloadURL <https://www.example.org/f.csv> . "
        "ex:g dcat:accessURL <https://www.example.org/g>"
    ),
    "no licence": _FILE.format("dcat:accessURL <https://www.example.org/x>"),
    "licence as text": _FILE.format('dct:license "CC BY 4.0"'),
    "licence as node": _FILE.format(
        'dct:license [ a dct:LicenseDocument ; dct:title "Eigene" ; rdfs:label "Eigene Lizenz" ]'
    ),
    "licence unlabelled": _FILE.format('dct:license [ a dct:LicenseDocument ; dct:title "Eigene" ]'),
    "format as text": _FILE.format('dct:format "CSV" ; dcat:mediaType "text/csv"'),
    "format is a media type": _FILE.format('dct:format "text/csv"'),
    "format is IANA": _FILE.format("dct:format <https://www.iana.org/assignments/media-types/text/csv>"),
    "format is IMT": _FILE.format('dct:format [ a dct:IMT ; rdf:value "text/html" ; rdfs:label "HTML" ]'),
    "format is IMT without value": _FILE.format('dct:format [ a dct:IMT ; rdfs:label "HTML" ]'),
    "format of a node": _FILE.format('dct:format [ a dct:MediaTypeOrExtent ; rdfs:label "CSV" ]'),
    "sizes": _FILE.format('dcat:byteSize "1024"^^xsd:nonNegativeInteger'),
    "size with a fraction": _FILE.format('dcat:byteSize "1024.7"^^xsd:decimal'),
    "size in words": _FILE.format('dcat:byteSize "3 MB"'),
    "size without end": _FILE.format('dcat:byteSize "inf"'),
    "checksum": _FILE.format(
        "spdx:checksum [ spdx:algorithm <http://spdx.org/rdf/terms#checksumAlgorithm_sha256> ; "
        'spdx:checksumValue "00FF"^^xsd:hexBinary ]'
    ),
    "resolutions": _FILE.format(
        'dcat:spatialResolutionInMeters "10.0"^^xsd:decimal, "20"^^xsd:decimal ; dcat:temporalResolution "P1D"^^xsd:duration'
    ),
    "services": _FILE.format(
        'dcat:accessService ex:s . ex:s a dcat:DataService ; dct:title "WFS"@de, "WFS" ; '
        "dcat:endpointURL <https://geo.example.org/wfs> ; "
        'dcat:servesDataset ex:a ; dcat:keyword "Karte"@de ; dct:publisher [ foaf:name "Bauamt"@de ; prov:actedOnBehalfOf '
        '[ foaf:name "Gemeinde" ] ] ; dcat:contactPoint [ vcard:fn "Amt" ] ; dct:license <http://dcat-ap.de/def/licenses/cc-zero>'
    ),
    "service not described": _FILE.format("dcat:accessService <https://geo.example.org/wfs>"),
    "rights": _PLAIN.format(
        'dct:accessRights [ a dct:RightsStatement ; rdfs:label "offen"@de ] ; dct:provenance [ rdfs:label "Vermessung" ]'
    ),
    "rights of no class": _PLAIN.format('dct:accessRights [ rdfs:label "offen" ] ; dct:provenance [ dct:title "x" ]'),
    "identifiers": _PLAIN.format(
        'dct:identifier "a-1", "a-2" ; adms:identifier [ a adms:Identifier ; skos:notation "urn:x:1" ], "zwei"'
    ),
    "versions": _PLAIN.format(
        'owl:versionInfo "1.0" ; dcat:version "2.0" ; dcat:hasVersion ex:b ; dct:hasVersion ex:c ; dct:isVersionOf ex:d'
    ),
    "old version": _PLAIN.format('adms:version "0.9"'),
    "high-value": _PLAIN.format(
        "dcatap:applicableLegislation <http://data.europa.eu/eli/reg_impl/2023/138/oj> ; "
        "dcatap:hvdCategory <http://data.europa.eu/bna/c_ac64a52d> ; dct:isReferencedBy ex:b"
    ),
    "pages": _PLAIN.format(
        "foaf:page <https://www.example.org/a>, <https://www.example.org/b> ; dcat:landingPage <https://www.example.org/> ; "
        'foaf:homepage <https://daten.example.org/> ; dct:conformsTo [ dct:title "Norm" ], <https://www.example.org/norm>'
    ),
    "activity": _PLAIN.format(
        'prov:wasGeneratedBy ex:v . ex:v a prov:Activity ; rdfs:label "Befliegung"@de ; dct:type ex:art ; '
        'prov:startedAtTime "2026-01-01T00:00:00Z"^^xsd:dateTime ; prov:wasAssociatedWith [ foaf:name "Amt" ], [ foaf:name "B" ]'
    ),
    "attribution": _PLAIN.format(
        "prov:qualifiedAttribution [ a prov:Attribution ; dcat:hadRole ex:rolle ; "
        'prov:agent [ foaf:name "Amt"@de ] ], [ a prov:Attribution ]'
    ),
    "labels of IRIs": _PLAIN.format(
        "dct:accrualPeriodicity ex:freq ; dct:language ex:lang . ex:freq rdfs:label "
        '"jährlich"@de, "annual"@en . ex:lang rdfs:label "Deutsch"'
    ),
    "series": 'ex:a a dcat:Dataset ; dct:title "A"@de ; dcat:inSeries ex:r . ex:r a dcat:DatasetSeries ; dct:title "R"@de .',
}
