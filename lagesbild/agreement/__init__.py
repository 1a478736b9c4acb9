"""What people decide and write: the registers that the two organisations keep."""
