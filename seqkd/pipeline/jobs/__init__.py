"""What surrounds a job: its context and state, locks, workers, resources, disk errors."""
