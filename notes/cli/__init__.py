"""The terminal face: one file for each group of commands. It asks, calls operations, and shows; it decides nothing."""
