"""Forgetting a person: everything kept is freed of a text, a keyed hash keeps it from coming back, and it is proven."""

# A file of data/ that is written anew with each forgetting: servers start their workers anew, which hold ready pages.
STAMP = "forgotten.stamp"
