mod drafts;
mod history;
mod own_inspections;
mod totals_open_lists;
