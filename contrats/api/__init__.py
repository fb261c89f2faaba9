"""REST API of the contract; routes of higher apps stand on `contrats.api.vues` too."""
