"""From the sender's columns to our contracts: one module a kind of delivery."""
