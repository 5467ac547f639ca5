"""Every finding, provoked: a folder for each code with the file that provokes it and the exact words it is told in."""
