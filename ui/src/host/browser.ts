import { acceptedBy, type PickKind } from './host';

/** The browser's own dialog for choosing files; nothing chosen gives an empty list. */
export function chooseFiles(kind: PickKind): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = acceptedBy(kind);
    input.multiple = kind === 'photos' || kind === 'any';
    input.hidden = true;
    input.addEventListener('change', () => {
      resolve([...(input.files ?? [])]);
      input.remove();
    });
    input.addEventListener('cancel', () => {
      resolve([]);
      input.remove();
    });
    document.body.append(input);
    input.click();
  });
}

/** Hands bytes to the browser as a download. */
export function keepAsDownload(bytes: Blob, name: string): void {
  const address = URL.createObjectURL(bytes);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  // The download has the bytes once it has begun; a minute is ample on a slow disk.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
