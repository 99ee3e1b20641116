//! What the ledger holds: the kinds of records, their fields, and whose each field is. One table, for ever.
//!
//! A field is never taken away and never changes its meaning; new ones are added with a new
//! [rules version](RULES_VERSION). The same table judges what a person writes here and what a bundle brings.

use crate::ids::{FeedId, Hash};
use crate::status::{ChildStatus, Standing};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version of this table and of [`crate::authority`]. An entry names the version by which it is judged for ever.
pub const RULES_VERSION: u32 = 1;

/// Who may set a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The parent of the channel.
    Parent,
    /// The child of the channel.
    Child,
    /// The side that made the record.
    Creator,
    /// The entry that made the record, and nothing afterwards.
    Once,
    /// Both sides; concurrent values stand side by side.
    Either,
}

/// Who may make a record of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// The parent of the channel.
    Parent,
    /// The child of the channel.
    Child,
    /// Both sides.
    Either,
    /// Nobody makes it: its id says to which unit it belongs, and that unit's side writes it.
    Owner,
}

/// The form of a field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text of at most this many characters.
    Text(usize),
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A whole number between these, both included.
    Number(i64, i64),
    /// True or false.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A record of this kind, `kind:key` or `@i` for the record that item `i` of the same entry makes.
    Record(&'static str),
    /// A list of records of this kind.
    Records(&'static str),
    /// `{"name", "title"}`.
    Person,
    /// A list of `{"name", "title"}`.
    Persons,
    /// A list of texts.
    Texts,
    /// `{"status", "on"}`: one step of the child.
    ChildStep,
    /// `{"standing", "on", "document"}`: one step of the parent.
    ParentStep,
    /// A list of positions of changes.
    Positions,
    /// A list of lines of feeds: `[feed, number, hash]`.
    Cuts,
}

/// One field of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its word.
    pub name: &'static str,
    /// The form of its value.
    pub form: Form,
    /// Whose it is.
    pub owner: Owner,
    /// Free text and what concerns persons lies beside the line and can be erased; the line carries a hash.
    pub detached: bool,
}

/// One kind of record.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its word.
    pub name: &'static str,
    /// Who may make one.
    pub maker: Maker,
    /// Its fields, in the order of forms.
    pub fields: &'static [Field],
}

const fn inline(name: &'static str, form: Form, owner: Owner) -> Field {
    Field {
        name,
        form,
        owner,
        detached: false,
    }
}

const fn detached(name: &'static str, form: Form, owner: Owner) -> Field {
    Field {
        name,
        form,
        owner,
        detached: true,
    }
}

use Form::*;
use Owner::*;

const TASK: &[Field] = &[
    inline("code", Text(40), Creator),
    inline("province_code", Text(60), Owner::Parent),
    inline("kind", Word(&["task", "conclusion", "instruction", "ad_hoc"]), Creator),
    inline("on_province_system", Flag, Creator),
    inline("directive", Record("directive"), Creator),
    inline("document_number", Text(80), Creator),
    inline("assigner", Text(200), Creator),
    inline("assigned_on", Date, Creator),
    detached("content", Text(20_000), Creator),
    detached("product", Text(4_000), Creator),
    inline("field_of_work", Text(120), Creator),
    inline("priority", Word(&["urgent", "high", "normal"]), Creator),
    inline("original_deadline", Date, Once),
    inline("deadline", Date, Creator),
    inline("deadline_words", Text(200), Creator),
    inline("lead", Text(200), Either),
    inline("coordinating", Texts, Either),
    detached("responsible", Text(200), Owner::Child),
    detached("follower", Text(200), Owner::Child),
    inline("received_on", Date, Owner::Child),
    inline("status", ChildStep, Owner::Child),
    inline("standing", ParentStep, Owner::Parent),
    inline("opening_status", ChildStep, Once),
    inline("opening_percent", Number(0, 100), Once),
    detached("result", Text(20_000), Once),
    detached("difficulty", Text(20_000), Once),
    detached("note", Text(20_000), Creator),
    detached("unit_note", Text(20_000), Owner::Child),
    inline("highlighted", Flag, Either),
    detached("deleted", Text(2_000), Creator),
];

