"""Tables of facts: what the codes of ISO 19115 and INSPIRE mean in the terms of DCAT-AP and GeoDCAT-AP."""

from __future__ import annotations

from collections.abc import Mapping

_INSPIRE = "http://inspire.ec.europa.eu/"
TOPIC_BASE = f"{_INSPIRE}metadata-codelist/TopicCategory/"
THEME_BASE = f"{_INSPIRE}theme/"
RESOURCE_TYPE_BASE = f"{_INSPIRE}metadata-codelist/ResourceType/"
SERVICE_TYPE_BASE = f"{_INSPIRE}metadata-codelist/SpatialDataServiceType/"
SERVICE_CATEGORY_BASE = f"{_INSPIRE}metadata-codelist/SpatialDataServiceCategory/"
REPRESENTATION_BASE = f"{_INSPIRE}metadata-codelist/SpatialRepresentationType/"
CONFORMITY_BASE = f"{_INSPIRE}metadata-codelist/DegreeOfConformity/"
ROLE_BASE = f"{_INSPIRE}metadata-codelist/ResponsiblePartyRole/"
REFERENCE_SYSTEM = f"{_INSPIRE}glossary/SpatialReferenceSystem"
HVD_BASE = "http://data.europa.eu/bna/"
DATA_THEME_BASE = "http://publications.europa.eu/resource/authority/data-theme/"

# INSPIRE's spatial data themes: the EU's data theme of each in the alignment of GeoDCAT-AP (INSPIRE themes to MDR data
# themes), and the labels of the INSPIRE registry, German and English. Those of GovData's own table go before these.
INSPIRE_THEMES: Mapping[str, tuple[str, str, str]] = {
    "ad": ("GOVE", "Adressen", "Addresses"),
    "au": ("GOVE", "Verwaltungseinheiten", "Administrative units"),
    "rs": ("TECH", "Koordinatenreferenzsysteme", "Coordinate reference systems"),
    "gg": ("TECH", "Geografische Gittersysteme", "Geographical grid systems"),
    "cp": ("ECON", "Flurstücke/Grundstücke (Katasterparzellen)", "Cadastral parcels"),
    "gn": ("GOVE", "Geografische Bezeichnungen", "Geographical names"),
    "hy": ("ENVI", "Gewässernetz", "Hydrography"),
    "ps": ("ENVI", "Schutzgebiete", "Protected sites"),
    "tn": ("TRAN", "Verkehrsnetze", "Transport networks"),
    "el": ("TECH", "Höhe", "Elevation"),
    "ge": ("TECH", "Geologie", "Geology"),
    "lc": ("ENVI", "Bodenbedeckung", "Land cover"),
    "oi": ("TECH", "Orthofotografie", "Orthoimagery"),
    "af": ("AGRI", "Landwirtschaftliche Anlagen und Aquakulturanlagen", "Agricultural and aquaculture facilities"),
    "am": (
        "ENVI",
        "Bewirtschaftungsgebiete/Schutzgebiete/geregelte Gebiete und Berichterstattungseinheiten",
        "Area management/restriction/regulation zones and reporting units",
    ),
    "ac": ("ENVI", "Atmosphärische Bedingungen", "Atmospheric conditions"),
    "br": ("ENVI", "Biogeografische Regionen", "Bio-geographical regions"),
    "bu": ("ECON", "Gebäude", "Buildings"),
    "er": ("ENER", "Energiequellen", "Energy resources"),
    "ef": ("ENVI", "Umweltüberwachung", "Environmental monitoring facilities"),
    "hb": ("ENVI", "Lebensräume und Biotope", "Habitats and biotopes"),
    "hh": ("HEAL", "Gesundheit und Sicherheit", "Human health and safety"),
    "lu": ("TECH", "Bodennutzung", "Land use"),
    "mr": ("ECON", "Mineralische Bodenschätze", "Mineral resources"),
    "nz": ("ENVI", "Gebiete mit naturbedingten Risiken", "Natural risk zones"),
    "of": ("ENVI", "Ozeanografisch-geografische Kennwerte", "Oceanographic geographical features"),
    "pd": ("SOCI", "Verteilung der Bevölkerung — Demografie", "Population distribution — demography"),
    "pf": ("ECON", "Produktions- und Industrieanlagen", "Production and industrial facilities"),
    "sr": ("ENVI", "Meeresregionen", "Sea regions"),
    "so": ("ENVI", "Boden", "Soil"),
    "sd": ("ENVI", "Verteilung der Arten", "Species distribution"),
    "su": ("SOCI", "Statistische Einheiten", "Statistical units"),
    "us": ("GOVE", "Versorgungswirtschaft und staatliche Dienste", "Utility and governmental services"),
    "mf": ("ENVI", "Meteorologisch-geografische Kennwerte", "Meteorological geographical features"),
}

