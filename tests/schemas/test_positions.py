"""Positions of German reference systems against those that PROJ 9.5 gives for the same places."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.tables.positions import to_degrees, to_mercator

NEUHOF = (9.65, 50.43)


def metres_apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    across = math.cos(math.radians(one[1])) * (one[0] - other[0])
    return math.hypot(across, one[1] - other[1]) * 111_320


@pytest.mark.parametrize(
    ("code", "first", "second", "within"),
    [
        ("EPSG:25832", 546166.6063653997, 5586643.715418744, 0.001),
        ("EPSG:25833", 120115.98368165147, 5600131.573220173, 0.001),
        ("EPSG:4647", 32546166.6063654, 5586643.715418744, 0.001),
        ("EPSG:31467", 3546259.238161306, 5588439.77631578, 3.0),
        ("EPSG:31468", 4333136.784783533, 5590874.397287985, 3.0),
        ("EPSG:3857", 1074233.08615509, 6521079.995501251, 0.001),
        ("EPSG:4326", *NEUHOF, 0.0),
    ],
)
def test_a_place_in_each_system(code: str, first: float, second: float, within: float) -> None:
    turn = to_degrees(code)
    assert turn is not None
    assert metres_apart(turn(first, second), NEUHOF) <= within
    if code != "EPSG:3857":  # its two numbers are alike
        assert metres_apart(turn(second, first), NEUHOF) <= within


def test_an_unknown_system_is_said_to_be_none() -> None:
    assert to_degrees("EPSG:27700") is None
    assert to_degrees("") is None


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_mercator_there_and_back(longitude: float, latitude: float) -> None:
    turn = to_degrees("EPSG:3857")
    assert turn is not None
    assert turn(*to_mercator(longitude, latitude)) == pytest.approx((longitude, latitude), abs=1e-9)


@given(
    st.sampled_from(["EPSG:25832", "EPSG:31467", "EPSG:3857", "EPSG:4326"]),
    st.floats(-1e12, 1e12),
    st.floats(-1e12, 1e12),
)
def test_no_position_is_an_error(code: str, first: float, second: float) -> None:
    turn = to_degrees(code)
    assert turn is not None
    assert all(map(math.isfinite, turn(first, second)))
