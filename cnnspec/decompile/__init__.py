"""A graph back to a document."""
