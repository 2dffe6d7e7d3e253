/**
 * How requests get to the SDK's servers: `direct`, single requests by a transport of ours and all others by the SDK's own mount;
 * `sdk`, all of them by the SDK's own.
 */
export type Mount = 'direct' | 'sdk'

export const DEFAULT_MOUNT: Mount = 'direct'
