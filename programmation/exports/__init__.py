"""Spreadsheets that leave the house."""
