"""The core context of NGSI-LD, so that no document which names it makes anything be fetched (F41).

Terms and their IRIs are those of ETSI GS CIM 009 V1.9.1, annex B, but for ``ngsildproof``, which names a remote context.
"""

from __future__ import annotations

import re
from functools import cache

ADDRESS = re.compile(r"https?://uri\.etsi\.org/ngsi-ld/v1/ngsi-ld-core-context(?:-v1\.\d{1,2})?\.jsonld")

_NGSI = "https://uri.etsi.org/ngsi-ld/"
_GEO = "https://purl.org/geojson/vocab#"
# Terms that stand for the IRI of their own name.
_PLAIN = """
    Attribute AttributeList ContextSourceIdentity ContextSourceNotification ContextSourceRegistration Date DateTime
    EntityType EntityTypeInfo EntityTypeList ExecutionResultDetails GeoProperty JsonProperty LanguageProperty
    ListProperty ListRelationship Notification Property Relationship Snapshot SnapshotNotification Subscription
    TemporalProperty Time VocabProperty accept aggrParams aggrMethods aggrPeriodDuration attrs cacheDuration collation
    contextSourceAlias contextSourceInfo contextSourceUptime cooldown csf data detail endpoint entities entity
    entityCount error errors expandValues format geoQ geoproperty georel idPattern information isActive join jsonKeys
    lang linkedMaps localOnly location management managementInterval mode notification notificationTrigger notifierInfo
    notUpdated observationInterval observationSpace omit operations operationSpace ordering pick q reason receiverInfo
    refreshRate registrationId registrationName resultStatus scope scopeQ showChanges snapshotId snapshotLifetime
    snapshotPriority snapshotStatus status subscriptionName sysAttrs temporalQ throttling timeInterval timeout
    timeproperty timerel timesFailed timesSent triggerReason unchanged unitCode updated uri
"""
_DATES = """
    contextSourceTimeAt createdAt deletedAt endAt endTimeAt expiresAt lastFailure lastNotification lastSuccess
    lastUsedAt modifiedAt notifiedAt observedAt startAt timeAt
"""
_IRIS = "datasetId entityId instanceId subscriptionId success tenant"
_NAMES = """
    attributeList attributeName attributeNames attributeTypes attributes propertyNames relationshipNames typeList
    typeName typeNames watchedAttributes
"""
_LISTS = """
    avg distinctCount entityList jsons max min orderBy snapshotQueries snapshotQueriesDetails snapshotTemporalQueries
    snapshotTemporalQueriesDetails stddev sum sumsq totalCount
"""
_OTHERS: dict[str, str | dict[str, str]] = {
    "containedBy": f"{_NGSI}isContainedBy",
    "entityMap": f"{_NGSI}hasEntityMap",
    "joinLevel": f"{_NGSI}hasJoinLevel",
    "key": f"{_NGSI}hasKey",
    "previousValue": f"{_NGSI}hasPreviousValue",
    "value": f"{_NGSI}hasValue",
    "description": "http://purl.org/dc/terms/description",
    "title": "http://purl.org/dc/terms/title",
    "langString": "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
    "dataset": {"@id": f"{_NGSI}hasDataset", "@container": "@index"},
    "json": {"@id": f"{_NGSI}hasJSON", "@type": "@json"},
    "contextSourceExtras": {"@id": f"{_NGSI}contextSourceExtras", "@type": "@json"},
    "previousJson": {"@id": f"{_NGSI}hasPreviousJson", "@type": "@json"},
    "problemDetails": {"@id": f"{_NGSI}problemDetails", "@type": "@json"},
    "languageMap": {"@id": f"{_NGSI}hasLanguageMap", "@container": "@language"},
    "previousLanguageMap": {"@id": f"{_NGSI}hasPreviousLanguageMap", "@container": "@language"},
    "object": {"@id": f"{_NGSI}hasObject", "@type": "@id"},
    "previousObject": {"@id": f"{_NGSI}hasPreviousObject", "@type": "@id"},
    "objectType": {"@id": f"{_NGSI}hasObjectType", "@type": "@vocab"},
    "valueType": {"@id": f"{_NGSI}hasValueType", "@type": "@vocab"},
    "vocab": {"@id": f"{_NGSI}hasVocab", "@type": "@vocab"},
    "previousVocab": {"@id": f"{_NGSI}hasPreviousVocab", "@type": "@vocab"},
    "bbox": {"@id": f"{_GEO}bbox", "@container": "@list"},
    "coordinates": {"@id": f"{_GEO}coordinates", "@container": "@list"},
    "features": {"@id": f"{_GEO}features", "@container": "@set"},
    "geometry": f"{_GEO}geometry",
    "properties": f"{_GEO}properties",
}
_HAS_LISTS = """
    languageMaps objectList objectLists objects previousObjectList previousValueList valueList valueLists values vocabs
"""
_GEOMETRIES = """
    Feature FeatureCollection GeometryCollection LineString MultiLineString MultiPoint MultiPolygon Point Polygon
"""


@cache
def core_context() -> dict[str, object]:
    """The core context, as a JSON-LD processor takes it."""
    context: dict[str, object] = {"@version": 1.1, "ngsi-ld": _NGSI, "geojson": _GEO, "id": "@id", "type": "@type"}
    context |= {name: _NGSI + name for name in _PLAIN.split()}
    context |= {name: _GEO + name for name in _GEOMETRIES.split()}
    context |= {name: {"@id": _NGSI + name, "@type": f"{_NGSI}DateTime"} for name in _DATES.split()}
    context |= {name: {"@id": _NGSI + name, "@type": "@id"} for name in _IRIS.split()}
    context |= {name: {"@id": _NGSI + name, "@type": "@vocab"} for name in _NAMES.split()}
    context |= {name: {"@id": _NGSI + name, "@container": "@list"} for name in _LISTS.split()}
    context |= {
        name: {"@id": f"{_NGSI}has{name[0].upper()}{name[1:]}", "@container": "@list"} for name in _HAS_LISTS.split()
    }
    return context | _OTHERS | {"@vocab": f"{_NGSI}default-context/"}
