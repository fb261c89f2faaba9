"""Communes, EPCI, perimeters and their versions, indicators and measures of territories."""
