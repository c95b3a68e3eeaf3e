"""Records and capabilities in XML, each with an invented person in every element that may hold one (F75)."""

from __future__ import annotations

from collections.abc import Iterator

from harvesters.oai.answers import listed, read_answer
from harvesters.oai.records import Places, cut
from harvesters.ogc import standards
from harvesters.reading import Native
from harvesters.spiders.ows import natives_of
from schemas.limits import Limits
from tests.harvesters.canaries import Person
from tests.harvesters.canary_texts import MAILBOX, OFFICE, Walk, in_xml, walk
from tests.harvesters.source_walks import BASE

_ISO_SPACES = (
    'xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco" '
    'xmlns:gmx="http://www.isotc211.org/2005/gmx" xmlns:srv="http://www.isotc211.org/2005/srv" '
    'xmlns:gml="http://www.opengis.net/gml/3.2"'
)


def _text(element: str, text: str) -> str:
    return f"<gmd:{element}><gco:CharacterString>{text}</gco:CharacterString></gmd:{element}>"


def _party(role: str, name: str, organisation: str = "", mail: str = "{mail}") -> str:
    """A responsible party with all that ISO has a place for."""
    phone = f"<gmd:CI_Telephone>{_text('voice', '{phone}')}{_text('facsimile', '{phone}')}</gmd:CI_Telephone>"
    address = _text("deliveryPoint", "z. Hd. {plain}") + _text("city", "Neuhof") + _text("electronicMailAddress", mail)
    page = "<gmd:CI_OnlineResource><gmd:linkage><gmd:URL>https://www.example.org/~{given}.{surname}</gmd:URL></gmd:linkage></gmd:CI_OnlineResource>"
    contact = (
        f"<gmd:phone>{phone}</gmd:phone><gmd:address><gmd:CI_Address>{address}</gmd:CI_Address></gmd:address>"
        f"<gmd:onlineResource>{page}</gmd:onlineResource>"
        f"{_text('hoursOfService', '{text}')}{_text('contactInstructions', '{text}')}"
    )
    body = _text("individualName", name) + (_text("organisationName", organisation) if organisation else "")
    body += _text("positionName", "Sachbearbeitung {plain}")
    body += f"<gmd:contactInfo><gmd:CI_Contact>{contact}</gmd:CI_Contact></gmd:contactInfo>"
    body += f'<gmd:role><gmd:CI_RoleCode codeListValue="{role}"/></gmd:role>'
    return f"<gmd:CI_ResponsibleParty>{body}</gmd:CI_ResponsibleParty>"


