"""What was forgotten is found in every spelling, by its text and by its keyed hashes alike, and taken out (F75)."""

from __future__ import annotations

import base64
import gzip
import io
import zipfile
from typing import Any

import orjson
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters import pipelines
from harvesters.cleaning import clean
from harvesters.persons import errors
from harvesters.persons.forgotten import KEY_BYTES, Forgotten, entries
from harvesters.persons.keeping import ForgettingSink, body_without
from harvesters.persons.layers import layers
from harvesters.persons.spellings import Spellings, spellings_of
from harvesters.persons.wanted import canonical
from harvesters.readers import ckan
from harvesters.reading import Context, Kept, Native, Outcome, Page, Reading
from harvesters.spider import Job
from schemas import iris
from schemas.model import Agent, ContactPoint, Dataset
from schemas.ntriples import ntriples_of
from tests.harvesters.dcat_parts import context, readings

KEY = b"k" * KEY_BYTES
NAME = "Käthe Testmüßig"
MAIL = "käthe.probefall@müllhof.example"
NUMBER = "+49 (0)661 12345-67"

SPELLED = [
    "Käthe Testmüßig",
    "KÄTHE TESTMÜSSIG",
    "kaethe testmuessig",
    "Kathe Testmussig",
    "Ka\u0308the Testmu\u0308ßig",
    "Testmüßig, Käthe",
    "TESTMÜSSIG Käthe",
    "Käthe B. Testmüßig",
    "K. Testmüßig",
    "Testmüßig, K.",
    "k.testmuessig",
    "ktestmuessig",
    "KätheTestmüßig",
    "Käthe Testmüßigs Liste",
    "liste-kaethe-testmuessig-a1b2c3",
    "K%C3%A4the%20Testm%C3%BC%C3%9Fig",
    "K%E4the+Testm%FC%DFig",
    "/%2FK%C3%A4the_Testm%C3%BC%C3%9Fig",
    "K\\u00e4the Testm\\u00FC\\u00dfig",
    "K&auml;the&nbsp;Testm&uuml;&szlig;ig",
    "&#75;&#228;the Testm&#xFC;&#xdf;ig",
    "KÃ¤the TestmÃ¼ÃŸig",
    "<td>Käthe</td>\n  <td class='x'>Testmüßig</td>",
    '{"vorname": "Käthe", "nachname": "Testmüßig"}',
    "auf einer Zeile\\nKäthe Testmüßig",
    base64.b64encode(b"an: K\xc3\xa4the Testm\xc3\xbc\xc3\x9fig, heute").decode(),
]
KEPT = ["Testmüßiger Käthe", "Kätheweg Testmüßig", "Probekäthe Testmüßig", "Testmüßig e. V.", "Käthe", "K. Testmüßiger"]


def forgotten(*texts: str) -> Forgotten:
    return Forgotten(KEY, entries(KEY, spellings_of(texts).wanted))


@pytest.fixture(params=["text", "hashes"])
def find(request: pytest.FixtureRequest) -> Any:
    """Both ways to find a text."""
    return spellings_of if request.param == "text" else lambda texts: forgotten(*texts)


@pytest.mark.parametrize("text", SPELLED)
def test_every_spelling_of_a_name_is_found(find: Any, text: str) -> None:
    assert find([NAME]).holds(text)


@pytest.mark.parametrize("text", KEPT)
def test_other_words_are_not(find: Any, text: str) -> None:
    assert not find([NAME]).holds(text)
    assert find([NAME]).without(text) == text


@pytest.mark.parametrize("text", [each for each in SPELLED if "<" not in each and "{" not in each])
def test_a_marker_takes_the_place_and_the_rest_stays(find: Any, text: str) -> None:
    matcher = find([NAME])
    left = matcher.without(f"Vorher {text} nachher")
    assert not matcher.holds(left)
    assert left.startswith("Vorher ")
    assert left.endswith(" nachher")
    assert "[Name entfernt]" in left


@pytest.mark.parametrize("given", ["Testmüßig, Käthe", "Dr. Käthe Testmüßig", "Frau Käthe Testmüßig"])
def test_a_name_may_be_given_in_other_forms(given: str) -> None:
    assert spellings_of([given]).wanted == spellings_of([NAME]).wanted


