"""What geo-catalogues' readers and spiders share: metadata documents of ISO 19139, ISO 19115-3 and Dublin Core."""
