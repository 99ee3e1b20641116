import type { AppError } from './types/AppError';
import type { Progress } from './types/Progress';
import type { UseCases } from './types/UseCases';

/** What could not be done, as the program says it. The page turns the code into a sentence. */
export class AppFailure extends Error {
  readonly code: string;
  readonly params: Record<string, string>;
  readonly retryable: boolean;

  constructor(code: string, params: Record<string, string> = {}, retryable = false) {
    super(code);
    this.name = 'AppFailure';
    this.code = code;
    this.params = params;
    this.retryable = retryable;
  }

  /** Reads what came over the wire; anything that is not an `AppError` becomes one. */
  static from(value: unknown): AppFailure {
    if (value instanceof AppFailure) return value;
    let told: unknown = value;
    if (typeof value === 'string') {
      try {
        told = JSON.parse(value);
      } catch {
        return new AppFailure('unexpected', { detail: value });
      }
    }
    if (typeof told === 'object' && told !== null && 'code' in told && typeof told.code === 'string') {
      const error = told as Partial<AppError> & { code: string };
      return new AppFailure(error.code, { ...error.params } as Record<string, string>, error.retryable ?? false);
    }
    return new AppFailure('unexpected', { detail: value instanceof Error ? value.message : String(value) });
  }
}

/** A file that the program holds under a token. */
export interface HandedFile {
  file: string;
  name: string;
  size: number;
}

/** Where a file was kept. */
export interface Kept {
  /** The path, where the host tells it; else the file's name. */
  path: string;
}

/** What kind of files the person is to choose. */
export type PickKind = 'list' | 'bundle' | 'enrolment' | 'answer' | 'photos' | 'backup' | 'any';

/** What kind of place the person is to choose: a folder, or a file with root certificates. */
export type PlaceKind = 'folder' | 'certificates';

/** Told while a file is handed over: bytes sent so far and in all. */
export type SeenProgress = (sent: number, size: number) => void;

/** Told each step of long work. */
export type SeenWork = (progress: Progress) => void;

/** The program, wherever it is. */
export interface Host {
  /** `work` names long work, so that its steps are told by it and it can be stopped. */
  call<K extends keyof UseCases>(name: K, request: UseCases[K]['request'], work?: string): Promise<UseCases[K]['response']>;
  /** Tells every step of long work from now on, for as long as the page stands. */
  watch(told: SeenWork): Promise<void>;
  upload(file: File, progress?: SeenProgress, signal?: AbortSignal): Promise<HandedFile>;
  download(file: string, mediaType: string): Promise<Blob>;
  saveFile(file: string, name: string): Promise<Kept | null>;
  pickFiles(kind: PickKind): Promise<HandedFile[]>;
  /** The path of a place that the person chose, null when they thought better of it. A browser has no such dialog. */
  pickPlace?(kind: PlaceKind): Promise<string | null>;
  /** The file that the program was opened with, as by a double-click; once. */
  opened(): Promise<HandedFile | null>;
}

/** What a file dialog offers for a kind. */
export function acceptedBy(kind: PickKind): string {
  switch (kind) {
    case 'list':
      return '.xlsx,.xls,.ods,.csv';
    case 'bundle':
      return '.chidao';
    case 'enrolment':
      return '.chidao-request,.json';
    case 'answer':
      return '.chidao-answer';
    case 'photos':
      return 'image/*,.pdf,.doc,.docx,.xls,.xlsx';
    case 'backup':
      return '.chidao-backup';
    case 'any':
      return '';
  }
}
