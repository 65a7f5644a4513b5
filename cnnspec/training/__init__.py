"""Training: from the columns of a data source to a run folder."""
