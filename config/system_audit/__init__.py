"""The gaps that Lockstep finds in its own set-up and data: counted from rows, with cost, owner and where each is mended."""
