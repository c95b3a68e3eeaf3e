"""What those who harvest our feed would make of it: who takes a record as it is, fills something in, or drops it.

``asking`` fetches as a client does, ``paging`` walks the pages, ``receivers`` holds one module for each who harvests;
``ckan_values``, ``ckan_fields`` and ``ckan_package`` say what CKAN's DCAT parser takes from a page.
"""
