"""Reading the floor and the metrics."""
