"""Who is assigned to what, who is asked, who answers, and how sensitive questions are put."""
