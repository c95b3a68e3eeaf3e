"""Measurements against named peers, run by ``scripts/bench``; a plain test run leaves them out."""
