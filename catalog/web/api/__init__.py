"""The addresses for machines: a module is found if it has ``ROUTES``."""
