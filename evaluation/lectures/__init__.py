"""What people read of the evaluation: reinforced actions, and the annual synthesis that composes every app."""
