"""The citizens' questionnaire: its form, and the answers that come back."""
