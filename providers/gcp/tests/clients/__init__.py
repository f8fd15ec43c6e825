"""The drivers by themselves: against Google's emulators, and against models behind one door, as one or another."""
