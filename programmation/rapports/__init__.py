"""Printed documents of the programming: each part has its module."""
