"""Decoding: the charset is found without guessing, and nothing comes out broken (F20)."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schemas.tables import decode

WORDS = "Größe Fließ Gemarkung"


@pytest.mark.parametrize(
    ("data", "encoding", "bom"),
    [
        (WORDS.encode("cp1252"), "cp1252", False),
        (WORDS.encode(), "utf-8", False),
        (b"\xef\xbb\xbf" + WORDS.encode(), "utf-8", True),
        (b"\xef\xbb\xbf\xef\xbb\xbf" + WORDS.encode(), "utf-8", True),
        (b"\xff\xfe" + WORDS.encode("utf-16-le"), "utf-16-le", True),
        (b"\xfe\xff" + WORDS.encode("utf-16-be"), "utf-16-be", True),
        (WORDS.encode().decode("cp1252").encode(), "utf-8", False),
    ],
    ids=["cp1252", "utf-8", "utf-8 with BOM", "utf-8 with two", "utf-16-le", "utf-16-be", "encoded twice"],
)
def test_F20_six_byte_variants_read_alike(data: bytes, encoding: str, bom: bool) -> None:
    decoded = decode(data)
    assert decoded.text == WORDS
    assert (decoded.encoding, decoded.bom, decoded.repaired_lines) == (encoding, bom, 0)


@pytest.mark.parametrize("declared", ["iso-8859-1", "ISO-8859-15", "windows-1252", "utf-16", "no-such-charset", ""])
def test_F20_a_wrong_declaration_does_no_harm(declared: str) -> None:
    assert decode(WORDS.encode(), declared).text == WORDS


def test_F20_a_right_declaration_is_believed_where_bytes_alone_do_not_tell() -> None:
    czech = "Příliš žluťoučký kůň"
    assert decode(czech.encode("cp1250"), "windows-1250").text == czech
    assert decode(czech.encode("cp1250"), "windows-1250").encoding == "cp1250"
    assert decode("Preis: 5 €".encode("cp1252"), "iso-8859-1").text == "Preis: 5 €"


@pytest.mark.parametrize("declared", ["punycode", "unicode_escape", "utf-7", "idna", "zlib", "rot13"])
def test_charsets_that_are_no_charsets_of_pages_are_not_used(declared: str) -> None:
    assert decode(b"Gr\xf6\xdfe \\u0041 +AGE-", declared).text == "Größe \\u0041 +AGE-"


def test_F20_one_line_in_another_charset_is_repaired_and_counted() -> None:
    lines = [f"Fließ {number}".encode() for number in range(10)]
    lines[4] = "Größe".encode("cp1252")
    decoded = decode(b"\n".join(lines))
    assert (decoded.encoding, decoded.repaired_lines) == ("utf-8", 1)
    assert decoded.text.split("\n")[4] == "Größe"
    assert [note.code for note in decoded.notes] == ["repaired-lines"]


def test_F20_mojibake_is_repaired_only_where_it_can_be_nothing_else() -> None:
    assert decode("GrÃ¶ÃŸe".encode()).text == "Größe"
    assert decode("GrÃ¶ÃŸe".encode().decode("cp1252").encode()).text == "Größe"  # twice through the wrong converter
    assert decode("Größe und GrÃ¶ÃŸe; 20 Â°C".encode()).text == "Größe und Größe; 20 °C"
    for genuine in ("SÃO PAULO", "„von A bis Ä“", "Ânia â", "ÄÖÜ–äöü–ß«»"):
        assert decode(genuine.encode()).text == genuine
        assert decode(genuine.encode()).notes == ()


def test_F20_text_of_code_page_850_is_told_by_its_umlauts() -> None:
    assert decode("Größe der Fläche über Höhe".encode("cp850")).text == "Größe der Fläche über Höhe"
    assert decode("„Straße” und „Höhe”".encode("cp1252")).text == "„Straße” und „Höhe”"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Straße;Größe m²;15 °C;Café;5 m³\nMühlenweg;3;über Höhe", "cp850"),
        ("Straße;Gebühr\nMühlenweg;3,50 €", "cp858"),
        ("Straße;Größe;15 °C;Café\rMühlenweg;§ 3;„Äcker“ – Öl … Übersicht", "mac-roman"),
        ("Straße;Größe\nMühlenweg;3", "mac-roman"),
        ("Straße;Tomášek; 5 € – „Größe“ …", "cp1252"),
        ("Novák;Mašek;§ 5 – € 3 …", "cp1252"),
        ("m³;ŠKODA;Žižka;Straße „Süd“", "cp1252"),
    ],
)
def test_code_pages_of_old_programs(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.notes) == (text, encoding, ())


def test_nel_that_was_an_ellipsis_is_put_back() -> None:
    decoded = decode("Leistung ab Jahr\x85;2007\nGebühr \x80;5".encode())
    assert decoded.text == "Leistung ab Jahr…;2007\nGebühr €;5"
    assert [note.code for note in decoded.notes] == ["controls-repaired"]
    assert decode("eins\x85zwei\x85".encode()).text == "eins\nzwei\n"  # the line end of a mainframe


def test_nul_and_other_controls_are_removed_and_counted() -> None:
    decoded = decode(b"a;b\n1\0;\x0b2\n\x1a")
    assert decoded.text == "a;b\n1;2\n"
    assert decoded.notes[0].code == "controls-removed"
    assert "3" in decoded.notes[0].de


def test_a_file_cut_inside_a_character_loses_only_that_character() -> None:
    decoded = decode("Größe Größ".encode()[:-1])
    assert (decoded.text, decoded.encoding) == ("Größe Grö", "utf-8")
    assert [note.code for note in decoded.notes] == ["cut-character"]
    assert decode("Menü, die Diät à".encode("cp1252")).text == "Menü, die Diät à"


def test_F20_characters_lost_at_the_source_become_question_marks() -> None:
    decoded = decode("Gr\ufffd\ufffde".encode())
    assert decoded.text == "Gr??e"
    assert [note.code for note in decoded.notes] == ["characters-lost"]
    assert "\ufffd" not in decode(b"\xff\xfea\0\x00\xd8b\0").text


def test_a_utf16_mark_before_single_byte_text_is_ignored() -> None:
    decoded = decode(b"\xff\xfe" + b"<name>Stra\xdfe</name>")
    assert (decoded.text, decoded.encoding, decoded.bom) == ("<name>Straße</name>", "cp1252", False)
    assert decoded.notes[0].code == "wrong-bom"


def test_utf16_without_a_mark_is_found_by_its_zero_bytes() -> None:
    assert decode(WORDS.encode("utf-16-le")).text == WORDS
    assert decode(WORDS.encode("utf-16-be")).text == WORDS


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "latin-1", "cp1250", "x", "utf-16"]))
def test_any_bytes_decode_to_clean_text(data: bytes, declared: str | None) -> None:
    text = decode(data, declared).text
    assert not any(ord(sign) < 32 and sign not in "\t\n\r" for sign in text)
    assert not any("\x7f" <= sign <= "\x9f" or sign == "\ufffd" for sign in text)
    assert text.encode() == text.encode("utf-8", "strict")


LETTERS = st.text("abcXYZ 0123456789;,.-äöüÄÖÜßéèçñœ€„“–…°²³§\n\t", max_size=200)


@settings(deadline=None)
@given(LETTERS)
def test_utf8_text_comes_back(text: str) -> None:
    assert decode(text.encode()).text == text
    assert decode(b"\xef\xbb\xbf" + text.encode()).text == text


@settings(deadline=None)
@given(LETTERS)
def test_cp1252_text_comes_back(text: str) -> None:
    # Where its bytes are UTF-8 of something else or umlauts of DOS nobody can tell; German has no such pairs of letters.
    data = text.encode("cp1252")
    assume(
        not re.search(rb"[\xc2-\xf4][\x80-\xbf]", data) and decode(data).encoding not in ("cp850", "cp858", "mac-roman")
    )
    assert decode(data).text == text
