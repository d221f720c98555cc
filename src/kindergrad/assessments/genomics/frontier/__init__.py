"""Research: what nobody can do yet."""
