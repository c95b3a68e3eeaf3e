"""Forgetting a person: everything kept is freed of a text, a keyed hash keeps it from coming back, and it is proven."""
