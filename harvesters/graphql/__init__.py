"""What a GraphQL source needs before anything is asked: its query, looked over."""
