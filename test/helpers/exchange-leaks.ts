/** Shorter runs than these come up by chance, in names and hashes of things that are no secret. */
const PIECE = 24

/**
 * Which of the secrets show up in a text, whole or by a piece of 24 characters.
 *
 * Shorter secrets count when they show up whole.
 */
export function leakedInto(text: string, secrets: Iterable<string>): readonly string[] {
  const pieces = new Set(piecesOf(text))
  return [...secrets].filter((secret) =>
    secret.length < PIECE
      ? text.includes(secret)
      : piecesOf(secret).some((piece) => pieces.has(piece)),
  )
}

/** As `leakedInto`, for many texts: those in which any of the secrets shows up. */
export function leakyTexts(texts: readonly string[], secrets: Iterable<string>): readonly string[] {
  const all = [...secrets]
  const short = all.filter((secret) => secret.length < PIECE)
  const pieces = new Set(all.flatMap(piecesOf))
  return texts.filter(
    (text) =>
      short.some((secret) => text.includes(secret)) ||
      piecesOf(text).some((piece) => pieces.has(piece)),
  )
}

function piecesOf(text: string): string[] {
  const count = Math.max(0, text.length - PIECE + 1)
  return Array.from({ length: count }, (_, start) => text.slice(start, start + PIECE))
}