_PARTIES = "".join(
    f"<gmd:pointOfContact>{_party(role, name, organisation, mail)}</gmd:pointOfContact>"
    for role, name, organisation, mail in (
        ("pointOfContact", "{name}", "{office}", "{mail}"),
        ("pointOfContact", "{plain}", "{office}", "{mailbox}"),
        ("publisher", "{reversed}", "", "{mail}"),
        ("author", "{name}", "", "{mail}"),
        ("author", "", "{plain}", "{mail}"),
        ("custodian", "{plain}", "Ingenieurbüro {plain}", "{mail}"),
        ("owner", "{name}", "", "{mail}"),
        ("originator", "{plain}", "", ""),
        ("processor", "{plain}", "{office}", ""),
        ("principalInvestigator", "Dr. {plain}", "", "{mail}"),
        ("resourceProvider", "{plain}", "", ""),
        ("distributor", "{name}", "", ""),
    )
)
_CITED = f"<gmd:citedResponsibleParty>{_party('author', '{plain}')}</gmd:citedResponsibleParty>"
_CREDITS = _text("credit", "Kartiert von Frau {plain}") + _text("purpose", "{text}")
_CONSTRAINTS = (
    f"<gmd:resourceConstraints><gmd:MD_LegalConstraints>{_text('useLimitation', '{text}')}"
    '<gmd:useConstraints><gmd:MD_RestrictionCode codeListValue="otherRestrictions"/></gmd:useConstraints>'
    f"{_text('otherConstraints', 'Frei nach Frau {plain}. {text}')}</gmd:MD_LegalConstraints></gmd:resourceConstraints>"
)
_MAINTENANCE = (
    "<gmd:resourceMaintenance><gmd:MD_MaintenanceInformation><gmd:maintenanceAndUpdateFrequency>"
    '<gmd:MD_MaintenanceFrequencyCode codeListValue="asNeeded"/></gmd:maintenanceAndUpdateFrequency>'
    f"{_text('maintenanceNote', '{text}')}<gmd:contact>{_party('custodian', '{plain}')}</gmd:contact>"
    "</gmd:MD_MaintenanceInformation></gmd:resourceMaintenance>"
)
_KEYWORDS = (
    f"<gmd:descriptiveKeywords><gmd:MD_Keywords>{_text('keyword', 'Frau {plain}')}</gmd:MD_Keywords>"
    "</gmd:descriptiveKeywords>"
)
_DISTRIBUTION = (
    "<gmd:distributionInfo><gmd:MD_Distribution><gmd:distributor><gmd:MD_Distributor><gmd:distributorContact>"
    f"{_party('distributor', '{plain}')}</gmd:distributorContact><gmd:distributionOrderProcess><gmd:MD_StandardOrderProcess>"
    f"{_text('fees', '{text}')}{_text('orderingInstructions', '{text}')}</gmd:MD_StandardOrderProcess>"
    "</gmd:distributionOrderProcess></gmd:MD_Distributor></gmd:distributor>"
    "<gmd:transferOptions><gmd:MD_DigitalTransferOptions><gmd:onLine><gmd:CI_OnlineResource><gmd:linkage>"
    f"<gmd:URL>https://www.example.org/b.zip</gmd:URL></gmd:linkage>{_text('name', 'Von Frau {plain}')}"
    f"{_text('description', '{text}')}</gmd:CI_OnlineResource></gmd:onLine></gmd:MD_DigitalTransferOptions>"
    "</gmd:transferOptions></gmd:MD_Distribution></gmd:distributionInfo>"
)
_QUALITY = (
    "<gmd:dataQualityInfo><gmd:DQ_DataQuality><gmd:report><gmd:DQ_DomainConsistency><gmd:result>"
    "<gmd:DQ_ConformanceResult><gmd:specification><gmd:CI_Citation>"
    f"{_text('title', 'Prüfung durch Frau {plain}')}{_CITED}</gmd:CI_Citation></gmd:specification>"
    f"{_text('explanation', '{text}')}<gmd:pass><gco:Boolean>true</gco:Boolean></gmd:pass></gmd:DQ_ConformanceResult>"
    f"</gmd:result></gmd:DQ_DomainConsistency></gmd:report><gmd:lineage><gmd:LI_Lineage>{_text('statement', '{text}')}"
    f"<gmd:processStep><gmd:LI_ProcessStep>{_text('description', '{text}')}<gmd:processor>{_party('processor', '{plain}')}"
    "</gmd:processor></gmd:LI_ProcessStep></gmd:processStep></gmd:LI_Lineage></gmd:lineage></gmd:DQ_DataQuality></gmd:dataQualityInfo>"
)


def _iso(kind: str) -> str:
    inner = (
        f"<gmd:citation><gmd:CI_Citation>{_text('title', 'Bebauungspläne (Frau {plain})')}{_CITED}"
        f"{_text('otherCitationDetails', '{text}')}</gmd:CI_Citation></gmd:citation>{_text('abstract', '{text}')}"
        f"{_CREDITS}{_PARTIES}{_MAINTENANCE}{_KEYWORDS}{_CONSTRAINTS}{_text('supplementalInformation', '{text}')}"
    )
    element = "srv:SV_ServiceIdentification" if kind == "service" else "gmd:MD_DataIdentification"
    return (
        f"<gmd:MD_Metadata {_ISO_SPACES}>{_text('fileIdentifier', f'7d1f0c5e-{kind}')}"
        f'<gmd:hierarchyLevel><gmd:MD_ScopeCode codeListValue="{kind}"/></gmd:hierarchyLevel>'
        f"<gmd:contact>{_party('pointOfContact', '{name}', '{office}')}</gmd:contact>"
        f"<gmd:identificationInfo><{element}>{inner}</{element}></gmd:identificationInfo>{_DISTRIBUTION}{_QUALITY}"
        f"<gmd:metadataMaintenance><gmd:MD_MaintenanceInformation>{_text('maintenanceNote', '{text}')}"
        f"<gmd:contact>{_party('author', '{plain}')}</gmd:contact></gmd:MD_MaintenanceInformation></gmd:metadataMaintenance>"
        "</gmd:MD_Metadata>"
    )


def iso19139(person: Person) -> Iterator[Walk]:
    """A dataset, a series and a service: responsible parties of all roles in all places, and all free texts."""
    natives = []
    for kind in ("dataset", "series", "service"):
        body = _iso(kind).format(**in_xml(person)).encode()
        natives.append(Native(body, body))
    yield walk("iso19139", natives, OFFICE, MAILBOX, protocol="csw")


