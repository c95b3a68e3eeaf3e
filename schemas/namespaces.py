"""The namespaces that records are written in, and the prefixes that feeds show."""

from rdflib import DCTERMS, FOAF, ODRL2, OWL, PROV, RDF, RDFS, SKOS, TIME, XSD, Namespace

# rdflib's own DCAT stops at version 2.
DCAT = Namespace("http://www.w3.org/ns/dcat#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
DCATDE = Namespace("http://dcat-ap.de/def/dcatde/")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
GEODCATAP = Namespace("http://data.europa.eu/930/")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
LOCN = Namespace("http://www.w3.org/ns/locn#")
SCHEMA = Namespace("http://schema.org/")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")

# Feeds declare exactly these, in this order: a fragment relies on the envelope's declarations.
PREFIXES: dict[str, str] = {
    "adms": str(ADMS),
    "dcat": str(DCAT),
    "dcatap": str(DCATAP),
    "dcatde": str(DCATDE),
    "dct": str(DCTERMS),
    "eli": str(ELI),
    "foaf": str(FOAF),
    "geodcatap": str(GEODCATAP),
    "hydra": str(HYDRA),
    "locn": str(LOCN),
    "odrl": str(ODRL2),
    "owl": str(OWL),
    "prov": str(PROV),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "skos": str(SKOS),
    "spdx": str(SPDX),
    "time": str(TIME),
    "vcard": str(VCARD),
    "xsd": str(XSD),
}

__all__ = [
    "ADMS",
    "DCAT",
    "DCATAP",
    "DCATDE",
    "DCTERMS",
    "ELI",
    "FOAF",
    "GEODCATAP",
    "HYDRA",
    "LOCN",
    "ODRL2",
    "OWL",
    "PREFIXES",
    "PROV",
    "RDF",
    "RDFS",
    "SCHEMA",
    "SKOS",
    "SPDX",
    "TIME",
    "VCARD",
    "XSD",
]
