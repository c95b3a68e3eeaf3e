"""What it means: one module per source format, each a pair of pure functions ``native_id`` and ``read``."""
