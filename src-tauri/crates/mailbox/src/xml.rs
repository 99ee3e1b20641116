//! What servers list in XML, read leniently: names without their spaces, no schema.

use crate::error::MailboxError;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// A step through a text.
pub(crate) enum Step<'x> {
    /// An element begins.
    Begin(&'x str),
    /// An element ends; with the text that stands in it after the last element inside, if any.
    End(&'x str, &'x str),
}

/// Walks through a text to its end.
pub(crate) fn walk(text: &[u8], each: &mut dyn FnMut(Step<'_>)) -> Result<(), MailboxError> {
    let wrong = || MailboxError::Failed("XML".to_owned());
    let mut reader = Reader::from_reader(text);
    let (mut inside, mut depth) = (String::new(), 0_u32);
    loop {
        match reader.read_event().map_err(|_| wrong())? {
            Event::Start(tag) => {
                depth += 1;
                inside.clear();
                each(Step::Begin(tag.local_name().as_ref()));
            }
            Event::Text(piece) => inside.push_str(&piece),
            Event::CData(piece) => inside.push_str(&piece),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(character)) => inside.push(character),
                // What nobody can read belongs to a stranger's name.
                _ => inside.push_str(resolve_predefined_entity(&reference).unwrap_or("\u{fffd}")),
            },
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                each(Step::End(tag.local_name().as_ref(), inside.trim()));
                inside.clear();
            }
            // One that was cut off must not pass for a short one.
            Event::Eof if depth > 0 => return Err(wrong()),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(text: &str) -> Result<Vec<String>, MailboxError> {
        let mut seen = Vec::new();
        walk(text.as_bytes(), &mut |step| {
            seen.push(match step {
                Step::Begin(name) => format!("<{name}"),
                Step::End(name, text) => format!("{name}={text}"),
            });
        })?;
        Ok(seen)
    }

    #[test]
    fn names_lose_their_space_and_references_are_resolved() {
        let seen = walked("<?xml version='1.0'?>\n<D:a xmlns:D='DAV:'>\n <b>1 &amp; &#x41;&unknown;</b><c/></D:a>");
        assert_eq!(seen.unwrap(), ["<a", "<b", "b=1 & A\u{fffd}", "a="]);
        assert_eq!(walked("<a><![CDATA[<x>]]></a>").unwrap(), ["<a", "a=<x>"]);
    }

    #[test]
    fn what_is_cut_off_is_no_text() {
        for cut in ["<a>", "<a><b></b>", "<a><b>1</b", "<a></b>"] {
            assert!(matches!(walked(cut), Err(MailboxError::Failed(_))), "{cut}");
        }
    }
}
