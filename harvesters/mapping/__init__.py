"""What readers share: a native record taken apart field by field, and what its values become."""
