"""Training data: columns, the values of expressions, and checks, with NumPy alone."""
