"""The rules of claims against tables that a lawyer can read, and against a second opinion."""
