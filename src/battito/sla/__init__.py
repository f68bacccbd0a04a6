"""Promises: targets for first response, next response and resolution, measured, warned of and escalated."""
