-- The register of tasks. Derived: `check` and a rebuild make it anew.

CREATE TABLE task (
  -- Tasks are numbered from 0 without holes: the place in the columns and in the bits of a word.
  slot INTEGER PRIMARY KEY,
  record INTEGER NOT NULL UNIQUE,
  channel INTEGER NOT NULL,
  code TEXT NOT NULL COLLATE NOCASE,
  kind INTEGER NOT NULL,
  content TEXT NOT NULL,
  product TEXT NOT NULL,
  assigner TEXT NOT NULL,
  document_number TEXT NOT NULL,
  lead TEXT NOT NULL,
  responsible TEXT NOT NULL,
  field_of_work TEXT NOT NULL,
  -- Days are counted from 0001-01-01, which is day 1.
  assigned_on INTEGER,
  original_deadline INTEGER,
  deadline INTEGER,
  child INTEGER NOT NULL,
  standing INTEGER NOT NULL,
  completed_on INTEGER,
  percent INTEGER NOT NULL,
  percent_words TEXT NOT NULL,
  reported INTEGER,
  updated INTEGER NOT NULL,
  on_province_system INTEGER NOT NULL,
  attachments INTEGER NOT NULL,
  conflicts INTEGER NOT NULL,
  several_reports INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  province_code TEXT NOT NULL,
  status INTEGER NOT NULL,
  -- What a list needs to know of a task beside its values, so that it looks into no other table. Where it was made, unless
  -- it is named for a unit.
  made_feed INTEGER,
  made_n INTEGER,
  made_k INTEGER,
  -- For each feed the last entry that stands in it or in what names it: pairs of eight bytes each.
  ends BLOB NOT NULL
) STRICT;
CREATE INDEX task_code ON task (code);

-- One chunk of one column: id = column * 2^32 + chunk.
CREATE TABLE task_column (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;

-- Where a word stands: for each chunk of tasks, its bits.
CREATE TABLE task_word (
  segment INTEGER NOT NULL, word TEXT NOT NULL, chunk INTEGER NOT NULL, bits BLOB NOT NULL,
  PRIMARY KEY (segment, word, chunk)
) STRICT, WITHOUT ROWID;

-- Names that many tasks share, as small numbers.
CREATE TABLE task_label (
  id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL, sort BLOB NOT NULL,
  UNIQUE (kind, text)
) STRICT;

-- Codes and contents in the Vietnamese order: the greater the place, the later.
CREATE TABLE task_order (
  which INTEGER NOT NULL, key BLOB NOT NULL, slot INTEGER NOT NULL, place INTEGER NOT NULL,
  PRIMARY KEY (which, key, slot)
) STRICT, WITHOUT ROWID;
