"""The endings under which data are published, and whether an address has one."""

from __future__ import annotations

import re

# What a town puts online as data. Images, pages and office texts are no data; they are named in a finding.
DATA_ENDINGS = frozenset(
    re.findall(
        r"\w+",
        "csv tsv tab txt xlsx xlsm xls ods geojson json jsonl ndjson jsonld kml kmz gml gpx gpkg shp dbf shx prj cpg sbn sbx qix "
        "qpj zip pdf ics xml rdf ttl parquet tif tiff nc las laz dxf sqlite",
    )
)


def is_data_address(address: str) -> bool:
    """Whether the path of an address ends as a file with data does: ``https://…/wald.csv?v=2``."""
    path = re.split(r"[?#]", address.strip(), maxsplit=1)[0]
    _, slash, name = path.partition("://")[2].rpartition("/")
    return bool(slash) and "." in name and name.rpartition(".")[2].casefold() in DATA_ENDINGS
