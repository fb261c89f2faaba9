"""Pages of the evaluation: reports, the table of all means, the catalogue of funded actions."""
