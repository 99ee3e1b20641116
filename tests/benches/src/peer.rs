//! The peer: the same tasks in plain SQLite, unencrypted, searched by a join with FTS5 as its documentation shows.

use crate::Failure;
use chidao_domain::text::{collation_key, fold};
use chidao_ledger::generate::Generator;
use rusqlite::{Connection, params};
use serde_json::Value;
use std::path::Path;

/// The tasks of a seed in a table with its indexes, and their folded texts in FTS5.
pub fn open(path: &Path, tasks: u32, seed: u64) -> Result<Connection, Failure> {
    let known = path.exists();
    let connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;")?;
    if known {
        return Ok(connection);
    }
    connection.execute_batch(
        "CREATE TABLE task (id INTEGER PRIMARY KEY, code TEXT, code_key BLOB, content TEXT, content_key BLOB, folded TEXT,
           assigner TEXT, document_number TEXT, lead TEXT, responsible TEXT, kind TEXT, status TEXT, percent INTEGER,
           assigned_on TEXT, deadline TEXT);
         CREATE INDEX task_lead ON task (lead, status);
         CREATE INDEX task_deadline ON task (deadline, code_key);
         CREATE INDEX task_code ON task (code_key);
         CREATE INDEX task_content ON task (content_key);
         CREATE VIRTUAL TABLE words USING fts5 (folded, content = 'task', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 0');",
    )?;
    let mut generator = Generator::new(seed);
    let tx = connection.unchecked_transaction()?;
    for id in 1..=tasks {
        let wish = generator.task();
        let field = |name: &str| wish.set.iter().find(|(field, _)| field == name).map(|(_, value)| value);
        let text = |name: &str| field(name).and_then(Value::as_str).unwrap_or_default();
        let status = field("opening_status")
            .and_then(|step| step.get("status"))
            .and_then(Value::as_str);
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
            "INSERT INTO task VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
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
        ])?;
        tx.prepare_cached("INSERT INTO words (rowid, folded) VALUES (?1, ?2)")?
            .execute(params![id, folded])?;
    }
    tx.execute_batch("INSERT INTO words (words) VALUES ('optimize'); ANALYZE;")?;
    tx.commit()?;
    Ok(connection)
}

/// The first page of a list, in an order of one of its columns; answers how many rows it has.
pub fn first_page(
    connection: &Connection,
    search: &str,
    filters: Option<(&str, &str)>,
    order: &str,
) -> Result<usize, Failure> {
    let words: Vec<String> = search.split(' ').map(|word| format!("\"{word}\"")).collect();
    let asked = format!("{}*", words.join(" "));
    let (lead, status) = filters.unwrap_or_default();
    let condition = if filters.is_some() {
        "AND task.lead = ?2 AND task.status = ?3"
    } else {
        "AND ?2 = '' AND ?3 = ''"
    };
    let sql = format!(
        "SELECT task.* FROM words JOIN task ON task.id = words.rowid WHERE words MATCH ?1 {condition} ORDER BY {order} LIMIT 100"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![asked, lead, status])?;
    let mut found = 0;
    while let Some(row) = rows.next()? {
        let content: String = row.get("content")?;
        found += usize::from(!content.is_empty());
    }
    Ok(found)
}
