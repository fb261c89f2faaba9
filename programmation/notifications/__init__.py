"""What leaves the house about files: each part has its module."""
