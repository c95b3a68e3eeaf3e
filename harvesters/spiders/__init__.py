"""How to reach it: one module per protocol; Scrapy finds a spider by its ``name``."""
