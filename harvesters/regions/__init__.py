"""The region folders that `allmende init` and `allmende demo` copy, and the server behind the demo's sources."""
