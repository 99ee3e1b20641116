mod drafts;
mod history;
mod totals_open_lists;
