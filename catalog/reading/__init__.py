"""What reading the catalogue is made of: rows as typed objects, documents and words of the index, summaries."""
