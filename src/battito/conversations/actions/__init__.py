"""What can be done with conversations, one module per verb or family of verbs."""
