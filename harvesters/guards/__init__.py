"""The guards on every request, one rule per module; Scrapy (middlewares.py) and fetch.py both go by them."""
