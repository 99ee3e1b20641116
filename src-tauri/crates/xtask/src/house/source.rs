//! Rust source as the rules look at it: without comments and texts, and without what only tests see.

/// One word or sign of a source, with the line it stands on (from 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) line: usize,
    pub(super) text: &'a str,
}

/// The source with comments, strings and character literals blanked out; every line keeps its place.
pub(super) fn bare(source: &str) -> String {
    let letters: Vec<char> = source.chars().collect();
    let at = |index: usize| letters.get(index).copied().unwrap_or('\0');
    let mut out = String::with_capacity(source.len());
    let mut here = 0;
    while here < letters.len() {
        let end = match at(here) {
            '/' if at(here + 1) == '/' => until(&letters, here, |index| at(index) == '\n'),
            '/' if at(here + 1) == '*' => end_of_comment(&letters, here),
            '"' => end_of_string(&letters, here),
            'r' | 'b' | 'c' if !word(at(here.wrapping_sub(1))) || here == 0 => match raw_string(&letters, here) {
                Some(end) => end,
                None => here,
            },
            '\'' => end_of_character(&letters, here).unwrap_or(here),
            _ => here,
        };
        if end == here {
            out.push(at(here));
            here += 1;
        }
        for letter in letters.get(here..end).unwrap_or_default() {
            out.push(if *letter == '\n' { '\n' } else { ' ' });
        }
        here = here.max(end);
    }
    out
}

fn word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn until(letters: &[char], from: usize, stop: impl Fn(usize) -> bool) -> usize {
    (from..letters.len())
        .find(|index| stop(*index))
        .unwrap_or(letters.len())
}

fn end_of_comment(letters: &[char], from: usize) -> usize {
    let (mut depth, mut here) = (0_usize, from);
    while here < letters.len() {
        match (letters[here], letters.get(here + 1)) {
            ('/', Some('*')) => (depth, here) = (depth + 1, here + 2),
            ('*', Some('/')) => (depth, here) = (depth - 1, here + 2),
            _ => here += 1,
        }
        if depth == 0 {
            break;
        }
    }
    here.min(letters.len())
}

/// `from` is at the opening quote.
fn end_of_string(letters: &[char], from: usize) -> usize {
    let mut here = from + 1;
    while here < letters.len() {
        match letters[here] {
            '\\' => here += 2,
            '"' => return here + 1,
            _ => here += 1,
        }
    }
    letters.len()
}

/// `r"…"`, `r#"…"#`, and the same after `b` or `c`; nothing if this is an ordinary word or raw identifier.
fn raw_string(letters: &[char], from: usize) -> Option<usize> {
    let mut here = from;
    if matches!(letters[here], 'b' | 'c') {
        here += 1;
    }
    if letters.get(here) != Some(&'r') {
        return None;
    }
    here += 1;
    let hashes = letters.get(here..)?.iter().take_while(|letter| **letter == '#').count();
    here += hashes;
    if letters.get(here) != Some(&'"') {
        return None;
    }
    let closed = |index: usize| {
        letters[index] == '"'
            && letters
                .get(index + 1..index + 1 + hashes)
                .is_some_and(|end| end.iter().all(|letter| *letter == '#'))
    };
    Some((until(letters, here + 1, closed) + 1 + hashes).min(letters.len()))
}

/// The end of `'x'` or `'\u{…}'`; nothing for a lifetime.
fn end_of_character(letters: &[char], from: usize) -> Option<usize> {
    match letters.get(from + 1)? {
        '\\' => Some((until(letters, from + 3, |index| letters[index] == '\'') + 1).min(letters.len())),
        _ => (letters.get(from + 2) == Some(&'\'')).then_some(from + 3),
    }
}

