/**
 * The seam between the page and the program. Only this folder knows where the program is: in the desktop window, behind
 * `chidao serve` on loopback, or, in development and tests, an invented one.
 */
import { AppFailure, type Host, type HandedFile, type Kept, type PickKind, type PlaceKind, type SeenProgress, type SeenWork } from './host';
import type { UseCases } from './types/UseCases';

export { AppFailure } from './host';
export type { Host, HandedFile, Kept, PickKind, PlaceKind, SeenProgress, SeenWork } from './host';
export type { UseCases } from './types/UseCases';

let found: Promise<Host> | undefined;
/** Long work that this page asked for, by its name, and who hears of it. */
const hearing = new Map<string, SeenWork>();
let watched: Promise<void> | undefined;

async function findHost(): Promise<Host> {
  if ('__TAURI_INTERNALS__' in window) return (await import('./desktop')).desktop();
  return (await import('./loopback')).loopback();
}

function host(): Promise<Host> {
  return (found ??= findHost());
}

/** Puts a given host in place of the one that would be found: for tests of components. */
export function useHost(given: Host): void {
  found = Promise.resolve(given);
  watched = undefined;
}

/**
 * Asks the program to do one thing.
 * @throws AppFailure with the program's code when it could not be done.
 */
export async function call<K extends keyof UseCases>(
  name: K,
  request: UseCases[K]['request'],
): Promise<UseCases[K]['response']> {
  return (await host()).call(name, request);
}

/** Hears of long work from now on. Work whose steps cannot be heard is done all the same. */
async function hears(at: Host): Promise<void> {
  watched ??= at.watch((progress) => hearing.get(progress.work)?.(progress)).catch(() => {
    watched = undefined;
  });
  await watched;
}

/**
 * Asks for what may take long: tells each step of it, and stops it when asked to.
 * @throws AppFailure as `call` does, and `cancelled` when it was stopped: then nothing was changed.
 */
export async function work<K extends keyof UseCases>(
  name: K,
  request: UseCases[K]['request'],
  told: SeenWork,
  stop: AbortSignal,
): Promise<UseCases[K]['response']> {
  const at = await host();
  await hears(at);
  if (stop.aborted) throw new AppFailure('cancelled');
  const id = `${name} ${crypto.randomUUID()}`;
  const stopped = (): void => void at.call('work_cancel', { work: id }).catch(() => undefined);
  hearing.set(id, told);
  stop.addEventListener('abort', stopped, { once: true });
  try {
    return await at.call(name, request, id);
  } finally {
    stop.removeEventListener('abort', stopped);
    hearing.delete(id);
  }
}

/** Hands a file over; what comes back is the token under which requests name it. */
export async function upload(file: File, progress?: SeenProgress, signal?: AbortSignal): Promise<HandedFile> {
  return (await host()).upload(file, progress, signal);
}

/** The bytes of a file that the program made ready. */
export async function download(file: string, mediaType = ''): Promise<Blob> {
  return (await host()).download(file, mediaType);
}

/** Lets the person choose where to keep a ready file; null when they thought better of it. */
export async function saveFile(file: string, name: string): Promise<Kept | null> {
  return (await host()).saveFile(file, name);
}

/** Lets the person choose files; they are handed over and come back as tokens. */
export async function pickFiles(kind: PickKind): Promise<HandedFile[]> {
  return (await host()).pickFiles(kind);
}

/** How the person chooses a place on this machine; nothing where its path can only be typed. */
export async function placeChooser(): Promise<((kind: PlaceKind) => Promise<string | null>) | undefined> {
  return (await host()).pickPlace;
}

/** The file that the program was opened with, as by a double-click; once. */
export async function opened(): Promise<HandedFile | null> {
  return (await host()).opened();
}

/** Prints the page as it stands. */
export function print(): void {
  window.print();
}

/** An error of any origin as the program's own kind of error. */
export function failureOf(error: unknown): AppFailure {
  if (error instanceof AppFailure) return error;
  return new AppFailure('unexpected', { detail: error instanceof Error ? error.message : String(error) }, false);
}
