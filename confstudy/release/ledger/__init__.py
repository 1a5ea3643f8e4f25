"""What was released, to whom it belongs, in a chain that shows every change."""
