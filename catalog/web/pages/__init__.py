"""The pages: a module with ``ROUTES`` and its template beside it is one page; the folder is the registry.

Modules without ``ROUTES`` hold what several pages show.
"""
