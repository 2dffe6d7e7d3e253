import { z } from 'zod'

/** The schema of what a client says of itself (`xms_cc`). */
export const CLIENT_CAPABILITY = z
  .string('must be a text')
  .regex(/^[\w-]{1,40}$/, 'must be the name of a capability, such as cp1')
