"""The twin: a simulation on the live routing engine that answers "what happens if". See docs/planners/twin.md."""
