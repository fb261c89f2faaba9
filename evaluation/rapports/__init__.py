"""Documents built from readings: their sections, their spreadsheets."""
