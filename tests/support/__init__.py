"""What several test files share: a helper stands here, and nowhere twice."""
