"""The floor and its numbers: what happens now, what happened, who is told when it goes wrong."""
