-- Format 1 of the store. The truth is in `channel`, `device`, `feed`, `run` and `loose_value` with the detached values
-- in `change`; every other table is derived from them and can be rebuilt (`check` does).

CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;

-- Words of kinds and fields, as small numbers.
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
-- Kinds of notices, by which every write asks what is believed no longer: numbered first, for `record_notice`.
INSERT INTO word (id, text) VALUES (1, 'revocation'), (2, 'retirement');

CREATE TABLE channel (
  id INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  charter TEXT NOT NULL,
  sig TEXT NOT NULL,
  -- Largest hybrid-logical time applied.
  t INTEGER NOT NULL DEFAULT 0,
  c INTEGER NOT NULL DEFAULT 0,
  state_sum BLOB NOT NULL
) STRICT;

CREATE TABLE device (
  id INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE,
  unit BLOB NOT NULL,
  name TEXT NOT NULL,
  signing TEXT NOT NULL,
  age TEXT NOT NULL,
  certificate TEXT NOT NULL,
  sig TEXT NOT NULL
) STRICT;

CREATE TABLE feed (
  id INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE,
  channel INTEGER NOT NULL REFERENCES channel,
  device INTEGER NOT NULL REFERENCES device,
  epoch INTEGER NOT NULL,
  side TEXT NOT NULL,
  -- A branch (ENTRY.md, section 8) continues another row at line `from_n`; its key is that of its first line, `root` that
  -- of the header. Where nothing forked, a feed is one row, and `root` is its key.
  root BLOB NOT NULL,
  of INTEGER REFERENCES feed,
  from_n INTEGER NOT NULL DEFAULT 0,
  -- Written on this machine, not received.
  here INTEGER NOT NULL DEFAULT 0,
  received_n INTEGER NOT NULL,
  received_hash BLOB NOT NULL,
  -- −1 until the header counts as seen, then the last entry applied.
  applied_n INTEGER NOT NULL,
  checkpoint TEXT,
  checkpoint_sig TEXT,
  checkpoint_n INTEGER
) STRICT;
CREATE INDEX feed_channel ON feed (channel);
CREATE INDEX feed_root ON feed (root);

-- Entries of a feed beyond line `n` are quarantined: all of them, or those judged by one version of the rules.
CREATE TABLE cut (
  feed INTEGER NOT NULL REFERENCES feed, rules INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (feed, rules)
) STRICT, WITHOUT ROWID;

-- Devices that a standing revocation of a channel names.
CREATE TABLE revoked (channel INTEGER NOT NULL, device BLOB NOT NULL, PRIMARY KEY (channel, device)) STRICT, WITHOUT ROWID;

-- Lines as they came, compressed, in runs.
CREATE TABLE run (
  feed INTEGER NOT NULL REFERENCES feed,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  hash BLOB NOT NULL,
  lines BLOB NOT NULL,
  PRIMARY KEY (feed, first)
) STRICT, WITHOUT ROWID;

-- Ranges that arrived before the lines they follow.
CREATE TABLE early (
  channel BLOB NOT NULL,
  feed BLOB NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  before BLOB NOT NULL,
  -- Hash of the last line.
  hash BLOB NOT NULL,
  lines BLOB NOT NULL,
  checkpoint TEXT NOT NULL,
  checkpoint_sig TEXT NOT NULL,
  PRIMARY KEY (feed, first, hash)
) STRICT, WITHOUT ROWID;

