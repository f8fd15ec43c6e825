"""What GitHub sends, and who may send it. Knows nothing of what is done with it."""
