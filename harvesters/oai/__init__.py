"""OAI-PMH 2.0: what an answer says, which format is best, and what its records hold."""
