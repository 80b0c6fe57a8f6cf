"""The shift hand-over: how the desk stands, drafted from rows, given by one lead and accepted by another."""
