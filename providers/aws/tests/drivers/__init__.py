"""The drivers, against ministack and the models of what ministack does wrongly."""