@pytest.mark.parametrize(
    "text",
    [
        "Käthe.Probefall@MÜLLHOF.example",
        "mailto:k%C3%A4the.probefall@müllhof.example",
        "käthe.probefall+liste@müllhof.example",
        "käthe.probefall(at)müllhof.example",
        "käthe.probefall [at] müllhof [dot] example",
        f"käthe.probefall@{'müllhof'.encode('idna').decode()}.example",
        "käthe.probefall&#64;müllhof.example",
    ],
)
def test_every_spelling_of_an_address_is_found(find: Any, text: str) -> None:
    assert find([MAIL]).holds(text)
    assert "robefall" not in find([MAIL]).without(text)


@pytest.mark.parametrize(
    "text",
    [
        "0661/1234567",
        "0661 12 34 567",
        "+49 661 12345-67",
        "0049 661 1234567",
        "(0661) 12345-67",
        "tel:+49-661-1234567",
    ],
)
def test_every_spelling_of_a_number_is_found(find: Any, text: str) -> None:
    assert find([NUMBER]).holds(f"Tel. {text}.")
    assert not any(map(str.isdigit, find([NUMBER]).without(f"Tel. {text}.")))


@pytest.mark.parametrize("text", ["0661 12345-678", "10661 1234567", "0661 12345", "probefall@müllhof.example"])
def test_other_numbers_and_addresses_are_not(find: Any, text: str) -> None:
    assert not find([NUMBER, MAIL]).holds(text)


def test_a_mailbox_of_the_name_goes_whole(find: Any) -> None:
    assert find([NAME]).without("an kaethe.testmuessig@example.org!") == "an [Adresse entfernt]!"
    assert find([NAME]).without("to k.testmuessig2@example.org", "en") == "to [address removed]"


@pytest.mark.parametrize("text", ["", "ab", "12", "1-2-3", "..", "@"])
def test_what_cannot_be_told_from_other_words_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be told"):
        spellings_of([text])


def test_entries_hold_no_text() -> None:
    kept = entries(KEY, spellings_of([NAME, MAIL, NUMBER]).wanted)
    stored = b"".join(entry.digest + entry.shape.encode() for entry in kept).lower()
    assert not any(part in stored for part in (b"test", b"kathe", b"probe", b"661"))
    assert not set(kept) & set(entries(b"x" * KEY_BYTES, spellings_of([NAME]).wanted))


WORDS = st.text(alphabet=st.sampled_from("abemnorsuäöüßéAEÖ"), min_size=4, max_size=9)


@settings(max_examples=20)
@given(
    st.lists(WORDS, min_size=2, max_size=3), st.sampled_from(["{}", "x {} y", "<b>{}</b>", "({}), Bauamt", '["{}"]'])
)
def test_hashes_find_what_the_text_finds(words: list[str], around: str) -> None:
    name = " ".join(words)
    spellings, hashes = spellings_of([name]), forgotten(name)
    for form in (name, f"{words[-1]}, {' '.join(words[:-1])}", name.upper(), f"{canonical(words[0])[0]}. {words[-1]}"):
        text = around.format(form)
        if spellings.holds(text):
            assert hashes.holds(text)
            assert not hashes.holds(hashes.without(text))


@given(st.text(max_size=200))
def test_any_text_is_no_error(text: str) -> None:
    for matcher in (spellings_of([NAME, MAIL, NUMBER]), forgotten(NAME, MAIL, NUMBER)):
        assert matcher.without(text) == text or matcher.holds(text)


# ------------------------------------------------------------------------------------------------------- layers


def packed(text: str, way: str) -> bytes:
    """A text in a file of a kind."""
    data = text.encode()
    if way == "zip":
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("docProps/core.xml", data)
        return file.getvalue()
    ways: dict[str, Any] = {
        "plain": bytes,
        "latin": lambda _: text.encode("latin-1"),
        "utf-16": lambda _: text.encode("utf-16"),
        "gzip": gzip.compress,
        "zstd": zstandard.compress,
        "twice": lambda each: gzip.compress(zstandard.compress(each)),
        "pdf": lambda _: b"%PDF-1.4 /Author <" + (b"\xfe\xff" + text.encode("utf-16-be")).hex().encode() + b">",
    }
    made: bytes = ways[way](data)
    return made


@pytest.mark.parametrize("way", ["plain", "latin", "utf-16", "gzip", "zstd", "zip", "twice", "pdf"])
def test_every_layer_is_looked_into(way: str) -> None:
    body = packed(f"Autorin: {NAME}.", way)
    assert any(spellings_of([NAME]).holds(layer.text) for layer in layers(body))
    left = body_without(body, forgotten(NAME))
    assert left == (b"Autorin: [Name entfernt]." if way == "plain" else None)


