"""The experiment as a graph of steps, and the code that each step runs."""
