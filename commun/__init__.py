"""State tables, journal, jobs, files, permissions, PDF, charts, exports: what every app uses, without a trade word."""
