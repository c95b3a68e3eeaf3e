"""One run from its lease to its end: staged, planned, guarded, published, reported, taken back."""
