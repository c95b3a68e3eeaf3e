"""The namespaces that records are written in, and the prefixes that feeds show."""

from rdflib import DCTERMS, FOAF, ODRL2, ORG, OWL, PROV, RDF, RDFS, SKOS, TIME, XSD, Namespace

# rdflib's own DCAT stops at version 2.
DCAT = Namespace("http://www.w3.org/ns/dcat#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
DCATDE = Namespace("http://dcat-ap.de/def/dcatde/")
CNT = Namespace("http://www.w3.org/2011/content#")
CPSV = Namespace("http://purl.org/vocab/cpsv#")
CV = Namespace("http://data.europa.eu/m8g/")
DQV = Namespace("http://www.w3.org/ns/dqv#")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
GEODCATAP = Namespace("http://data.europa.eu/930/")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
LOCN = Namespace("http://www.w3.org/ns/locn#")
SCHEMA = Namespace("http://schema.org/")
SDMX = Namespace("http://purl.org/linked-data/sdmx/2009/attribute#")
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
    "CNT",
    "CPSV",
    "CV",
    "DCAT",
    "DCATAP",
    "DCATDE",
    "DCTERMS",
    "DQV",
    "ELI",
    "FOAF",
    "GEODCATAP",
    "HYDRA",
    "LOCN",
    "ODRL2",
    "ORG",
    "OWL",
    "PREFIXES",
    "PROV",
    "RDF",
    "RDFS",
    "SCHEMA",
    "SDMX",
    "SKOS",
    "SPDX",
    "TIME",
    "VCARD",
    "XSD",
]
