"""REST API of the programming."""
