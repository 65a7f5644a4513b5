"""Files that example specs name."""
