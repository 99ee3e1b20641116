mod drafts;
mod history;
mod outgoing;
mod own_inspections;
mod totals_open_lists;
