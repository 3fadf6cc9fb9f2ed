"""Charts: from small tables to what the pages show."""
