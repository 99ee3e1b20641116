/**
 * What a page receives when a person in Vietnam types: not letters, but what the input method makes of them. UniKey and
 * EVKey hook the keyboard, take letters back with Backspace and send others; Windows' own Telex composes.
 */

/** A phrase with the traps: a letter doubled at the word's beginning, marks set late, a mark on a capital. */
export const PHRASE = 'đôn đốc Nguyễn người Ủy ban';

/** What stands in the field after each key of a word, by Telex. */
const WORDS = [
  ['d', 'đ', 'đo', 'đô', 'đôn'],
  ['d', 'đ', 'đo', 'đô', 'đôc', 'đốc'],
  ['N', 'Ng', 'Ngu', 'Nguy', 'Nguye', 'Nguyê', 'Nguyên', 'Nguyễn'],
  ['n', 'ng', 'ngu', 'nguo', 'ngươ', 'ngươi', 'người'],
  ['U', 'Uy', 'Ủy'],
  ['b', 'ba', 'ban'],
];

/** How a hook sends a letter that no key has: a packet, whose key code is 231. */
const PACKET = 231;
const BACKSPACE = 8;
/** An invisible letter that some hooks send first, so that a suggestion's selected tail goes instead of what was typed. */
const DUMMY = '\u202f';

async function key(cdp, text, code) {
  const about = { key: text, text, unmodifiedText: text, windowsVirtualKeyCode: code, nativeVirtualKeyCode: code };
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', ...about });
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key: text, windowsVirtualKeyCode: code, nativeVirtualKeyCode: code });
}

async function backspace(cdp) {
  const about = { key: 'Backspace', code: 'Backspace', windowsVirtualKeyCode: BACKSPACE, nativeVirtualKeyCode: BACKSPACE };
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...about });
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...about });
}

async function letter(cdp, text) {
  await key(cdp, text, text.toUpperCase().charCodeAt(0));
}

/** The letters that two texts begin with alike. */
function alike(a, b) {
  let count = 0;
  while (count < a.length && count < b.length && a[count] === b[count]) count += 1;
  return count;
}

/** As a hook types: takes back what differs, and sends the rest as packets. */
async function hooked(cdp, dummy) {
  for (const [at, word] of WORDS.entries()) {
    if (at > 0) await letter(cdp, ' ');
    let stands = '';
    for (const next of word) {
      const same = alike(stands, next);
      if (same === stands.length && /^[a-z]$/i.test(next.slice(same))) {
        await letter(cdp, next.slice(same));
      } else {
        let back = stands.length - same;
        if (dummy) {
          await key(cdp, DUMMY, PACKET);
          back += 1;
        }
        for (; back > 0; back -= 1) await backspace(cdp);
        for (const one of next.slice(same)) await key(cdp, one, PACKET);
      }
      stands = next;
    }
  }
}

/** As Windows' own Telex types: the word is composed, and put in its place with the space. */
async function composed(cdp) {
  for (const [at, word] of WORDS.entries()) {
    if (at > 0) await letter(cdp, ' ');
    for (const text of word) await cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
    await cdp.send('Input.insertText', { text: word.at(-1) });
  }
}

/** The ways in which the phrase is typed into the focused field. */
export const METHODS = {
  UniKey: (cdp) => hooked(cdp, false),
  'EVKey, with a dummy letter': (cdp) => hooked(cdp, true),
  'Windows Telex': composed,
};
