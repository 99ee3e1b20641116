-- The row of the task list: derived from a task's cells, its reports and assessments. Days are counted from 0001-01-01.
CREATE TABLE register (
  record INTEGER PRIMARY KEY,
  channel INTEGER NOT NULL,
  code TEXT NOT NULL, code_key BLOB NOT NULL,
  kind TEXT NOT NULL,
  content TEXT NOT NULL, content_key BLOB NOT NULL,
  fold TEXT NOT NULL,
  assigner TEXT NOT NULL,
  document_number TEXT NOT NULL,
  lead TEXT NOT NULL, lead_key BLOB NOT NULL,
  responsible TEXT NOT NULL,
  field_of_work TEXT NOT NULL,
  assigned_on INTEGER, original_deadline INTEGER, deadline INTEGER,
  status INTEGER NOT NULL, completed_on INTEGER,
  percent INTEGER NOT NULL, percent_words TEXT NOT NULL,
  reported INTEGER, updated INTEGER NOT NULL,
  on_province_system INTEGER NOT NULL,
  attachments INTEGER NOT NULL, conflicts INTEGER NOT NULL, several_reports INTEGER NOT NULL,
  -- Left out of lists and totals: its maker has taken it back.
  deleted INTEGER NOT NULL
) STRICT;
CREATE INDEX register_code ON register (code_key, record);
CREATE INDEX register_deadline ON register (coalesce(deadline, 9999999), record);
CREATE INDEX register_assigned ON register (coalesce(assigned_on, 0), record);
CREATE INDEX register_content ON register (content_key, record);
CREATE INDEX register_lead ON register (lead_key, record);
CREATE INDEX register_status ON register (status, record);
CREATE INDEX register_percent ON register (percent, record);
CREATE INDEX register_updated ON register (updated, record);
CREATE INDEX register_channel ON register (channel, lead);
CREATE INDEX register_named ON register (code COLLATE NOCASE);
CREATE VIRTUAL TABLE register_words USING fts5 (
  fold, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0", prefix = '2 3'
);
