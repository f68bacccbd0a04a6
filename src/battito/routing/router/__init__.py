"""The live router: keeps an engine per workspace, feeds it with what the database says, and carries its decisions out."""
