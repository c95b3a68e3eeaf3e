"""The interfaces of the Open Geospatial Consortium: capabilities in XML, and the OGC APIs in JSON, taken apart."""
