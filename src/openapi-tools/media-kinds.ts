/** Whether a media type is JSON (RFC 6838 §4.2.8, RFC 8259). */
export function isJsonType(mediaType: string): boolean {
  return /^(?:application|text)\/json$|\+json$/.test(mediaType)
}

/** Whether a media type is a text that a model can read as it is. */
export function isTextType(mediaType: string): boolean {
  return /^text\/|[/+](?:xml|yaml|x-yaml|javascript|ecmascript|x-ndjson|ndjson|jsonl|graphql|sql|csv|toml)$/.test(
    mediaType,
  )
}

/** Whether a text of a document can be the value of `Content-Type`: a media type, and behind a semicolon anything that HTTP allows. */
export function isHeaderType(text: string): boolean {
  // The first part has no semicolon: a text of many would be tried from each of them.
  return /^[\x21-\x3A\x3C-\x7E]+(?: *;[\x20-\x7E]*)?$/.test(text)
}