-- Detached values whose change has not been applied yet.
CREATE TABLE loose_value (hash BLOB PRIMARY KEY, salt BLOB NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- What each feed's author knows of every other feed, and since which of its own entries it has known of it at all.
CREATE TABLE past (
  feed INTEGER NOT NULL, other INTEGER NOT NULL, n INTEGER NOT NULL, since INTEGER NOT NULL,
  PRIMARY KEY (feed, other)
) STRICT, WITHOUT ROWID;

-- How far each device of another unit, or sibling, has each feed: its word, from its last bundle.
CREATE TABLE acknowledged (
  device INTEGER NOT NULL REFERENCES device, feed INTEGER NOT NULL REFERENCES feed,
  n INTEGER NOT NULL, hash BLOB NOT NULL, at TEXT NOT NULL, epoch INTEGER NOT NULL,
  PRIMARY KEY (device, feed)
) STRICT, WITHOUT ROWID;

-- Lines for which a feed's device was heard to vouch: after them its feed can be cut when it is passed on.
CREATE TABLE vouched (
  feed BLOB NOT NULL, n INTEGER NOT NULL, hash BLOB NOT NULL, text TEXT NOT NULL, sig TEXT NOT NULL,
  PRIMARY KEY (feed, n, hash)
) STRICT, WITHOUT ROWID;

-- Contents that a device of another unit, or a sibling, lacks: its word, from its last bundle.
CREATE TABLE asked (
  device INTEGER NOT NULL REFERENCES device, channel INTEGER NOT NULL REFERENCES channel, hash BLOB NOT NULL,
  PRIMARY KEY (device, channel, hash)
) STRICT, WITHOUT ROWID;

-- Records. A made one is known by (feed, n, item); one that belongs to a unit by its key as text, with feed 0.
CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  channel INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  feed INTEGER NOT NULL,
  n INTEGER NOT NULL,
  k INTEGER NOT NULL,
  owned TEXT
) STRICT;
CREATE UNIQUE INDEX record_made ON record (feed, n, k, kind) WHERE owned IS NULL;
CREATE UNIQUE INDEX record_owned ON record (channel, kind, owned) WHERE owned IS NOT NULL;
CREATE INDEX record_notice ON record (channel) WHERE kind <= 2;
CREATE INDEX record_kind ON record (kind);

-- Every change. state: 0 head, 1 superseded, 2 quarantined, 3 deferred.
CREATE TABLE change (
  record INTEGER NOT NULL,
  field INTEGER NOT NULL,
  feed INTEGER NOT NULL,
  n INTEGER NOT NULL,
  k INTEGER NOT NULL,
  state INTEGER NOT NULL,
  t INTEGER NOT NULL,
  c INTEGER NOT NULL,
  -- JSON text of the value; null while a detached one is missing or erased.
  value TEXT,
  hash BLOB,
  salt BLOB,
  reason TEXT,
  PRIMARY KEY (record, field, feed, n, k)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_place ON change (feed, n, k);
CREATE INDEX change_missing ON change (hash) WHERE hash IS NOT NULL AND value IS NULL;
CREATE INDEX change_quarantined ON change (feed, n, k) WHERE state >= 2;

-- Which record names which: (named, field of the one that names, the one that names). From the values shown.
CREATE TABLE link (
  target INTEGER NOT NULL, field INTEGER NOT NULL, source INTEGER NOT NULL,
  PRIMARY KEY (target, field, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_source ON link (source, field);

-- Cells with several differing heads.
CREATE TABLE conflict (
  record INTEGER NOT NULL, field INTEGER NOT NULL,
  PRIMARY KEY (record, field)
) STRICT, WITHOUT ROWID;

-- Bytes of attachments, stored once by content, in pieces, in the same transaction as the entry that names them.
CREATE TABLE blob (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, size INTEGER NOT NULL) STRICT;
CREATE TABLE blob_piece (
  blob INTEGER NOT NULL REFERENCES blob ON DELETE CASCADE, i INTEGER NOT NULL, bytes BLOB NOT NULL,
  UNIQUE (blob, i)
) STRICT;
-- The channels through which a content came or was attached here: it is served in no other.
CREATE TABLE blob_channel (
  blob INTEGER NOT NULL REFERENCES blob ON DELETE CASCADE, channel INTEGER NOT NULL,
  PRIMARY KEY (blob, channel)
) STRICT, WITHOUT ROWID;

-- Local to this machine, never sent: journal of bundles, drafts, settings, units known.
CREATE TABLE journal (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, outcome TEXT NOT NULL, outgoing INTEGER NOT NULL,
  unit BLOB, manifest BLOB, line TEXT NOT NULL
) STRICT;
CREATE INDEX journal_manifest ON journal (manifest);
CREATE TABLE draft (name TEXT PRIMARY KEY, text TEXT NOT NULL, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- Files handed over for what a draft is about, under the tokens by which it names them.
CREATE TABLE draft_file (
  draft TEXT NOT NULL REFERENCES draft ON DELETE CASCADE, token TEXT NOT NULL,
  blob INTEGER NOT NULL REFERENCES blob ON DELETE CASCADE, name TEXT NOT NULL,
  PRIMARY KEY (draft, token)
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_file_token ON draft_file (token);
CREATE INDEX draft_file_blob ON draft_file (blob);
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE incident (id INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, line TEXT NOT NULL) STRICT;
