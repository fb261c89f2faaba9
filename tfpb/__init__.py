"""What landlords do in exchange for the abatement of property tax."""
