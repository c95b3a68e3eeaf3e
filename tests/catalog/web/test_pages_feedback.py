"""The form to the office: without captcha, without JavaScript, errors in words beside the fields, a reference at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from catalog.feedback import box as boxes
from catalog.feedback.box import Box
from catalog.feedback.letters import LONGEST, Letter
from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.pages_reading import NOW, filled, first, read, words
from tests.catalog.web.payloads import PAYLOADS, dangers

TEXT = "Wann werden die Bauplätze vergeben?"


class Watch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def place(tmp_path: Path, watch: Watch) -> Iterator[Place]:
    with place_in(tmp_path) as made:
        made.app.state.now = watch
        yield filled(made)


def fields(page: LexborHTMLParser) -> dict[str, str]:
    """What a browser would send of the form as it stands."""
    sent = {}
    for node in page.css("form.letter input, form.letter textarea"):
        kind = node.attributes.get("type")
        if kind != "radio" or "checked" in node.attributes:
            value = node.text() if node.tag == "textarea" else node.attributes.get("value")
            sent[str(node.attributes["name"])] = (value or "").removeprefix("\n")
    return sent


def send(place: Place, sent: Mapping[str, str], path: str = "/feedback", **headers: str) -> httpx.Response:
    return place.ask.post(path, sent, accept="text/html", **headers)


def letters(place: Place) -> list[Letter]:
    return list(Box(place.region).letters())


def wrong(answer: httpx.Response, status: int = 422) -> LexborHTMLParser:
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["cache-control"] == "no-store"
    return LexborHTMLParser(answer.text)


def test_a_question_about_a_dataset_reaches_its_office(place: Place, watch: Watch) -> None:
    slug = place.slug("bau")
    page = read(place, f"/feedback?dataset={slug}&page=/dataset/{slug}")
    assert words(first(page, "h1")) == "Frage an die Gemeinde"
    assert words(first(page, ".intro")) == "Ihre Nachricht geht an: Bauamt"
    assert "Bauplätze in Neuhof" in words(first(page, "main"))
    watch.wait(10)
    answer = send(place, {**fields(page), "message": TEXT, "email": "anna@example.org", "kind": "error"})
    assert answer.status_code == 303
    (kept,) = letters(place)
    assert (kept.text, kept.email, kept.to, kept.kind) == (TEXT, "anna@example.org", "bauamt@neuhof.example", "error")
    assert (kept.dataset, kept.title, kept.municipality) == (slug, "Bauplätze in Neuhof", "neuhof")
    assert kept.page == f"/dataset/{slug}"
    thanks = read(place, answer.headers["location"])
    assert words(first(thanks, "h1")) == "Danke, Ihre Nachricht ist da"
    assert words(first(thanks, "main strong")) == kept.reference
    assert "Bauamt" in words(first(thanks, "main"))


def test_in_english_too(place: Place, watch: Watch) -> None:
    page = read(place, "/en/feedback?kind=wish&q=Zisternen")
    assert words(first(page, "h1")) == "Request data"
    sent = fields(page)
    assert sent["message"] == "I searched for: Zisternen\n"
    assert sent["kind"] == "wish"
    watch.wait(10)
    answer = send(place, {**sent, "message": "Cisterns of the region"}, "/en/feedback")
    assert answer.headers["location"].startswith("/en/feedback?sent=F-")
    (kept,) = letters(place)
    assert (kept.language, kept.to) == ("en", "daten@example.org")


def test_errors_stand_beside_the_fields_and_nothing_is_lost(place: Place, watch: Watch) -> None:
    sent = {**fields(read(place, "/feedback")), "message": "Hm", "email": "anna"}
    watch.wait(10)
    page = wrong(send(place, sent))
    alert = first(page, "[role=alert]")
    assert [a.attributes["href"] for a in alert.css("a")] == ["#message", "#email"]
    for name in ("message", "email"):
        field = first(page, f"#{name}")
        assert field.attributes["aria-invalid"] == "true"
        described = str(field.attributes["aria-describedby"]).split()
        assert all(page.css_first(f'[id="{each}"]') is not None for each in described)
        assert f"{name}-error" in described
    assert fields(page)["message"] == "Hm"
    assert fields(page)["email"] == "anna"
    assert not letters(place)


def test_a_text_of_the_longest_kind_is_taken_and_a_longer_one_kept(place: Place, watch: Watch) -> None:
    stamped = fields(read(place, "/feedback"))
    watch.wait(10)
    page = wrong(send(place, {**stamped, "message": "€" * (LONGEST + 1)}))
    assert len(fields(page)["message"]) == LONGEST + 1
    watch.wait(10)
    assert send(place, {**fields(page), "message": "😀" * LONGEST}).status_code == 303
    assert send(place, {**fields(page), "message": "x" * 100_000}).status_code == 413


def test_the_field_that_nobody_sees(place: Place, watch: Watch) -> None:
    page = read(place, "/feedback")
    decoy = first(page, "#website")
    assert decoy.attributes["tabindex"] == "-1"
    assert first(page, ".decoy").attributes["aria-hidden"] == "true"
    watch.wait(10)
    again = wrong(send(place, {**fields(page), "message": TEXT, "website": "https://spam.example"}))
    assert "muss leer bleiben" in words(first(again, "[role=alert]"))
    assert not letters(place)
    assert fields(again)["website"] == ""


def test_a_form_needs_its_own_time(place: Place, watch: Watch) -> None:
    sent = {**fields(read(place, "/feedback")), "message": TEXT}
    watch.wait(1)
    page = wrong(send(place, sent))
    assert "sehr schnell" in words(first(page, "[role=alert]"))
    watch.wait(3)
    assert send(place, fields(page)).status_code == 303, "the same form is good once the time is over"
    old = {**fields(read(place, "/feedback")), "message": TEXT}
    watch.wait(90_000)
    page = wrong(send(place, old))
    assert "zu lange offen" in words(first(page, "[role=alert]"))
    watch.wait(10)
    assert send(place, fields(page)).status_code == 303
    for stamp in ("", "x", "0.0." + "0" * 32):
        assert wrong(send(place, {"message": TEXT, "stamp": stamp})).css_first("[role=alert]") is not None
    assert len(letters(place)) == 2


def test_a_form_sent_twice_is_one_letter(place: Place, watch: Watch) -> None:
    sent = {**fields(read(place, "/feedback")), "message": TEXT}
    watch.wait(10)
    answers = [send(place, sent) for _ in range(3)]
    assert {(each.status_code, each.headers["location"]) for each in answers} == {(303, answers[0].headers["location"])}
    assert len(letters(place)) == 1
    other = wrong(send(place, {**sent, "message": "Etwas ganz anderes"}))
    watch.wait(10)
    assert send(place, fields(other)).status_code == 303, "with a new stamp the other text goes its way"
    assert len(letters(place)) == 2


def test_a_neighbourhood_that_writes_much_waits(place: Place, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.web.pages.feedback._client", lambda _: "203.0.113.7")
    statuses = []
    for number in range(6):
        sent = {**fields(read(place, "/feedback")), "message": f"{TEXT} {number}"}
        watch.wait(10)
        answer = send(place, sent)
        statuses.append(answer.status_code)
    assert statuses == [303] * 5 + [429]
    assert answer.headers["retry-after"] == "3600"
    assert "in einer Stunde" in words(first(wrong(answer, 429), "[role=alert]"))
    assert fields(wrong(answer, 429))["message"] == f"{TEXT} 5"


def test_a_full_box_says_whom_to_write(place: Place, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "MOST", 0)
    sent = {**fields(read(place, "/feedback")), "message": TEXT}
    watch.wait(10)
    assert "daten@example.org" in words(first(wrong(send(place, sent), 503), "[role=alert]"))


def test_F67_nobody_elses_page_writes(place: Place, watch: Watch) -> None:
    sent = {**fields(read(place, "/feedback")), "message": TEXT}
    watch.wait(10)
    assert send(place, sent, sec_fetch_site="cross-site").status_code == 403
    assert send(place, {f"f{n}": "x" for n in range(30)}).status_code == 400
    assert not letters(place)


def test_F71_what_is_none_of_ours_is_passed_over(place: Place) -> None:
    for query in (
        *("dataset=gibt-es-nicht", "dataset=" + "x" * 5000, "municipality=atlantis", "kind=spende", "sent=F-1111-1111"),
        *("page=https://evil.example", "page=//evil.example", "page=/a%0d%0ab", "page=/" + "a" * 600, "q=%00%01"),
    ):
        page = read(place, f"/feedback?{query}")
        assert words(first(page, ".intro")) == "Ihre Nachricht geht an: Zweckverband", query
        assert set(fields(page)) == {"stamp", "kind", "message", "email", "website"}, query
        assert "evil" not in words(page.body), query


def test_F60_what_is_typed_is_only_text(place: Place) -> None:
    names = ("message", "email", "kind", "page", "dataset", "municipality", "website", "stamp")
    for payload in PAYLOADS:
        answer = send(place, dict.fromkeys(names, payload))
        assert answer.status_code == 422, payload
        assert not list(dangers(answer.text)), payload


def test_no_address_of_the_page_bears_what_was_written(place: Place, watch: Watch) -> None:
    sent = {**fields(read(place, f"/feedback?dataset={place.slug('bau')}")), "message": TEXT, "email": "a@example.org"}
    watch.wait(10)
    location = send(place, sent).headers["location"]
    assert re.fullmatch(r"/feedback\?dataset=[a-z0-9-]+&sent=F-[0-9A-Z]{4}-[0-9A-Z]{4}", location)


def test_the_form_is_for_no_search_engine(place: Place) -> None:
    assert first(read(place, "/feedback"), "meta[name=robots]").attributes["content"] == "noindex"


@pytest.mark.parametrize("path", ["", "/file/1", "/history"])
def test_an_error_on_a_page_of_a_dataset_reaches_the_office_of_the_dataset(
    place: Place, watch: Watch, path: str
) -> None:
    slug = place.slug("bau")
    shown = read(place, f"/dataset/{slug}{path}")
    address = next(str(a.attributes["href"]) for a in shown.css("footer a") if words(a) == "Fehler melden")
    page = read(place, address)
    assert words(first(page, ".intro")) == "Ihre Nachricht geht an: Bauamt"
    about = words(first(page, ".intro + p"))
    assert about == "Sie schreiben zu: Bauplätze in Neuhof" + (" , Datei 1" if "file" in path else "")
    watch.wait(10)
    answer = send(place, {**fields(page), "message": TEXT})
    assert answer.status_code == 303
    (kept,) = letters(place)
    assert (kept.to, kept.dataset, kept.page) == ("bauamt@neuhof.example", slug, f"/dataset/{slug}{path}")


def test_an_error_on_the_page_of_a_municipality_is_about_it(place: Place) -> None:
    page = read(place, "/feedback?kind=error&page=/municipality/neuhof")
    assert words(first(page, ".intro + p")) == "Sie schreiben zu: Gemeinde Neuhof"


def test_an_empty_form_is_only_told_what_is_missing(place: Place) -> None:
    page = wrong(send(place, fields(read(place, "/feedback"))))
    assert [words(li) for li in page.css("[role=alert] li")] == ["Schreiben Sie, worum es geht."]
    assert words(first(page, "title")).startswith("Fehler: ")
    assert not words(first(read(place, "/feedback"), "title")).startswith("Fehler: ")
