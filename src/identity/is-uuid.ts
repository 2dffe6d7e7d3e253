const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether a text is a UUID (RFC 9562 §4), of any version; Microsoft calls them GUIDs. */
export function isUuid(text: string): boolean {
  return UUID.test(text)
}
