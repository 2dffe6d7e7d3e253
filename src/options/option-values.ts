import { z } from 'zod'

const NOT_WHOLE = 'must be a whole number'

const url = z.instanceof(URL, { error: "must be a URL object: new URL('…')" })

/** The schemas of values that options of several factories have; what is wrong is said in words. */
export const optionValues = {
  url,
  /** Of a server. */
  httpUrl: url
    .refine((value) => /^https?:$/.test(value.protocol), 'must start with https://')
    .refine(
      ({ username, password, search, hash }) => username + password + search + hash === '',
      'must have no user name, password, query or fragment',
    ),
  flag: z.boolean('must be true or false'),
  callable: z.custom((value) => typeof value === 'function', 'must be a function'),
  /** 0 or more. */
  whole: z.int(NOT_WHOLE).min(0, 'must not be negative'),
  /** 1 or more. */
  count: z.int(NOT_WHOLE).positive('must be positive'),
  milliseconds: z
    .number('must be a number of milliseconds')
    .positive('must be a number of milliseconds'),
  /** Of the clock tolerance. */
  toleranceSeconds: z
    .number('must be a number of seconds')
    .min(0, 'must not be negative')
    .max(60, 'must be at most 60'),
  text: (what: string) => z.string(`must be ${what}`).min(1, `must be ${what}`),
  texts: (each: string) =>
    z.array(z.string().min(1, `must be ${each}`), `must be a list, each of it ${each}`),
  oneOf: <const Values extends readonly [string, ...string[]]>(...values: Values) =>
    z.enum(values, `must be ${values.map((value) => `'${value}'`).join(' or ')}`),
  /** An object that has these functions, whatever else it has. */
  withFunctions: (what: string, ...names: readonly string[]) =>
    z.custom<object>(
      (value) =>
        names.every(
          (name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function',
        ),
      `must be ${what}`,
    ),
} as const