/// Every kind of record.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "unit",
        maker: Maker::Owner,
        fields: &[
            inline("name", Text(200), Creator),
            inline("short_name", Text(80), Creator),
            inline("code", Text(35), Creator),
            inline("kind", Text(40), Creator),
            inline("parent", Text(60), Creator),
            inline("order", Number(0, 100_000), Creator),
            inline("valid_from", Date, Creator),
            inline("valid_to", Date, Creator),
            inline("successors", Texts, Creator),
        ],
    },
    Kind {
        name: "person",
        maker: Maker::Owner,
        fields: &[
            detached("name", Text(120), Creator),
            detached("title", Text(200), Creator),
            detached("contact", Text(400), Creator),
        ],
    },
    Kind {
        name: "directive",
        maker: Maker::Either,
        fields: &[
            inline("number", Text(80), Creator),
            inline("kind", Text(40), Creator),
            inline("issued_on", Date, Creator),
            inline("issuer", Text(200), Creator),
            detached("signer", Person, Creator),
            detached("abstract", Text(4_000), Creator),
            inline(
                "urgency",
                Word(&["express", "very_urgent", "urgent", "normal"]),
                Creator,
            ),
            inline("without_tasks", Flag, Creator),
            detached("deleted", Text(2_000), Creator),
        ],
    },
    Kind {
        name: "task",
        maker: Maker::Either,
        fields: TASK,
    },
    Kind {
        name: "report",
        maker: Maker::Child,
        fields: &[
            inline("task", Record("task"), Once),
            inline("follows", Records("report"), Once),
            inline("percent", Number(0, 100), Once),
            detached("percent_words", Text(200), Once),
            detached("note", Text(20_000), Once),
            detached("difficulty", Text(20_000), Once),
            detached("product", Text(400), Once),
            inline("done_on", Date, Once),
            detached("retracted", Text(2_000), Creator),
        ],
    },
    Kind {
        name: "assessment",
        maker: Maker::Parent,
        fields: &[
            inline("task", Record("task"), Once),
            inline("of", Positions, Once),
            inline("verdict", Word(&["accepted", "returned"]), Once),
            detached("reason", Text(4_000), Once),
            detached("retracted", Text(2_000), Creator),
        ],
    },
    Kind {
        name: "extension",
        maker: Maker::Child,
        fields: &[
            inline("task", Record("task"), Once),
            inline("deadline", Date, Once),
            detached("reason", Text(4_000), Once),
            inline("document", Text(80), Once),
            inline("asked_on", Date, Once),
            detached("retracted", Text(2_000), Creator),
        ],
    },
    Kind {
        name: "extension_decision",
        maker: Maker::Parent,
        fields: &[
            inline("extension", Record("extension"), Once),
            inline("verdict", Word(&["approved", "rejected", "counter_proposed"]), Once),
            inline("deadline", Date, Once),
            detached("reason", Text(4_000), Once),
            inline("document", Text(80), Once),
            detached("retracted", Text(2_000), Creator),
        ],
    },
    Kind {
        name: "reminder",
        maker: Maker::Parent,
        fields: &[
            inline("tasks", Records("task"), Once),
            inline("manner", Text(80), Once),
            inline("document", Text(80), Once),
            inline("on", Date, Once),
            inline("answer_by", Date, Once),
            detached("text", Text(20_000), Once),
            detached("answer", Text(20_000), Owner::Child),
            detached("retracted", Text(2_000), Creator),
        ],
    },
    Kind {
        name: "inspection",
        maker: Maker::Parent,
        fields: &[
            inline("code", Text(40), Once),
            inline("title", Text(400), Creator),
            inline("held_on", Date, Creator),
            inline("day_part", Word(&["day", "morning", "afternoon"]), Creator),
            inline("sending_body", Text(200), Creator),
            detached("place", Text(400), Creator),
            detached("head", Person, Creator),
            detached("members", Persons, Creator),
            detached("local_side", Persons, Creator),
            inline("period_from", Date, Creator),
            inline("period_to", Date, Creator),
            inline("tasks", Records("task"), Creator),
            detached("evaluation", Text(20_000), Creator),
            detached("self_assessment", Text(20_000), Owner::Child),
            inline("closed_on", Date, Creator),
            detached("deleted", Text(2_000), Creator),
        ],
    },
    Kind {
        name: "finding",
        maker: Maker::Parent,
        fields: &[
            inline("inspection", Record("inspection"), Once),
            inline("task", Record("task"), Once),
            inline("follows", Records("finding"), Once),
            inline("reported_percent", Number(0, 100), Once),
            inline("found_percent", Number(0, 100), Once),
            detached("note", Text(20_000), Once),
            inline("agreed", Flag, Once),
            detached("objection", Text(4_000), Once),
            inline("negative", Flag, Once),
            detached("nature", Text(4_000), Once),
            detached("degree", Text(4_000), Once),
            detached("cause", Text(4_000), Once),
            detached("responsibility", Text(4_000), Once),
            inline("keeps", Records("attachment"), Once),
            detached("retracted", Text(2_000), Creator),
        ],
    },
    Kind {
        name: "recommendation",
        maker: Maker::Child,
        fields: &[
            inline("code", Text(40), Once),
            detached("content", Text(20_000), Once),
            inline("addressee", Text(200), Once),
            inline("tasks", Records("task"), Once),
            inline("inspection", Record("inspection"), Once),
            inline("made_on", Date, Once),
            inline("taken_up_on", Date, Owner::Parent),
            detached("retracted", Text(2_000), Creator),
        ],
    },
    Kind {
        name: "answer",
        maker: Maker::Parent,
        fields: &[
            inline("recommendation", Record("recommendation"), Once),
            detached("text", Text(20_000), Once),
            inline("document", Text(80), Once),
            inline("on", Date, Once),
            detached("retracted", Text(2_000), Creator),
        ],
    },
    Kind {
        name: "attachment",
        maker: Maker::Either,
        fields: &[
            inline("of", Text(120), Once),
            detached("name", Text(255), Once),
            detached("blob", Text(64), Once),
            inline("size", Number(0, 1 << 40), Once),
            inline("media_type", Text(120), Once),
            detached("retracted", Text(2_000), Creator),
        ],
    },
    // A device is believed no longer: of each of its feeds only what came before the line named here.
    Kind {
        name: "revocation",
        maker: Maker::Either,
        fields: &[
            inline("device", Text(32), Once),
            inline("cuts", Cuts, Once),
            detached("reason", Text(2_000), Once),
            inline("admitted", Cuts, Creator),
        ],
    },
    // A version of the rules is judged by no longer, beyond the lines named here.
    Kind {
        name: "retirement",
        maker: Maker::Parent,
        fields: &[
            inline("rules", Number(1, 1 << 31), Once),
            inline("cuts", Cuts, Once),
            detached("reason", Text(2_000), Once),
        ],
    },
];

