mod drafts;
mod history;
mod judged;
mod long_work;
mod outgoing;
mod own_inspections;
mod totals_open_lists;
