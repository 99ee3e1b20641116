//! Spreadsheets in: sheets, headings, rows, and the trouble in each.
