"""What people have here, in their own hands: taking all of it along, and leaving for good."""
