"""Template filters of the programming."""
