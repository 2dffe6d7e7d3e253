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
