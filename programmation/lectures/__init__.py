"""What people read of the programming: frozen dataclasses for page, API, spreadsheet and PDF."""