def test_what_cannot_be_opened_is_said() -> None:
    assert [layer.unread for layer in layers(b"PK\x03\x04" + b"no archive") if layer.unread] == ["BadZipFile"]


def test_json_stays_json() -> None:
    body = orjson.dumps({"a": [{"vorname": "Käthe", "nachname": "Testmüßig", "n": 1}], NAME: "x", "b": "Käthe"})
    left = body_without(body, forgotten(NAME))
    assert left is not None
    marked = "[Name entfernt]"
    assert orjson.loads(left) == {"a": [{"vorname": marked, "nachname": marked, "n": 1}], marked: "x", "b": "Käthe"}


# ------------------------------------------------------------------------------------------------------ readings


def said(reading: Reading) -> str:
    records = [ntriples_of(record, str(number)) for number, record in enumerate((reading.record, *reading.companions))]
    rest = [
        *map(" ".join, reading.trace),
        *map(" ".join, reading.leftovers),
        reading.native_id,
        reading.source_record or "",
    ]
    return "\n".join([*records, *rest, *(f"{f.focus} {f.arguments}" for f in reading.findings)])


def allowed(*texts: str) -> Context:
    """A source that may name persons, in a region that has forgotten some."""
    where = context(personal_data="allowed", permission="Einwilligung")
    return Context(where.region, where.source, where.municipality, forgotten=forgotten(*texts))


def test_the_office_takes_the_place_of_a_forgotten_contact() -> None:
    where = allowed(NAME)
    data = {
        "id": f"liste-{NAME}",
        "title": f"Bericht von {NAME}",
        "notes": "Von K. Testmüßig.",
        "maintainer": NAME,
        "maintainer_email": "kaethe.testmuessig@example.org",
        "url": "https://example.org/~kaethe.testmuessig",
        "extras": [
            {"key": "bearbeiter", "value": NAME},
            {"key": "wer", "value": {"vorname": "Käthe", "nachname": "Testmüßig"}},
        ],
        "resources": [
            {"id": "r", "url": f"https://example.org/{NAME}.csv"},
            {"id": "s", "url": "https://example.org/s.csv"},
        ],
    }
    plain = ckan.read(Native(data, b""), where)
    reading = clean(plain, where)
    assert not spellings_of([NAME]).holds(said(reading))
    (point,) = reading.record.contact_point
    assert isinstance(point, ContactPoint)
    assert [name.text for name in point.fn] == ["Gemeinde Neuhof"]
    assert point.has_email == ("mailto:daten@example.org",)
    assert isinstance(reading.record, Dataset)
    assert [title.text for title in reading.record.title] == ["Bericht von [Name entfernt]"]
    assert len(reading.record.distribution) == 1
    assert iris.key(where.source.key, reading.native_id) == iris.key(where.source.key, plain.native_id)
    assert "person-forgotten" in {finding.rule for finding in reading.findings}


def test_agents_with_the_person_in_their_iri_keep_their_references() -> None:
    where = allowed(NAME)
    (plain,) = readings(
        """ex:d a dcat:Dataset ; dct:title "T" ; dct:publisher ex:kaethe-testmuessig ; dcat:landingPage ex:seite .
        ex:kaethe-testmuessig a foaf:Agent ; foaf:name "Käthe Testmüßig" ;
          foaf:givenName "Käthe" ; foaf:familyName "Testmüßig" .""",
        personal_data="allowed",
        permission="Einwilligung",
    )
    reading = clean(plain, where)
    assert not spellings_of([NAME]).holds(said(reading))
    (agent,) = reading.companions
    assert isinstance(agent, Agent)
    assert reading.record.publisher == (agent.iri,)
    assert "Käthe" not in said(reading)


@pytest.mark.parametrize("native_id", ["a", "liste-kaethe-testmuessig"])
def test_a_rewritten_response_is_read_as_the_first_one_was(native_id: str) -> None:
    where = allowed(NAME)
    data = {
        "id": native_id,
        "title": f"Bericht von {NAME}",
        "maintainer": NAME,
        "maintainer_email": "kaethe.testmuessig@example.org",
        "author": "ktestmuessig",
        "url": "https://example.org/~kaethe.testmuessig",
        "resources": [
            {"id": "r", "url": "https://example.org/kaethe_testmuessig.csv"},
            {"id": "s", "url": "https://example.org/s"},
        ],
    }
    body = body_without(orjson.dumps(data), forgotten(NAME), where.source.key)
    assert body is not None
    first, again = (clean(ckan.read(Native(each, b""), where), where) for each in (data, orjson.loads(body)))
    key = iris.key(where.source.key, first.native_id)
    assert first.native_id == again.native_id
    if native_id == "a":  # else the files' IRIs, which are made of the id, differ
        assert ntriples_of(first.record, key) == ntriples_of(again.record, key)