_DUBLIN_CORE = """<{root} xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dct="http://purl.org/dc/terms/"
 xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/">
<dc:identifier>karte</dc:identifier><dc:identifier>https://www.example.org/karte.tif</dc:identifier>
<dc:title>Flurkarte (Frau {plain})</dc:title><dc:description>{text}</dc:description><dct:abstract>{text}</dct:abstract>
<dc:creator>{name}</dc:creator><dc:creator>{reversed}</dc:creator><dc:creator>{office}, {plain}</dc:creator>
<dc:creator>{office}</dc:creator>
<dc:contributor>{plain}</dc:contributor><dc:contributor>{mail}</dc:contributor><dc:publisher>{name}</dc:publisher>
<dc:subject>Frau {plain}</dc:subject><dc:rights>{text}</dc:rights><dct:rightsHolder>{plain}</dct:rightsHolder>
<dct:mediator>{plain}</dct:mediator><dct:audience>Frau {plain}</dct:audience><dct:provenance>{text}</dct:provenance>
<dc:source>{text}</dc:source><dc:relation>Frau {plain}</dc:relation><dc:coverage>Frau {plain}</dc:coverage>
<dc:date>{plain}</dc:date><dc:format>Frau {plain}</dc:format><dc:language>{plain}</dc:language></{root}>"""


def dublincore(person: Person) -> Iterator[Walk]:
    """A record of a CSW and one of OAI-PMH: creators, contributors, publishers, holders of rights, texts."""
    bodies = [_DUBLIN_CORE.format(root=root, **in_xml(person)).encode() for root in ("csw:Record", "oai_dc:dc")]
    yield walk("dublincore", [Native(body, body) for body in bodies], protocol="csw")


_RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"
 xmlns:dct="http://purl.org/dc/terms/" xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:vcard="http://www.w3.org/2006/vcard/ns#">
<dcat:Dataset rdf:about="https://www.example.org/id/b"><dct:title>Bäume</dct:title><dct:description>{text}</dct:description>
<dct:publisher><foaf:Organization rdf:about="https://www.example.org/amt"><foaf:name>{office}</foaf:name></foaf:Organization></dct:publisher>
<dct:creator><foaf:Person><foaf:name>{name}</foaf:name><foaf:mbox rdf:resource="mailto:{mail}"/></foaf:Person></dct:creator>
<dcat:contactPoint><vcard:Individual><vcard:fn>{plain}</vcard:fn><vcard:hasEmail rdf:resource="mailto:{mail}"/>
<vcard:hasTelephone>{phone}</vcard:hasTelephone></vcard:Individual></dcat:contactPoint></dcat:Dataset></rdf:RDF>"""
_OAI = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-11-28T10:00:00Z</responseDate>
<request verb="ListRecords" metadataPrefix="{prefix}">https://katalog.example/oai</request><ListRecords><record>
<header><identifier>oai:katalog.example:1</identifier><datestamp>2026-11-01</datestamp></header>
<metadata>{metadata}</metadata><about><provenance>{text}</provenance></about></record></ListRecords></OAI-PMH>"""


def oaipmh(person: Person) -> Iterator[Walk]:
    """Records of a repository in each of the formats that it may give."""
    parts = in_xml(person)
    forms = (("dcat_ap", _RDF), ("iso19139", _iso("dataset")), ("oai_dc", _DUBLIN_CORE.replace("{root}", "oai_dc:dc")))
    for prefix, form in forms:
        body = _OAI.format(prefix=prefix, metadata=form.format(**parts), text=parts["text"]).encode()
        url = "https://katalog.example/oai"
        found = cut(listed(read_answer(body)).records, Places(url, url, prefix, BASE), Limits())
        assert found.natives
        yield walk("oaipmh", found.natives)


