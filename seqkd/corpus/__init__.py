"""Where text comes from, cleaning, splitting."""
