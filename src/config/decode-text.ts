/** Bytes that are no text; `message` says what to do. */
export class UnreadableTextError extends Error {
  constructor() {
    super('is no text in UTF-8. Save it as UTF-8 (in Notepad: Save as, Encoding: UTF-8)')
    this.name = 'UnreadableTextError'
  }
}

const MARKS = [
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
] as const

/**
 * Decodes a text file as editors write it: UTF-8, with or without a byte order mark, or UTF-16 with one.
 *
 * Bytes that are no UTF-8 become U+FFFD, so that another encoding in a comment hurts nobody. Throws an
 * `UnreadableTextError` for what holds NUL characters: UTF-16 without a mark, binary files.
 */
export function decodeText(bytes: Uint8Array): string {
  const [encoding] = MARKS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte)) ?? [
    'utf-8',
  ]
  const text = new TextDecoder(encoding).decode(bytes)
  if (text.includes('\0')) throw new UnreadableTextError()
  return text
}
