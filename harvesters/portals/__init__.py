"""What the interfaces of open-data portals share: lists gone through page by page, and records made of their entries."""
