"""Reinforced actions, cross-app readings and the reports."""
