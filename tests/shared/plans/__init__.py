"""The plan pack that ships, and what stops a bad one."""
