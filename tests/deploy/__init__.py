"""Tests of what a machine is told to run: the image and the compose file, read and not started."""
