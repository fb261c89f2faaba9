"""Pages of the programming."""
