"""Pages of a town's site: links to data, what surrounds them, datasets described for machines."""