_WMS = """<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms" xmlns:xlink="http://www.w3.org/1999/xlink">
<Service><Name>WMS</Name><Title>Pläne (Frau {plain})</Title><Abstract>{text}</Abstract>
<KeywordList><Keyword>Frau {plain}</Keyword></KeywordList><OnlineResource xlink:href="https://www.example.org/"/>
<ContactInformation><ContactPersonPrimary><ContactPerson>{name}</ContactPerson>
<ContactOrganization>{organisation}</ContactOrganization></ContactPersonPrimary>
<ContactPosition>Sachbearbeitung {plain}</ContactPosition>
<ContactAddress><AddressType>postal</AddressType><Address>z. Hd. {plain}</Address><City>Neuhof</City></ContactAddress>
<ContactVoiceTelephone>{phone}</ContactVoiceTelephone><ContactFacsimileTelephone>{phone}</ContactFacsimileTelephone>
<ContactElectronicMailAddress>{mail}</ContactElectronicMailAddress></ContactInformation>
<Fees>{text}</Fees><AccessConstraints>Auskunft: Frau {plain}</AccessConstraints></Service>
<Capability><Request><GetMap><Format>image/png</Format><DCPType><HTTP><Get><OnlineResource xlink:href="https://geo.example.org/wms"/>
</Get></HTTP></DCPType></GetMap></Request><Layer><Title>Pläne</Title><Layer><Name>bplan</Name>
<Title>Bebauungspläne (Frau {plain})</Title><Abstract>{text}</Abstract>
<KeywordList><Keyword>Frau {plain}</Keyword></KeywordList><Attribution><Title>{name}</Title></Attribution>
<CRS>EPSG:25832</CRS><Identifier authority="Frau {plain}">bplan</Identifier>
<Style><Name>default</Name><Title>Frau {plain}</Title><Abstract>{text}</Abstract></Style></Layer></Layer></Capability>
</WMS_Capabilities>"""
_PROVIDER = """<ows:ServiceIdentification><ows:Title>Dienst (Frau {plain})</ows:Title><ows:Abstract>{text}</ows:Abstract>
<ows:Keywords><ows:Keyword>Frau {plain}</ows:Keyword></ows:Keywords><ows:ServiceType>WFS</ows:ServiceType>
<ows:Fees>{text}</ows:Fees><ows:AccessConstraints>Auskunft: Frau {plain}</ows:AccessConstraints></ows:ServiceIdentification>
<ows:ServiceProvider><ows:ProviderName>{organisation}</ows:ProviderName><ows:ServiceContact>
<ows:IndividualName>{name}</ows:IndividualName><ows:PositionName>Sachbearbeitung {plain}</ows:PositionName><ows:ContactInfo>
<ows:Phone><ows:Voice>{phone}</ows:Voice><ows:Facsimile>{phone}</ows:Facsimile></ows:Phone><ows:Address>
<ows:DeliveryPoint>z. Hd. {plain}</ows:DeliveryPoint><ows:City>Neuhof</ows:City>
<ows:ElectronicMailAddress>{mail}</ows:ElectronicMailAddress></ows:Address><ows:HoursOfService>{text}</ows:HoursOfService>
<ows:ContactInstructions>{text}</ows:ContactInstructions></ows:ContactInfo><ows:Role>{plain}</ows:Role></ows:ServiceContact></ows:ServiceProvider>"""
_WFS = (
    """<wfs:WFS_Capabilities version="2.0.0" xmlns="http://www.opengis.net/wfs/2.0" xmlns:wfs="http://www.opengis.net/wfs/2.0"
 xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink">"""
    + _PROVIDER
    + """<FeatureTypeList><FeatureType><Name>n:schulen</Name><Title>Schulen (Frau {plain})</Title><Abstract>{text}</Abstract>
<ows:Keywords><ows:Keyword>Frau {plain}</ows:Keyword></ows:Keywords><DefaultCRS>urn:ogc:def:crs:EPSG::25832</DefaultCRS>
</FeatureType>
</FeatureTypeList></wfs:WFS_Capabilities>"""
)
_WMTS = (
    """<Capabilities version="1.0.0" xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1"
 xmlns:xlink="http://www.w3.org/1999/xlink">"""
    + _PROVIDER
    + """<Contents><Layer><ows:Title>Karte (Frau {plain})</ows:Title><ows:Abstract>{text}</ows:Abstract>
<ows:Identifier>karte</ows:Identifier><Style><ows:Title>Frau {plain}</ows:Title><ows:Identifier>d</ows:Identifier></Style>
<Format>image/png</Format></Layer></Contents></Capabilities>"""
)
_WCS = (
    """<wcs:Capabilities version="2.0.1" xmlns:wcs="http://www.opengis.net/wcs/2.0" xmlns:ows="http://www.opengis.net/ows/2.0"
 xmlns:xlink="http://www.w3.org/1999/xlink">"""
    + _PROVIDER
    + """<wcs:Contents><wcs:CoverageSummary><ows:Title>Gelände (Frau {plain})</ows:Title><ows:Abstract>{text}</ows:Abstract>
<ows:Keywords><ows:Keyword>Frau {plain}</ows:Keyword></ows:Keywords><wcs:CoverageId>dgm</wcs:CoverageId>
<wcs:CoverageSubtype>RectifiedGridCoverage</wcs:CoverageSubtype></wcs:CoverageSummary></wcs:Contents></wcs:Capabilities>"""
)


def ows(person: Person) -> Iterator[Walk]:
    """Capabilities of WMS, WFS, WMTS and WCS: contact person, position, numbers; the provider is an office or a person."""
    parts = in_xml(person)
    for form in (_WMS, _WFS, _WMTS, _WCS):
        for organisation, mail in ((OFFICE, parts["mail"]), (OFFICE, MAILBOX), (parts["plain"], parts["mail"])):
            body = form.format(**{**parts, "mail": mail}, organisation=organisation).encode()
            found = standards.cut(body, "https://geo.example.org/ows?REQUEST=GetCapabilities")
            natives = list(natives_of(found))
            assert natives
            yield walk("ows", natives, organisation if organisation == OFFICE else "Neuhof")
