"""What each code means: a text file for each, with a failing and a passing example."""
