"""Selection of training targets from a teacher's translations."""