def test_markup_with_the_person_in_an_id_is_not_kept() -> None:
    body = b'<a href="https://example.org/kaethe-testmuessig">x</a>'
    assert body_without(body, forgotten(NAME), "amt") is None
    mail = f'<a href="mailto:kaethe.testmuessig@example.org">{NAME}</a>'.encode()
    assert body_without(mail, forgotten(NAME), "amt") == b'<a href="[Adresse entfernt]">[Name entfernt]</a>'


def test_nobody_forgotten_changes_nothing() -> None:
    where = context(personal_data="allowed", permission="Einwilligung")
    plain = ckan.read(Native({"id": "a", "title": NAME, "maintainer": NAME}, b""), where)
    assert clean(plain, Context(where.region, where.source, where.municipality, forgotten=Forgotten(KEY, []))) == clean(
        plain, where
    )


class _Sink:
    def __init__(self) -> None:
        self.bodies: list[Kept] = []
        self.pages: list[tuple[Page, list[Outcome]]] = []

    def keep(self, response: Kept) -> str:
        self.bodies.append(response)
        return "name"

    def deliver(self, page: Page, outcomes: Any) -> None:
        self.pages.append((page, list(outcomes)))


def test_nothing_of_a_page_is_kept_with_a_forgotten_person() -> None:
    where = allowed(NAME)
    inner = _Sink()
    sink = ForgettingSink(inner, forgotten(NAME), where.source.key)
    url = f"https://example.org/{NAME}/liste"
    sink.keep(Kept(url, "application/json", orjson.dumps([{"wer": NAME}])))
    assert sink.keep(Kept(url, "application/zip", packed(NAME, "zip"))) == iris.digest(packed(NAME, "zip"), 16)
    natives = [Native({"id": NAME, "title": 7 + number, "notes": NAME}, b"1", location=url) for number in range(2)]
    pipelines.run(Job(where, sink), "ckan", Page(url, natives, deleted_ids=[NAME]))
    (body,) = inner.bodies
    assert orjson.loads(body.body) == [{"wer": "[Name entfernt]"}]
    ((page, outcomes),) = inner.pages
    shown = repr(
        (body.url, page.url, page.deleted_ids, [(o.native_id, o.findings, o.traceback, o.ntriples) for o in outcomes])
    )
    assert not spellings_of([NAME]).holds(shown)
    assert {iris.key(where.source.key, each.native_id) for each in outcomes} == {iris.key(where.source.key, NAME)}


# -------------------------------------------------------------------------------------------------------- errors


def test_errors_quote_no_value() -> None:
    for wrong in (
        lambda: float(NAME),
        lambda: _raise_key(),
        lambda: int("0661 12345"),
        lambda: _raise(f"bad: {NAME}, {MAIL}"),
    ):
        with pytest.raises((ValueError, KeyError)) as caught:
            wrong()
        told = errors.message(caught.value) + errors.trace(caught.value)
        assert not spellings_of([NAME, MAIL]).holds(told.replace("lambda", ""))
        assert "12345" not in errors.message(caught.value)
        assert NAME.split()[0] not in errors.message(caught.value)


def test_errors_say_where() -> None:
    with pytest.raises(ValueError, match="Expecting") as caught:
        __import__("json").loads("{x")
    assert "line 1 column 2" in errors.message(caught.value)
    assert "test_forgotten.py" in errors.trace(caught.value)
    assert errors.message(ValueError(NAME), allowed=True) == f"ValueError: {NAME}"


def _raise_key() -> None:
    raise KeyError(NAME)


def _raise(text: str) -> None:
    raise ValueError(text)


def test_spellings_serve_as_matcher() -> None:
    spellings: Spellings = spellings_of([NAME])
    assert spellings.found(f"x {NAME}") is spellings
    assert spellings.found("x") is None
    assert spellings.count(f"{NAME}; {NAME}") == 2
