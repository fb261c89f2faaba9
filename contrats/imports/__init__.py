"""Spreadsheets that people send about a contract: reading them, checking them line by line."""
