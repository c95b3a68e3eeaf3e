"""The page of a service: which layer is seen stands on top; where it is not known which is the dataset's, the choice does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.preview.keeping import Keeping, key_of
from catalog.preview.model import Preview, Source, Wanted
from catalog.preview.reasons import Reason
from catalog.preview.wanting import of_summary
from catalog.reading.summary import summarize
from catalog.runs.staging import now_text
from schemas.kinds import Literal
from schemas.model import Dataset
from tests.catalog.builder import Stored, dataset
from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.pages_reading import addresses, file, first, read, words

LAYERS = (("flieden:pegel", "Pegelmessstellen"), ("flieden:bau", "Baugrundstücke"))
RECORD = dataset("Bauplätze", distribution=(file(7, "WFS_SRVC"),), identifier=(Literal("flieden-bau"),))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with place_in(tmp_path) as made:
        made.publish(Stored("bau", RECORD))
        yield made


def keep(place: Place, **more: Any) -> Wanted:
    """Keeps the preview of the dataset's service, as the index and lists know it."""
    assert isinstance(RECORD, Dataset)
    summary = summarize(RECORD, 0, 0)
    wish = of_summary(place.region, "neuhof-portal", summary.files[0], summary.title, "flieden-bau")
    now = now_text()
    source = Source("", wish.address, "", "", "", 200, 1, 1, True, "", "", "", now, now)
    values: dict[str, Any] = {"source": source, "layers": LAYERS, **more}
    Keeping(place.region).put(Preview(key_of(wish), wish.address, **values))
    return wish


def test_a_choice_that_is_the_reader_s_comes_first(place: Place) -> None:
    keep(place, state="none", reason=Reason("which-layer"))
    path = f"/dataset/{place.slug('bau')}/file/1"
    shown = read(place, path)
    note = first(shown, "#file .note")
    assert words(note).startswith("Bitte wählen Sie eine Ebene Der Dienst hat mehrere Ebenen.")
    assert note.attributes["class"] == "note kern-alert kern-alert--info", "nothing is wrong"
    assert [words(node) for node in shown.css("#layers + ul a")] == ["Pegelmessstellen", "Baugrundstücke"]
    assert addresses(shown, "#layers + ul a")[1] == f"{path}?layer=flieden%3Abau"
    assert not shown.css("#layers + ul [aria-current]")
    assert "Sie sehen die Ebene" not in words(first(shown, "main"))
    english = read(place, f"/en{path}")
    assert words(first(english, "#file .note")).startswith("Please choose a layer")


def test_the_dataset_s_page_leads_to_the_choice(place: Place) -> None:
    keep(place, state="none", reason=Reason("which-layer"))
    link = first(read(place, f"/dataset/{place.slug('bau')}"), "main a[href$='#layers']")
    assert words(link) == "2 Ebenen ansehen"
    assert link.attributes["href"] == f"/dataset/{place.slug('bau')}/file/1#layers"


def test_programs_are_told_what_to_choose_from(place: Place) -> None:
    keep(place, state="none", reason=Reason("which-layer"))
    answer = place.ask.get(f"/dataset/{place.slug('bau')}/file/1.json")
    assert answer.status_code == 404
    assert answer.json()["reason"] == "which-layer"
    assert answer.json()["layers"] == [{"name": name, "title": title} for name, title in LAYERS]


def test_the_layer_that_is_seen_is_named_on_top(place: Place) -> None:
    keep(place, state="ready", kind="text", text="x", layer="flieden:bau")
    path = f"/dataset/{place.slug('bau')}/file/1"
    shown = read(place, path)
    link = first(shown, "main a[href='#layers']")
    assert words(link.parent) == "Sie sehen die Ebene „Baugrundstücke“. Andere Ebenen"
    assert len(shown.css("#layers")) == 1
    assert words(first(shown, "#layers + ul [aria-current]")) == "Baugrundstücke"
    english = read(place, f"/en{path}")
    said = first(english, "main a[href='#layers']").parent
    assert words(said) == "You see the layer “ Baugrundstücke ”. Other layers"


@pytest.mark.parametrize(("layer", "title", "is_named"), [("flieden:bau", "Bauplatz", True), ("0", "", False)])
def test_the_only_layer_is_named_too_if_it_has_a_name(place: Place, layer: str, title: str, is_named: bool) -> None:
    keep(place, state="ready", kind="text", text="x", layers=(), layer=layer, title=title)
    shown = words(first(read(place, f"/dataset/{place.slug('bau')}/file/1"), "main"))
    assert ("Sie sehen die Ebene „Bauplatz“." in shown) is is_named
    assert ("Sie sehen die Ebene" in shown) is is_named


def test_layers_of_one_address_keep_their_places_by_their_titles(place: Place) -> None:
    iris = ("https://x.example/z", "https://x.example/a", "https://x.example/k")
    layers = [
        file(7, "WFS_SRVC", iri=iri, title=(Literal(title, "de"),))
        for iri, title in zip(iris, ("Pegel", "Bauplätze", "Wege"), strict=True)
    ]
    place.publish(Stored("viele", dataset("Drei Ebenen", distribution=tuple(layers))))
    path = f"/dataset/{place.slug('viele')}/file/"
    assert [words(first(read(place, f"{path}{n}"), "h1")) for n in (1, 2, 3)] == ["Pegel", "Bauplätze", "Wege"]
