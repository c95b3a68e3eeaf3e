"""Which record is which: across runs, across sources, and whose IRI it is (DESIGN 3, Identity)."""
