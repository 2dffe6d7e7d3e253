const GUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const WHOLE = new RegExp(`^${GUID}$`, 'i')

/** Whether a text is a GUID, as Entra's ids are. */
export function isGuid(text: string): boolean {
  return WHOLE.test(text)
}
