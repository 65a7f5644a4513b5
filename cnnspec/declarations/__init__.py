"""What a declared kind is: its arguments, their types, and what is said of it."""
