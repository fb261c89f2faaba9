"""What pages, API, spreadsheets and PDFs read of the contract; one module per reading."""
