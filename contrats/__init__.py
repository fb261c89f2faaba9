"""The contract, who may do what in it, its orientations, signatories, commitments, acts, committees and resources."""
