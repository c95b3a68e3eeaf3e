"""Availability of the addresses at which datasets can be had: asked politely, kept, told."""
