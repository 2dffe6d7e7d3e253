import type { Mount } from '../../src/mcp/mount.js'

/** In place of `src/mcp/mount.ts`, for a run of the tests on the SDK's own mount. */
export const DEFAULT_MOUNT: Mount = 'sdk'
export type { Mount }
