"""What engines behind different ports need, so that they need not know one another."""
