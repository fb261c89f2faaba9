"""Accessibility of PDFs in tests: the veraPDF validator where Java is found, a structural check everywhere."""
