import type { ContentBlock } from '@modelcontextprotocol/server'
import type { DownstreamContent } from '../downstream/downstream-client.js'
import { shown } from '../openapi/shown.js'
import type { ToolContent } from '../tools/tool.js'
import type { CallPlan } from './argument-plan.js'
import { isJsonType, isTextType } from './media-kinds.js'
import { nextPage } from './next-page.js'
import { chunksOf, readText, type AnswerText } from './read-text.js'

/** Of pictures and sounds, which models get as they are. */
const MAX_MEDIA_BYTES = 1024 * 1024
/** For what is said about an answer. */
const NOTE_BYTES = 1_000
const IMAGES = /^image\/(?:png|jpeg|gif|webp)$/
const SOUNDS = /^audio\/[\w.+-]+$/

/**
 * Writes the content of a success: JSON and text as the API sent it, byte for byte and within the limit; pictures and
 * sounds as blocks; of other media types, the type and the size.
 */
export async function answerContent(
  answer: DownstreamContent,
  plan: CallPlan,
  maxBytes: number,
): Promise<ToolContent> {
  const { response } = answer
  const mediaType = (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? ''
  const type = mediaType.toLowerCase()
  if (plan.method === 'HEAD' || response.status === 204 || response.status === 205) {
    await response.body?.cancel()
    return text(doneText(answer))
  }
  if (IMAGES.test(type) || SOUNDS.test(type)) return media(answer, type)
  if (type !== '' && !isJsonType(type) && !isTextType(type)) return other(answer, type)
  const room = Math.max(maxBytes - NOTE_BYTES, Math.ceil(maxBytes / 2))
  const whole = await readText(chunksOf(response.body), room, type === '' || isJsonType(type))
  if (whole.bytes.byteLength === 0) return text(doneText(answer))
  const written = decoded(whole.bytes, response.headers.get('content-type') ?? '')
  // In another charset than UTF-8, the guard of the body cannot see it.
  answer.assertNoToken(written)
  const notes = [
    ...(isJsonType(type) ? jsonNotes(written, whole) : []),
    ...cutNotes(whole, plan),
    ...(response.status === 206 ? ['The API sent a part of the whole (HTTP 206).'] : []),
    ...(response.status === 202
      ? ['The API has accepted the call and may not be done (HTTP 202).']
      : []),
    ...nextPage(answer, plan),
  ]
  const block = { type: 'text', text: written } as const
  return { content: notes.length === 0 ? [block] : [block, ...text(notes.join(' ')).content] }
}

function text(words: string): { readonly content: readonly ContentBlock[] } {
  return { content: [{ type: 'text', text: words }] }
}

/** Where the new thing is, if the API says so, as a path: a host is nothing to a model. */
function doneText(answer: DownstreamContent): string {
  const { status, headers } = answer.response
  const location = headers.get('location') ?? headers.get('content-location') ?? ''
  const base = 'http://api.invalid'
  const at = location !== '' && URL.canParse(location, base) ? new URL(location, base) : undefined
  const path = at === undefined ? '' : shown(at.pathname, 300)
  answer.assertNoToken(path)
  return path === '' ? `Done (HTTP ${status}).` : `Done (HTTP ${status}). The API names ${path}.`
}

function decoded(bytes: Uint8Array, contentType: string): string {
  const [, charset = 'utf-8'] = /charset="?([\w.:-]{1,40})/i.exec(contentType) ?? []
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}

function jsonNotes(written: string, { cut, lists }: AnswerText): readonly string[] {
  if (cut && lists.length === 0) return []
  try {
    JSON.parse(written)
    return []
  } catch {
    return ['The API calls this JSON, and it is not.']
  }
}

function cutNotes(
  { cut, lists, lines, totalBytes, bytes }: AnswerText,
  { paging }: CallPlan,
): readonly string[] {
  if (!cut) return []
  const how =
    paging.length === 0
      ? 'The tool has no argument that pages: ask for less, if it has one that filters.'
      : `Ask for less at a time with ${paging.slice(0, 6).join(', ')}.`
  const parts = lists.map(({ kept, total }) => `${count(kept)} of ${count(total)} entries`)
  if (parts.length > 0) return [`The answer was too long: it shows ${parts.join(' and ')}. ${how}`]
  if (lines !== undefined && lines.kept > 0) {
    const shownLines = `${count(lines.kept)} of ${count(lines.total)} lines`
    return [`The answer was too long: it shows ${shownLines}. ${how}`]
  }
  const sizes = `${count(bytes.byteLength)} of ${count(totalBytes)} bytes`
  return [`The answer was too long: it shows ${sizes}, and ends in the middle. ${how}`]
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}

async function media(answer: DownstreamContent, mimeType: string): Promise<ToolContent> {
  const next = chunksOf(answer.response.body)
  const chunks: Uint8Array[] = []
  let total = 0
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
    total += chunk.byteLength
    if (total <= MAX_MEDIA_BYTES) chunks.push(chunk)
  }
  if (total > MAX_MEDIA_BYTES) return text(sizeText(mimeType, total))
  const data = Buffer.concat(chunks).toString('base64')
  const type = mimeType.startsWith('image/') ? 'image' : 'audio'
  return { content: [{ type, data, mimeType }] }
}

async function other(answer: DownstreamContent, type: string): Promise<ToolContent> {
  const next = chunksOf(answer.response.body)
  let total = 0
  for (let chunk = await next(); chunk !== undefined; chunk = await next())
    total += chunk.byteLength
  if (total === 0) return text(doneText(answer))
  answer.assertNoToken(type)
  return text(sizeText(type, total))
}

function sizeText(type: string, bytes: number): string {
  return `The API answered with ${shown(type, 100)} of ${count(bytes)} bytes, which cannot be shown here.`
}
