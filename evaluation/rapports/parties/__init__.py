"""The parts of the annual synthesis, one module per subject; each function turns the snapshot into one `Section`."""
