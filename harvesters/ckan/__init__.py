"""CKAN's and DKAN's answers, lists and packages."""
