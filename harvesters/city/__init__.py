"""Parts of the sources that a smart city runs: context brokers, sensor servers, council information, calendars."""
