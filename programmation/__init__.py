"""Calls for projects: files, requests per funder, envelopes."""
