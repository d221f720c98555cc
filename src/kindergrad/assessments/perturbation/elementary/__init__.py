"""One cause, one step."""
