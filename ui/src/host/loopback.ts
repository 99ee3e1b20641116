import { chooseFiles, keepAsDownload } from './browser';
import { AppFailure, type HandedFile, type Host, type SeenWork } from './host';
import type { Progress } from './types/Progress';

const HEADER = 'X-Chidao-Token';
const KEPT_AS = 'chidao-token';

/** Takes the one-time token out of the address, so that it stays neither in the address bar nor in the history. */
function takeToken(): string {
  const given = /^#token=([^&]+)/.exec(location.hash)?.[1];
  if (given !== undefined) {
    const token = decodeURIComponent(given);
    sessionStorage.setItem(KEPT_AS, token);
    history.replaceState(null, '', location.pathname + location.search);
    return token;
  }
  return sessionStorage.getItem(KEPT_AS) ?? '';
}

async function failureIn(status: number, body: string): Promise<AppFailure> {
  if (status === 422) return AppFailure.from(body);
  if (status === 401 || status === 403) return new AppFailure('no_token');
  if (status === 413) return new AppFailure('file_too_big');
  return new AppFailure('unexpected', { detail: `HTTP ${status}` }, status >= 500);
}

/** The program behind `chidao serve`, on this machine's loopback address. */
export function loopback(): Host {
  let token = takeToken();

  function renewed(given: string | null): void {
    // The one-time token is exchanged with the first answer.
    if (given !== null && given !== '' && given !== token) {
      token = given;
      sessionStorage.setItem(KEPT_AS, given);
    }
  }

  async function reach(path: string, init: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(path, { ...init, headers: { ...init.headers, [HEADER]: token }, cache: 'no-store' });
    } catch {
      throw new AppFailure('no_program', {}, true);
    }
    renewed(answer.headers.get(HEADER));
    if (!answer.ok) throw await failureIn(answer.status, await answer.text());
    return answer;
  }

  // fetch cannot tell how much of a body has been sent; XMLHttpRequest can.
  function send(file: File, progress?: (sent: number, size: number) => void, signal?: AbortSignal): Promise<HandedFile> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', `/upload?name=${encodeURIComponent(file.name)}`);
      request.setRequestHeader(HEADER, token);
      request.setRequestHeader('Content-Type', 'application/octet-stream');
      request.upload.onprogress = (event) => progress?.(event.loaded, file.size);
      request.onerror = () => reject(new AppFailure('no_program', {}, true));
      request.onabort = () => reject(new AppFailure('cancelled'));
      request.onload = async () => {
        renewed(request.getResponseHeader(HEADER));
        if (request.status === 200) resolve(JSON.parse(request.responseText) as HandedFile);
        else reject(await failureIn(request.status, request.responseText));
      };
      signal?.addEventListener('abort', () => request.abort(), { once: true });
      if (signal?.aborted) reject(new AppFailure('cancelled'));
      else request.send(file);
    });
  }

  async function bytesOf(file: string, mediaType: string): Promise<Blob> {
    const bytes = await (await reach(`/file/${encodeURIComponent(file)}`, {})).arrayBuffer();
    return new Blob([bytes], { type: mediaType });
  }

  /** Each line that comes is one step of long work, for as long as the program runs. */
  async function hear(body: ReadableStream<Uint8Array>, told: SeenWork): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let begun = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (begun + decoder.decode(part.value, { stream: true })).split('\n');
      begun = lines.pop() ?? '';
      for (const line of lines) if (line !== '') told(JSON.parse(line) as Progress);
    }
  }

  return {
    async watch(told) {
      const answer = await reach('/watch', {});
      // The end of the program is told by the next call.
      if (answer.body) void hear(answer.body, told).catch(() => undefined);
    },
    async call(name, request, work) {
      const answer = await reach('/call', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ do: name, with: request, ...(work === undefined ? {} : { work }) }),
      });
      return answer.json();
    },
    upload: send,
    download: bytesOf,
    async saveFile(file, name) {
      keepAsDownload(await bytesOf(file, 'application/octet-stream'), name);
      return { path: name };
    },
    async pickFiles(kind) {
      const handed: HandedFile[] = [];
      for (const file of await chooseFiles(kind)) handed.push(await send(file));
      return handed;
    },
    async opened() {
      return (await reach('/opened', { method: 'POST' })).json();
    },
  };
}
