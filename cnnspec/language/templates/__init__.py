"""Templates for new specs."""
