"""What a teacher knows at the positions of the training set: its most probable words, stored once."""
