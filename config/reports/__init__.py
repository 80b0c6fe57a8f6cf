"""Reports: questions about a range of days, answered in numbers, each beside the same number of the days before."""
