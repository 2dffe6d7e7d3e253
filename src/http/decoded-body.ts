import { pipeline, type Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

/** The content codings that `decodedBody` undoes, as the value of `Accept-Encoding` (RFC 9110 §12.5.3). */
export const DECODED_CODINGS = 'gzip, deflate, br'

const DECODERS: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
])

/** More than one is unusual, and each multiplies what a small answer can blow up to. */
const MAX_CODINGS = 3

/**
 * Undoes the content codings of a body (RFC 9110 §8.4). A body with one that is not known is given as it is, and breaks
 * off where it is not what its header says. How much comes out is for the reader to bound.
 */
export function decodedBody(body: Readable, contentEncoding: string | null): Readable {
  const codings = (contentEncoding ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
  const decoders = codings.map((coding) => DECODERS.get(coding))
  if (codings.length > MAX_CODINGS || decoders.includes(undefined)) return body
  return decoders.reduceRight<Readable>(
    (encoded, decoder) =>
      // The error reaches the reader of the last stream.
      decoder === undefined ? encoded : pipeline(encoded, decoder(), () => undefined),
    body,
  )
}
