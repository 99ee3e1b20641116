mod totals_open_lists;
