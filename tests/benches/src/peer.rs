//! The peer: the same tasks in one table of plain SQLite with its indexes, searched by a join with FTS5 as its
//! documentation shows. Without encryption, and encrypted as ours is.

use crate::Failure;
use chidao_domain::text::{collation_key, fold};
use chidao_ledger::generate::Generator;
use rusqlite::{Connection, params, params_from_iter};
use serde_json::Value;
use std::path::Path;

/// A table of tasks.
pub struct Peer {
    connection: Connection,
}

/// By what a page is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Deadline, those without one last, then code.
    Deadline,
    /// Code.
    Code,
    /// Content, in the Vietnamese order.
    Content,
}

impl Order {
    fn columns(self) -> &'static str {
        match self {
            Order::Deadline => "deadline IS NULL, deadline, code_key",
            Order::Code => "code_key",
            Order::Content => "content_key, code_key",
        }
    }
}

/// A key, so that SQLCipher encrypts without deriving one from a passphrase: as ours.
const KEY: &str = "x'2dd29ca851e7b56e4697b0e1f08507293d761a05ce4d1b628663f411a8086d99'";

impl Peer {
    /// The tasks of a seed; those that are there already are used again.
    pub fn open(path: &Path, encrypted: bool, tasks: u32, seed: u64) -> Result<Peer, Failure> {
        let known = path.exists();
        let connection = Connection::open(path)?;
        if encrypted {
            connection.pragma_update(None, "key", KEY)?;
        }
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536;",
        )?;
        connection.set_prepared_statement_cache_capacity(64);
        if !known {
            fill(&connection, tasks, seed)?;
        }
        Ok(Peer { connection })
    }

    /// A page of the list; answers how many rows it has.
    pub fn page(
        &self,
        search: &str,
        filters: Option<(&str, &str)>,
        order: Order,
        offset: u32,
    ) -> Result<usize, Failure> {
        let mut conditions = Vec::new();
        let mut values: Vec<String> = Vec::new();
        let from = if search.is_empty() {
            "task"
        } else {
            let words: Vec<String> = search.split(' ').map(|word| format!("\"{word}\"")).collect();
            values.push(format!("{}*", words.join(" ")));
            conditions.push("words MATCH ?");
            "words JOIN task ON task.id = words.rowid"
        };
        if let Some((lead, status)) = filters {
            conditions.push("task.lead = ? AND task.status = ?");
            values.extend([lead.to_owned(), status.to_owned()]);
        }
        let condition = if conditions.is_empty() {
            "1".to_owned()
        } else {
            conditions.join(" AND ")
        };
        let sql = format!(
            "SELECT task.* FROM {from} WHERE {condition} ORDER BY {} LIMIT 100 OFFSET {offset}",
            order.columns()
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut found = 0;
        while let Some(row) = rows.next()? {
            let content: String = row.get("content")?;
            found += usize::from(!content.is_empty());
        }
        Ok(found)
    }

    /// The page after a code, sorted by code.
    pub fn page_after(&self, code: &str) -> Result<usize, Failure> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT * FROM task WHERE code_key > ?1 ORDER BY code_key LIMIT 100")?;
        let mut rows = statement.query([collation_key(code)])?;
        let mut found = 0;
        while let Some(row) = rows.next()? {
            let content: String = row.get("content")?;
            found += usize::from(!content.is_empty());
        }
        Ok(found)
    }

    /// How many tasks these words find.
    pub fn count(&self, search: &str) -> Result<u32, Failure> {
        let words: Vec<String> = search.split(' ').map(|word| format!("\"{word}\"")).collect();
        Ok(self
            .connection
            .prepare_cached("SELECT count(*) FROM words WHERE words MATCH ?1")?
            .query_row([format!("{}*", words.join(" "))], |row| row.get(0))?)
    }

    /// Totals by lead at a date: all, done, done late, overdue.
    pub fn totals(&self, as_of: &str) -> Result<Vec<(String, [u32; 4])>, Failure> {
        let mut statement = self.connection.prepare_cached(
            "SELECT lead, count(*), sum(done), sum(done AND deadline IS NOT NULL AND completed_on > deadline),
               sum(NOT done AND deadline IS NOT NULL AND deadline < ?1)
             FROM (SELECT lead, deadline, completed_on, status = 'completed' AND completed_on <= ?1 AS done FROM task)
             GROUP BY lead ORDER BY lead",
        )?;
        let rows = statement.query_map([as_of], |row| {
            Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One report in a table of its own, and the percent that the list shows.
    pub fn report(&self, task: u32, percent: u8, note: &str) -> Result<(), Failure> {
        let tx = self.connection.unchecked_transaction()?;
        tx.prepare_cached("INSERT INTO report (task, percent, note) VALUES (?1, ?2, ?3)")?
            .execute(params![task, percent, note])?;
        tx.prepare_cached("UPDATE task SET percent = ?2 WHERE id = ?1")?
            .execute(params![task, percent])?;
        tx.commit()?;
        Ok(())
    }
}

fn fill(connection: &Connection, tasks: u32, seed: u64) -> Result<(), Failure> {
    connection.execute_batch(
        "CREATE TABLE task (id INTEGER PRIMARY KEY, code TEXT, code_key BLOB, content TEXT, content_key BLOB, folded TEXT,
           assigner TEXT, document_number TEXT, lead TEXT, responsible TEXT, kind TEXT, status TEXT, percent INTEGER,
           assigned_on TEXT, deadline TEXT, completed_on TEXT);
         CREATE TABLE report (id INTEGER PRIMARY KEY, task INTEGER NOT NULL, percent INTEGER, note TEXT);
         CREATE INDEX report_task ON report (task);
         CREATE INDEX task_lead ON task (lead, status);
         CREATE INDEX task_deadline ON task (deadline IS NULL, deadline, code_key);
         CREATE INDEX task_code ON task (code_key);
         CREATE INDEX task_content ON task (content_key, code_key);
         CREATE VIRTUAL TABLE words USING fts5 (folded, content = 'task', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 0');",
    )?;
    let mut generator = Generator::new(seed);
    let tx = connection.unchecked_transaction()?;
    for id in 1..=tasks {
        let wish = generator.task();
        let field = |name: &str| wish.set.iter().find(|(field, _)| field == name).map(|(_, value)| value);
        let text = |name: &str| field(name).and_then(Value::as_str).unwrap_or_default();
        let opening = |name: &str| {
            field("opening_status")
                .and_then(|step| step.get(name))
                .and_then(Value::as_str)
        };
        let status = opening("status");
        let searched = [
            text("content"),
            text("code"),
            text("document_number"),
            text("lead"),
            text("assigner"),
            text("responsible"),
            text("product"),
        ]
        .join("\n");
        let folded = fold(&searched);
        tx.prepare_cached(
            "INSERT INTO task VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            id,
            text("code"),
            collation_key(text("code")),
            text("content"),
            collation_key(text("content")),
            folded,
            text("assigner"),
            text("document_number"),
            text("lead"),
            text("responsible"),
            text("kind"),
            status,
            field("opening_percent").and_then(Value::as_i64),
            text("assigned_on"),
            field("deadline").and_then(Value::as_str),
            opening("on").filter(|_| status == Some("completed")),
        ])?;
        tx.prepare_cached("INSERT INTO words (rowid, folded) VALUES (?1, ?2)")?
            .execute(params![id, folded])?;
    }
    tx.execute_batch("INSERT INTO words (words) VALUES ('optimize'); ANALYZE;")?;
    tx.commit()?;
    Ok(())
}
