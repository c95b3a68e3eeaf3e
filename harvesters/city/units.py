"""Units of measurement by their UN/CEFACT common code (Recommendation 20), as they are written."""

from __future__ import annotations

# Codes and symbols are facts of the recommendation; those that sensors of towns use.
SYMBOLS = {
    "2N": "dB",
    "23": "g/cm³",
    "A24": "cd/m²",
    "A97": "hPa",
    "AMP": "A",
    "ANN": "a",
    "B32": "kg·m²",
    "BAR": "bar",
    "C26": "ms",
    "C62": "1",
    "CEL": "°C",
    "CMT": "cm",
    "D33": "T",
    "D50": "lx",
    "DAY": "d",
    "DD": "°",
    "E34": "GB",
    "FAH": "°F",
    "GP": "mg/m³",
    "GQ": "µg/m³",
    "H79": "Fr",
    "HTZ": "Hz",
    "HUR": "h",
    "JOU": "J",
    "KEL": "K",
    "KGM": "kg",
    "KMH": "km/h",
    "KMT": "km",
    "KWH": "kWh",
    "KWT": "kW",
    "LTR": "l",
    "LUM": "lm",
    "LUX": "lx",
    "M4": "m/s²",
    "MIN": "min",
    "MMT": "mm",
    "MQH": "m³/h",
    "MQS": "m³/s",
    "MTK": "m²",
    "MTQ": "m³",
    "MTR": "m",
    "MTS": "m/s",
    "MWH": "MWh",
    "NTU": "NTU",
    "OHM": "Ω",
    "P1": "%",
    "PAL": "Pa",
    "SEC": "s",
    "SMI": "mi",
    "TNE": "t",
    "VLT": "V",
    "WHR": "Wh",
    "WTT": "W",
}


def shown(code: str) -> str:
    """A code as people read it: ``CEL (°C)``; one of no known symbol, or that is a symbol itself, stays as it is."""
    symbol = SYMBOLS.get(code.strip().upper())
    return f"{code} ({symbol})" if symbol else code


def symbol(code: str) -> str:
    """The sign of a code alone, for the heads of columns; empty for pieces, and what is no code stays as it is."""
    found = SYMBOLS.get(code.strip().upper(), code.strip())
    return "" if found == "1" else found
