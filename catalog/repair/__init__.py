"""What a record lacks, what it costs in points, and what can be said of it: proposals with evidence, which a steward accepts."""
