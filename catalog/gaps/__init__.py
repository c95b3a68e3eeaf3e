"""Which municipality publishes which entry of the Musterdatenkatalog, and what its neighbours have that it has not.

``coverage`` compares the region with the list, ``templates`` makes a neighbour's record into a row to fill in.
"""
