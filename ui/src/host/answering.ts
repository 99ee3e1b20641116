/** A host that answers as a test tells it: for tests of components only. */
import { AppFailure, type HandedFile, type Host, type SeenWork } from './host';
import { useHost } from './index';
import type { UseCases } from './types/UseCases';

type Answers = { [K in keyof UseCases]?: (request: UseCases[K]['request']) => UseCases[K]['response'] | Promise<UseCases[K]['response']> };

/** What was asked of it, and what was saved. */
export interface Asked {
  calls: { name: keyof UseCases; request: unknown }[];
  saved: string[];
  /** The names under which long work was asked for. */
  works: string[];
  /** Tells a step of long work, once somebody hears of it. */
  tell: SeenWork | undefined;
  /** Steps of work cannot be heard. */
  deaf: boolean;
  /** The file that the program was opened with. */
  opened: HandedFile | null;
  /** The place that the person chooses in the dialog; unset, there is no such dialog, as in a browser. */
  place?: string | null;
  /** The requests of one use case, in order. */
  of<K extends keyof UseCases>(name: K): UseCases[K]['request'][];
}

/** Puts such a host in place. A use case without an answer fails as an unknown request does. */
export function answering(answers: Answers): Asked {
  const asked: Asked = {
    calls: [],
    saved: [],
    works: [],
    tell: undefined,
    deaf: false,
    opened: null,
    of: (name) => asked.calls.filter((one) => one.name === name).map((one) => one.request) as never,
  };
  const host: Host = {
    async watch(told) {
      if (asked.deaf) throw new AppFailure('no_program');
      asked.tell = told;
    },
    async call(name, request, work) {
      if (work !== undefined) asked.works.push(work);
      // What crosses the seam is JSON.
      asked.calls.push({ name, request: JSON.parse(JSON.stringify(request)) as unknown });
      const answer = answers[name];
      if (!answer) throw new AppFailure('unknown_request', { request: name });
      return answer(request);
    },
    async upload(file): Promise<HandedFile> {
      return { file: `token-${file.name}`, name: file.name, size: file.size };
    },
    async download() {
      throw new AppFailure('file_gone');
    },
    async saveFile(file, name) {
      asked.saved.push(file);
      return { path: `/usb/${name}` };
    },
    async pickFiles() {
      return [];
    },
    async opened() {
      const given = asked.opened;
      asked.opened = null;
      return given;
    },
  };
  Object.defineProperty(host, 'pickPlace', { get: () => (asked.place === undefined ? undefined : async () => asked.place ?? null) });
  useHost(host);
  return asked;
}
