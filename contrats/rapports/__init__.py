"""Documents that the contract prints."""
