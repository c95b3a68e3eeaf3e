"""DCAT out of SPARQL endpoints: which queries are asked, and what their answers hold."""
