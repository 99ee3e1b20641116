/**
 * Makes a picture small: a screen has few colours, so 256 of them say as much in a third of the bytes. Reads and writes
 * the PNG that Chromium makes, 8 bits a channel without interlace, and nothing else.
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS = 256;

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

function paeth(left, up, corner) {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** The pixels of a PNG, three bytes each. */
function pixels(png) {
  const parts = [];
  let head;
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') head = { width: data.readUInt32BE(0), height: data.readUInt32BE(4), depth: data[8], kind: data[9], interlaced: data[12] };
    if (type === 'IDAT') parts.push(data);
    at += length + 12;
  }
  const channels = { 2: 3, 6: 4 }[head?.kind];
  if (!channels || head.depth !== 8 || head.interlaced) throw new Error('not a picture as Chromium makes it');
  const raw = inflateSync(Buffer.concat(parts));
  const row = head.width * channels;
  const out = Buffer.alloc(head.width * head.height * 3);
  let above = Buffer.alloc(row);
  for (let y = 0; y < head.height; y += 1) {
    const filter = raw[y * (row + 1)];
    const line = Buffer.from(raw.subarray(y * (row + 1) + 1, (y + 1) * (row + 1)));
    for (let x = 0; x < row; x += 1) {
      const left = x < channels ? 0 : line[x - channels];
      const corner = x < channels ? 0 : above[x - channels];
      line[x] += [0, left, above[x], (left + above[x]) >> 1, paeth(left, above[x], corner)][filter];
    }
    for (let x = 0; x < head.width; x += 1) line.copy(out, (y * head.width + x) * 3, x * channels, x * channels + 3);
    above = line;
  }
  return { ...head, pixels: out };
}

/** Splits the colours along their widest channel, by how often they occur, until there are 256 groups. */
function palette(counted) {
  const boxes = [[...counted].map(([colour, times]) => ({ rgb: [colour >> 16, (colour >> 8) & 255, colour & 255], colour, times }))];
  const spread = (box) => {
    const wide = [0, 1, 2].map((c) => Math.max(...box.map((one) => one.rgb[c])) - Math.min(...box.map((one) => one.rgb[c])));
    const channel = wide.indexOf(Math.max(...wide));
    return { channel, weight: box.length < 2 ? -1 : wide[channel] * Math.log2(2 + box.reduce((sum, one) => sum + one.times, 0)) };
  };
  const spreads = boxes.map(spread);
  while (boxes.length < COLOURS) {
    const at = spreads.reduce((best, one, i) => (one.weight > spreads[best].weight ? i : best), 0);
    if (spreads[at].weight < 0) break;
    const box = boxes[at].sort((a, b) => a.rgb[spreads[at].channel] - b.rgb[spreads[at].channel]);
    const half = box.reduce((sum, one) => sum + one.times, 0) / 2;
    let cut = 0;
    for (let sum = 0; cut < box.length - 1 && sum < half; cut += 1) sum += box[cut].times;
    const parts = [box.slice(0, Math.max(1, cut)), box.slice(Math.max(1, cut))];
    boxes.splice(at, 1, ...parts);
    spreads.splice(at, 1, ...parts.map(spread));
  }
  // Each group is shown by its commonest colour, so that plain grounds stay exactly what they are.
  const shown = boxes.map((box) => box.reduce((most, one) => (one.times > most.times ? one : most)).rgb);
  const place = new Map(boxes.flatMap((box, i) => box.map((one) => [one.colour, i])));
  return { shown, place };
}

/** The same picture in 256 colours. */
export function small(png) {
  const { width, height, pixels: from } = pixels(png);
  const counted = new Map();
  for (let i = 0; i < from.length; i += 3) {
    const colour = from.readUIntBE(i, 3);
    counted.set(colour, (counted.get(colour) ?? 0) + 1);
  }
  const { shown, place } = palette(counted);
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0, i = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, i += 3) lines[y * (width + 1) + 1 + x] = place.get(from.readUIntBE(i, 3));
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  head[9] = 3;
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('PLTE', Buffer.from(shown.flat())), chunk('IDAT', deflateSync(lines, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}
