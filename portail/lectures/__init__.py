"""What the home page reads."""
