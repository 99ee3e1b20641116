/** Codes of tasks as typed, parted by commas, semicolons or spaces; each once, in the order typed. */
export function codesOf(typed: string): string[] {
  return [...new Set(typed.split(/[\s,;]+/).filter((code) => code !== ''))];
}