/// What is left of a bare source without the items that only tests see, and the names of modules in files of their
/// own that only tests see.
pub(super) fn without_tests(bare: &str) -> (Vec<Token<'_>>, Vec<&str>) {
    let tokens = tokens(bare);
    let (mut kept, mut modules) = (Vec::new(), Vec::new());
    let text = |index: usize| tokens.get(index).map_or("", |token| token.text);
    let mut here = 0;
    while here < tokens.len() {
        if text(here) == "#" && text(here + 1) == "!" && is_test(&tokens, here + 2) {
            return (Vec::new(), modules);
        }
        if text(here) == "#" && is_test(&tokens, here + 1) {
            let mut body = here;
            // Past this attribute and any others, to the item's own end.
            while text(body) == "#" {
                body = closing(&tokens, body + 1) + 1;
            }
            let end = (body..tokens.len())
                .find(|index| matches!(text(*index), "{" | ";"))
                .unwrap_or(tokens.len());
            if text(end) == ";" && end >= 2 && text(end - 2) == "mod" {
                modules.push(tokens[end - 1].text);
            }
            here = if text(end) == "{" {
                closing(&tokens, end) + 1
            } else {
                end + 1
            };
            continue;
        }
        if let Some(token) = tokens.get(here) {
            kept.push(*token);
        }
        here += 1;
    }
    (kept, modules)
}

/// Whether the attribute whose `[` stands here is `cfg(test)`, `cfg(all(test, …))` or `test` itself.
fn is_test(tokens: &[Token<'_>], bracket: usize) -> bool {
    let end = closing(tokens, bracket);
    let inner: Vec<&str> = tokens
        .get(bracket + 1..end)
        .unwrap_or_default()
        .iter()
        .map(|token| token.text)
        .collect();
    match inner.as_slice() {
        ["test"] => true,
        ["cfg", "(", rest @ ..] => rest.contains(&"test") && !rest.contains(&"not") && !rest.contains(&"any"),
        _ => false,
    }
}

/// The index of the bracket that closes the one here.
fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    tokens.len()
}

/// The words and signs of a bare source.
fn tokens(bare: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for (number, line) in bare.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = match word(first) {
                true => rest.find(|letter| !word(letter)).unwrap_or(rest.len()),
                false if rest.starts_with("::") => 2,
                false => first.len_utf8(),
            };
            tokens.push(Token {
                line: number + 1,
                text: &rest[..length],
            });
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> String {
        let bare = bare(source);
        without_tests(&bare)
            .0
            .iter()
            .map(|token| token.text)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn comments_and_texts_say_nothing() {
        assert_eq!(words("a // b\nc /* d /* e */ f */ g"), "a c g");
        assert_eq!(
            words(r#"a("b \" c", 'd', '\'', '\u{1F600}', b"e") f"#),
            "a ( , , , , b ) f"
        );
        assert_eq!(words("r#\"a \" b\"# c br\"d\\\" e r#type"), "c e r # type");
        assert_eq!(words("fn a<'b>(c: &'b str) {}"), "fn a < ' b > ( c : & ' b str ) { }");
        assert_eq!(bare("a \"b\nc\" d").lines().count(), 2);
    }

    #[test]
    fn what_only_tests_see_is_left_out() {
        assert_eq!(
            words("a\n#[cfg(test)]\n#[allow(x)]\nmod tests { fn b() { {} } }\nc"),
            "a c"
        );
        assert_eq!(words("#[cfg(all(test, unix))] fn b() {} c"), "c");
        assert_eq!(words("#[test]\nfn b() {} c"), "c");
        assert_eq!(words("#[cfg(test)] use a::b; c"), "c");
        assert_eq!(words("#![cfg(test)]\nfn a() {}"), "");
        // Code that is left out of tests is seen by everybody else.
        assert_eq!(
            words("#[cfg(not(test))] fn b() {}"),
            "# [ cfg ( not ( test ) ) ] fn b ( ) { }"
        );
        let bare = bare("#[cfg(test)]\nmod tests;\nmod other;");
        assert_eq!(without_tests(&bare).1, ["tests"]);
    }

    #[test]
    fn unfinished_source_is_no_reason_to_fall() {
        for source in [
            "\"",
            "'",
            "/*",
            "r#\"",
            "#[cfg(test)]",
            "#[cfg(test",
            "'\\",
            "b",
            "#",
            "#![",
        ] {
            let bare = bare(source);
            let _ = without_tests(&bare);
        }
    }
}
