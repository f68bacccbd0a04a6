"""The HTTP side: requests in their context, problems as problem+json, static files, the live socket."""
