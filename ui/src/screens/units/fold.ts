/** Text as it is searched on this page: without case, marks and đ. Lists of tasks are searched by the program itself. */
export function folded(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/đ/g, 'd');
}
