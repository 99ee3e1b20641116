mod drafts;
mod totals_open_lists;
