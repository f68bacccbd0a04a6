"""SQL of the floor and of the metrics."""
