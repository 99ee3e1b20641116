import type { PersonName } from '../../host/types/PersonName';

/** People one a line, "Họ và tên, chức vụ", as they are typed. */
export function linesOf(people: PersonName[]): string {
  return people.map((one) => (one.title === '' ? one.name : `${one.name}, ${one.title}`)).join('\n');
}

/** Reads such lines: the first comma, or a dash with spaces, parts the name from the title. Empty lines are left out. */
export function peopleOf(lines: string): PersonName[] {
  return lines
    .split('\n')
    .map((line) => {
      const at = /,| [-–] /.exec(line);
      if (!at) return { name: line.trim(), title: '' };
      return { name: line.slice(0, at.index).trim(), title: line.slice(at.index + at[0].length).trim() };
    })
    .filter((one) => one.name !== '');
}
