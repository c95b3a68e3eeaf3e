"""A steward's corrections in the store: kept, published at once, set in each run, taken back (DESIGN 3, Steward's decisions)."""
