import { JsonCutter, type CutList } from './json-cutter.js'

/** The text of an answer, as much of it as is kept. */
export interface AnswerText {
  readonly bytes: Uint8Array
  /** Of the whole. */
  readonly totalBytes: number
  /** Whether something is missing. */
  readonly cut: boolean
  /** Where elements of lists are missing. */
  readonly lists: readonly CutList[]
  /** Of a text that is cut at a line. */
  readonly lines: { readonly kept: number; readonly total: number } | undefined
}

type Reader = () => Promise<Uint8Array | undefined>

/** Reads a stream chunk by chunk; `undefined` at the end. */
export function chunksOf(body: ReadableStream<Uint8Array> | null): Reader {
  const reader = body?.getReader()
  return async () => (reader === undefined ? undefined : (await reader.read()).value)
}

/** Reads a whole answer and keeps at most `maxBytes`: JSON is cut at elements of lists, other text at lines. */
export async function readText(
  next: Reader,
  maxBytes: number,
  isJson: boolean,
): Promise<AnswerText> {
  const chunks: Uint8Array[] = []
  let total = 0
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
    chunks.push(chunk)
    total += chunk.byteLength
    if (total > maxBytes) {
      const more = { chunks, next, maxBytes }
      return isJson ? cutJson(more, total) : cutLines(more, total)
    }
  }
  const bytes = Buffer.concat(chunks)
  return { bytes, totalBytes: total, cut: false, lists: [], lines: undefined }
}

interface Rest {
  readonly chunks: readonly Uint8Array[]
  readonly next: Reader
  readonly maxBytes: number
}

async function cutJson({ chunks, next, maxBytes }: Rest, read: number): Promise<AnswerText> {
  const cutter = new JsonCutter(maxBytes)
  for (const chunk of chunks) cutter.write(chunk)
  let total = read
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
    total += chunk.byteLength
    cutter.write(chunk)
  }
  const bytes = cutter.end()
  const lists = cutter.broken ? [] : cutter.cuts
  return { bytes, totalBytes: total, cut: cutter.cut, lists, lines: undefined }
}

async function cutLines({ chunks, next, maxBytes }: Rest, read: number): Promise<AnswerText> {
  const whole = Buffer.concat(chunks)
  const end = whole.lastIndexOf('\n', maxBytes - 1)
  const bytes = whole.subarray(0, end > maxBytes / 2 ? end + 1 : maxBytes)
  let total = read
  let lines = lineEnds(whole)
  let last = whole.at(-1)
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
    total += chunk.byteLength
    lines += lineEnds(chunk)
    last = chunk.at(-1) ?? last
  }
  const all = lines + (last === NEWLINE ? 0 : 1)
  const kept = lineEnds(bytes)
  return { bytes, totalBytes: total, cut: true, lists: [], lines: { kept, total: all } }
}

const NEWLINE = 0x0a

function lineEnds(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count += 1
  return count
}
