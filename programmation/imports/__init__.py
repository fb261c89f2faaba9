"""Spreadsheets of files that come from elsewhere: what their columns say, line by line, before anything is written."""
