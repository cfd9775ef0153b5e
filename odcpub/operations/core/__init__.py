"""What every operation is made of: commands, steps and what they find out, the ledger, the codec."""
