"""The catalogue over HTTP: pages for people, addresses for machines."""
