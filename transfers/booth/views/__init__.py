"""What hosts, devices and guests see of booths."""
