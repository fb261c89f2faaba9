"""Home, my tasks, composed pages."""
