"""Files of a folder whose properties name an invented person: XLSX, ODS, DOCX, ODT, PDF (F75)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import openpyxl

from tests.harvesters.canaries import Person
from tests.harvesters.canary_texts import in_xml

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
_META = (
    f'<office:document-meta xmlns:office="{_OFFICE}:office:1.0" xmlns:meta="{_OFFICE}:meta:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><dc:title>Bänke (Frau {plain})</dc:title>'
    "<dc:creator>{plain}</dc:creator><meta:initial-creator>{plain}</meta:initial-creator>"
    "<meta:printed-by>{plain}</meta:printed-by><dc:description>{text}</dc:description><dc:subject>{text}</dc:subject>"
    '<meta:user-defined meta:name="Bearbeiter">{plain}</meta:user-defined></office:meta></office:document-meta>'
)
_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Vermerk (Frau {plain})</dc:title>'
    "<dc:creator>{plain}</dc:creator><cp:lastModifiedBy>{plain}</cp:lastModifiedBy>"
    "<dc:description>{text}</dc:description></cp:coreProperties>"
)
_APP = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Manager>{plain}</Manager><Company>{plain}</Company></Properties>"
)
_MANIFEST = (
    f'<manifest:manifest xmlns:manifest="{_OFFICE}:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
    'manifest:media-type="{kind}"/></manifest:manifest>'
)
_SHEET = (
    f'<office:document-content xmlns:office="{_OFFICE}:office:1.0" xmlns:table="{_OFFICE}:table:1.0" '
    f'xmlns:text="{_OFFICE}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Daten">'
    "{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
)
_TEXT = (
    f'<office:document-content xmlns:office="{_OFFICE}:office:1.0" xmlns:text="{_OFFICE}:text:1.0"><office:body>'
    "<office:text><text:p>{text}</text:p></office:text></office:body></office:document-content>"
)
_DOCX = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
    "<w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
)
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def files(person: Person) -> Iterator[tuple[str, bytes]]:
    """Names and contents; author, last editor, manager, title, remarks of the properties are the person."""
    parts = in_xml(person)
    yield "baeume.xlsx", _workbook(person)
    rows = "".join(_row(*cells) for cells in (("Ort", "Anzahl"), ("Neuhof", "3"), ("Giesel", "4")))
    kind = "application/vnd.oasis.opendocument"
    yield (
        "baenke.ods",
        _packed(f"{kind}.spreadsheet", **{"content.xml": _SHEET.format(rows=rows), "meta.xml": _META}, **parts),
    )
    yield "satzung.odt", _packed(f"{kind}.text", **{"content.xml": _TEXT, "meta.xml": _META}, **parts)
    members = {"[Content_Types].xml": _TYPES, "word/document.xml": _DOCX, "docProps/core.xml": _CORE}
    yield "vermerk.docx", _packed("", **members, **{"docProps/app.xml": _APP}, **parts)
    yield "plan.pdf", _pdf(person)


def _row(*cells: str) -> str:
    inner = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells
    )
    return f"<table:table-row>{inner}</table:table-row>"


def _workbook(person: Person) -> bytes:
    book = openpyxl.Workbook()
    book.properties.creator = book.properties.lastModifiedBy = book.properties.subject = person.plain
    book.properties.title = f"Bäume (Frau {person.plain})"
    book.properties.description = book.properties.keywords = f"Frau {person.plain}"
    assert book.active is not None
    for row in (["Art", "Anzahl"], ["Linde", 3], ["Ahorn", 4]):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _packed(mimetype: str, **texts: str) -> bytes:
    """A package with the members whose names have a dot, filled with the other texts."""
    parts = {name: text for name, text in texts.items() if "." not in name}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
            archive.writestr("META-INF/manifest.xml", _MANIFEST.format(kind=mimetype))
        for name, text in texts.items():
            if "." in name:
                archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text.format(**parts)}')
    return buffer.getvalue()


def _pdf(person: Person) -> bytes:
    """A PDF with the properties in its Info dictionary, and as XMP."""

    def told(text: str) -> bytes:
        return b"<" + (b"\xfe\xff" + text.encode("utf-16-be")).hex().encode() + b">"

    title, name = told(f"Plan (Frau {person.plain})"), told(person.plain)
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><dc:creator>{person.plain}</dc:creator></x:xmpmeta>".encode()
    return (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n"
        b"4 0 obj\n<< /Type /Metadata /Subtype /XML /Length " + str(len(xmp)).encode() + b" >>\nstream\n" + xmp + b"\n"
        b"endstream\nendobj\n5 0 obj\n<< /Title "
        + title
        + b" /Author "
        + name
        + b" /Subject "
        + title
        + b" /Keywords "
        + name
        + b" /Creator "
        + name
        + b" >>\nendobj\ntrailer\n<< /Root 1 0 R /Info 5 0 R >>\n%%EOF\n"
    )
