"""Persons' data taken out of readings: names, direct numbers, personal mailboxes."""