# ISO 19115 topic categories that GovData's table leaves open, by way of the INSPIRE themes that the INSPIRE Metadata
# Regulation (EC 1205/2008, part D 2) puts under them.
TOPIC_THEMES: Mapping[str, tuple[str, ...]] = {
    "elevation": ("TECH",),
    "geoscientificInformation": ("TECH",),
    "imageryBaseMapsEarthCover": ("ENVI", "TECH"),
    "location": ("GOVE",),
    "structure": ("ECON",),
    "utilitiesCommunication": ("GOVE",),
}

# The codes of MD_TopicCategoryCode, for sources that write them in another case or as words.
TOPICS = (
    *("farming", "biota", "boundaries", "climatologyMeteorologyAtmosphere"),
    *("economy", "elevation", "environment", "geoscientificInformation"),
    *("health", "imageryBaseMapsEarthCover", "intelligenceMilitary", "inlandWaters"),
    *("location", "oceans", "planningCadastre", "society"),
    *("structure", "transportation", "utilitiesCommunication"),
)

# OGC and other services: words by which protocols, profiles and addresses name them; the service type of OGC's register
# (http://www.opengis.net/def/serviceType/ogc/…); the name under which the EU's file types know them.
SERVICES: Mapping[str, tuple[str, str | None, str | None]] = {
    "wmts": (r"wmts|web map tile service", "http://www.opengis.net/def/serviceType/ogc/wmts", "WMTS_SRVC"),
    "wms": (r"wms|web map service|mapserver/wmsserver", "http://www.opengis.net/def/serviceType/ogc/wms", "WMS_SRVC"),
    "wfs": (r"wfs|web feature service", "http://www.opengis.net/def/serviceType/ogc/wfs", "WFS_SRVC"),
    "wcs": (r"wcs|web coverage service", "http://www.opengis.net/def/serviceType/ogc/wcs", "WCS_SRVC"),
    "csw": (r"csw|catalogue service", "http://www.opengis.net/def/serviceType/ogc/csw", None),
    "wps": (r"wps|web processing service", "http://www.opengis.net/def/serviceType/ogc/wps", None),
    "sos": (r"sos|sensor observation service", "http://www.opengis.net/def/serviceType/ogc/sos", None),
    "ogc-api": (r"ogc ?api|oapif|ogc-?api-?\w+", "http://www.opengis.net/doc/IS/ogcapi-features-1/1.0", None),
    "sensorthings": (r"sensor ?things", "http://www.opengis.net/def/serviceType/ogc/sta", None),
    "atom": (r"atom|inspire atom", "http://www.opengis.net/def/serviceType/ogc/atom", "ATOM"),
    "arcgis": (r"esri:? ?rest|arcgis ?rest|(?:map|feature|image)server", None, "MAP_SRVC"),
    "tms": (r"tms|tile map service", None, None),
}

# CI_RoleCode beside the attributes of a dataset: the properties of GeoDCAT-AP 3 (and dcterms) for the other roles.
ROLE_PROPERTIES: Mapping[str, str] = {
    "owner": "http://purl.org/dc/terms/rightsHolder",
    "rightsHolder": "http://purl.org/dc/terms/rightsHolder",
    "distributor": "http://data.europa.eu/930/distributor",
    "user": "http://data.europa.eu/930/user",
    "principalInvestigator": "http://data.europa.eu/930/principalInvestigator",
    "processor": "http://data.europa.eu/930/processor",
    "resourceProvider": "http://data.europa.eu/930/resourceProvider",
}
ROLE_ATTRIBUTES: Mapping[str, str] = {
    "publisher": "publisher",
    "author": "creator",
    "coAuthor": "creator",
    "originator": "originator",
    "custodian": "custodian",
    "contributor": "contributor",
    "collaborator": "contributor",
    "editor": "contributor",
    "sponsor": "contributor",
    "funder": "contributor",
    "mediator": "contributor",
    "stakeholder": "contributor",
}
# Who stands for the publisher where none is named: the body that grants the rights first (convention 36).
PUBLISHER_ROLES = (
    *("owner", "rightsHolder", "custodian", "pointOfContact", "resourceProvider", "distributor", "originator"),
    *("author", "principalInvestigator", "processor"),
)
