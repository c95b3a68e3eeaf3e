"""Maps: places as boxes, outlines of municipalities, features made few enough, drawings in SVG, tiles of the base map."""