/// On every record: positions of detached changes whose values its owner has removed for ever.
pub const ERASE: Field = inline("erase", Positions, Creator);

/// The kind of a word.
pub fn kind(name: &str) -> Option<&'static Kind> {
    Knowledge::THIS.kind(name)
}

/// What a program knows of the rules: their newest version, with its kinds and fields. A newer program knows more, and what an
/// older one had to lay aside is judged anew by it.
#[derive(Clone, Copy, Debug)]
pub struct Knowledge {
    /// The newest version that is known.
    pub version: u32,
    /// Its kinds.
    pub kinds: &'static [Kind],
}

impl Knowledge {
    /// What this program knows.
    pub const THIS: Knowledge = Knowledge {
        version: RULES_VERSION,
        kinds: KINDS,
    };

    /// The kind of a word.
    pub fn kind(&self, name: &str) -> Option<&'static Kind> {
        self.kinds.iter().find(|kind| kind.name == name)
    }
}

impl Kind {
    /// The field of a word.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        if name == ERASE.name {
            Some(&ERASE)
        } else {
            self.fields.iter().find(|field| field.name == name)
        }
    }

    /// Made by one entry and never changed: only fields that its maker may still set are a retraction or an erasure.
    pub fn written_once(&self) -> bool {
        self.fields.iter().any(|field| field.name == "retracted")
    }
}

/// A line of a feed, named so that nobody can put another in its place: the feed, its number, its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut(pub FeedId, pub u64, pub Hash);

/// A record named in a value: an id, or the item of the same entry that makes it.
fn names_record(value: &Value, kind: &str) -> bool {
    value.as_str().is_some_and(|text| {
        if let Some(item) = text.strip_prefix('@') {
            return !item.is_empty() && item.len() <= 5 && item.bytes().all(|byte| byte.is_ascii_digit());
        }
        text.parse::<crate::ids::RecordId>().is_ok_and(|id| id.kind == kind)
    })
}

