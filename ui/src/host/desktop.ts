import { Channel, invoke } from '@tauri-apps/api/core';
import type { Progress } from './types/Progress';
import { AppFailure, type HandedFile, type Host, type Kept, type PickKind } from './host';

async function ask<T>(command: string, args?: Parameters<typeof invoke>[1], headers?: Record<string, string>): Promise<T> {
  try {
    return await invoke<T>(command, args, headers ? { headers } : undefined);
  } catch (error) {
    throw AppFailure.from(error);
  }
}

/** What the shell's dialog calls the kinds of files. */
const SHELL_KINDS: Record<PickKind, string> = { list: 'task_list', bundle: 'bundle', enrolment: 'attachments', answer: 'attachments', photos: 'attachments', backup: 'backup', any: 'attachments' };

/** The program behind the desktop window. */
export function desktop(): Host {
  return {
    call: (name, request, work) => ask('call', { request: { do: name, with: request, ...(work === undefined ? {} : { work }) } }),
    async watch(told) {
      const channel = new Channel<Progress>();
      channel.onmessage = told;
      await ask('watch', { channel });
    },
    async upload(file, progress, signal) {
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (signal?.aborted) throw new AppFailure('cancelled');
      progress?.(0, file.size);
      // Headers carry ASCII only.
      const handed = await ask<{ file: string }>('upload', bytes, { 'x-file-name': encodeURIComponent(file.name) });
      progress?.(file.size, file.size);
      return { file: handed.file, name: file.name, size: file.size };
    },
    async download(file, mediaType) {
      const bytes = await ask<ArrayBuffer | Uint8Array<ArrayBuffer> | number[]>('download', { file });
      const part = Array.isArray(bytes) ? new Uint8Array(bytes) : bytes;
      return new Blob([part], { type: mediaType });
    },
    async saveFile(file): Promise<Kept | null> {
      return ask<Kept | null>('save_file', { file, language: document.documentElement.lang });
    },
    pickFiles: (kind) => ask<HandedFile[]>('pick_files', { kind: SHELL_KINDS[kind], language: document.documentElement.lang }),
    pickPlace: (kind) => ask<string | null>('pick_place', { kind, language: document.documentElement.lang }),
    opened: () => ask<HandedFile | null>('opened'),
  };
}
