"""Pages of a contract: what it says, its people, the invitations that open accounts."""