fn is_text(value: &Value, characters: usize) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.chars().nth(characters).is_none())
}

fn is_date(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok())
}

fn is_list(value: &Value, of: impl Fn(&Value) -> bool) -> bool {
    value
        .as_array()
        .is_some_and(|list| list.len() <= LIST_LIMIT && list.iter().all(of))
}

fn is_person(value: &Value) -> bool {
    value.as_object().is_some_and(|person| {
        person.get("name").is_some_and(|name| is_text(name, 120))
            && person.get("title").is_none_or(|title| is_text(title, 200))
    })
}

/// Most items in a value that is a list.
pub const LIST_LIMIT: usize = 10_000;

impl Form {
    /// Whether a value has this form. `null` clears a field and fits every form.
    pub fn fits(self, value: &Value) -> bool {
        if value.is_null() {
            return true;
        }
        match self {
            Text(characters) => is_text(value, characters),
            Date => is_date(value),
            Number(least, most) => value.as_i64().is_some_and(|number| (least..=most).contains(&number)),
            Flag => value.is_boolean(),
            Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Record(kind) => names_record(value, kind),
            Records(kind) => is_list(value, |item| names_record(item, kind)),
            Person => is_person(value),
            Persons => is_list(value, is_person),
            Texts => is_list(value, |item| is_text(item, 400)),
            ChildStep => {
                value
                    .get("status")
                    .and_then(Value::as_str)
                    .is_some_and(|word| ChildStatus::from_code(word).is_some())
                    && value.get("on").is_none_or(|on| on.is_null() || is_date(on))
            }
            ParentStep => {
                value
                    .get("standing")
                    .and_then(Value::as_str)
                    .is_some_and(|word| Standing::from_code(word).is_some())
                    && value.get("on").is_none_or(|on| on.is_null() || is_date(on))
                    && value.get("document").is_none_or(|document| is_text(document, 80))
            }
            Cuts => is_list(value, |item| serde_json::from_value::<Cut>(item.clone()).is_ok()),
            Positions => is_list(value, |item| {
                item.as_str()
                    .is_some_and(|text| text.parse::<crate::ids::Position>().is_ok())
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_word_is_a_word_and_stands_once() {
        for (i, kind) in KINDS.iter().enumerate() {
            assert!(crate::ids::is_word(kind.name));
            assert!(KINDS[..i].iter().all(|other| other.name != kind.name));
            for (j, field) in kind.fields.iter().enumerate() {
                assert!(crate::ids::is_word(field.name));
                assert!(
                    kind.fields[..j].iter().all(|other| other.name != field.name),
                    "{}.{}",
                    kind.name,
                    field.name
                );
                assert_ne!(field.name, ERASE.name);
            }
        }
    }

    #[test]
    fn a_step_of_state_is_never_detached() {
        // A rule may look only at what every replica has for ever; a detached value can be erased.
        for field in KINDS.iter().flat_map(|kind| kind.fields) {
            assert!(
                !(field.detached
                    && matches!(
                        field.form,
                        ChildStep | ParentStep | Positions | Cuts | Record(_) | Records(_)
                    ))
            );
        }
    }

    #[test]
    fn forms_refuse_what_does_not_fit() {
        assert!(Date.fits(&json!("2017-06-23")));
        for wrong in [
            json!("2017-6-23"),
            json!("2017-02-30"),
            json!(20170623),
            json!("23/06/2017"),
        ] {
            assert!(!Date.fits(&wrong), "{wrong}");
        }
        assert!(
            Number(0, 100).fits(&json!(100)) && !Number(0, 100).fits(&json!(101)) && !Number(0, 100).fits(&json!(5.5))
        );
        assert!(Text(2).fits(&json!("đô")) && !Text(2).fits(&json!("đôn")));
        assert!(Record("task").fits(&json!("@0")) && !Record("task").fits(&json!("@")));
        assert!(ChildStep.fits(&json!({"status": "completed", "on": "2017-05-16"})));
        assert!(!ChildStep.fits(&json!({"status": "suspended"})));
        assert!(ParentStep.fits(&json!({"standing": "suspended", "document": "12/UBND-TH"})));
    }
}
