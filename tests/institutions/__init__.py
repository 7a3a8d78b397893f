"""The institutions service: its rules alone, and its promises over HTTP on a real database."""
