"""RSS and Atom: feeds cut into entries with plain names for their parts, moments, GeoRSS."""
