"""Reports as HTML, PDF and Word: one document, three writers."""
