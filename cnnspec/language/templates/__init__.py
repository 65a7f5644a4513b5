"""First specs to start from."""
