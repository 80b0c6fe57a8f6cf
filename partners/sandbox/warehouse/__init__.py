"""ACS's warehouse: garments with an RFID each, what the daily file says of them, and the sums that follow from it."""
