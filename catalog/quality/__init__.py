"""The score of metadata quality: of each dataset, and over sources, municipalities and the region, through time."""
