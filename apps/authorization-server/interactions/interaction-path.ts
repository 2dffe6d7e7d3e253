const PATTERN = /^\/interaction\/([\w-]+)(?:\/(login|consent))?$/

/** What a request path says about an interaction. */
export interface InteractionPath {
  readonly uid: string
  /** The form that was sent; `undefined` for the page itself. */
  readonly form: 'login' | 'consent' | undefined
}

/** Returns the path of the page that asks the user something. */
export function interactionPath(uid: string, form?: 'login' | 'consent'): string {
  return `/interaction/${uid}${form === undefined ? '' : `/${form}`}`
}

/** Reads what `interactionPath` wrote; `undefined` for any other path. */
export function parseInteractionPath(path: string): InteractionPath | undefined {
  const [, uid, form] = PATTERN.exec(path) ?? []
  if (uid === undefined) return undefined
  return { uid, form: form === 'login' || form === 'consent' ? form : undefined }
}
