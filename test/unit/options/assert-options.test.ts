import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { assertOptions, optionsSchema } from '../../../src/options/assert-options.js'
import { compileErrors } from '../../helpers/compile-errors.js'

interface Lamp {
  readonly brightness: number
  readonly colour?: string | undefined
  readonly stand?: { readonly heightCm?: number | undefined } | undefined
}

const LAMP = optionsSchema<Lamp>({
  brightness: z.number('must be a number'),
  colour: z.string('must be a colour').optional(),
  stand: optionsSchema<NonNullable<Lamp['stand']>>({ heightCm: z.number().optional() }).optional(),
})

function issuesOf(options: unknown): readonly string[] {
  try {
    assertOptions('lamp', LAMP, options)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    const [first, ...issues] = (error as Error).message.split('\n')
    expect(first).toBe('lamp() was given unusable options:')
    return issues
  }
}

describe('the options of a factory', () => {
  test('an optional option may be absent, or undefined', () => {
    expect(issuesOf({ brightness: 1 })).toEqual([])
    expect(issuesOf({ brightness: 1, colour: undefined, stand: undefined })).toEqual([])
  })

  test('options with several issues are refused with all of them at once', () => {
    expect(issuesOf({ colour: 5 })).toEqual([
      '  - brightness: must be a number',
      '  - colour: must be a colour',
    ])
  })

  test('options that are no object are refused', () => {
    for (const none of [undefined, null, 'bright', 5]) {
      expect(issuesOf(none)).toEqual(['  - options: must be an object'])
    }
  })

  test('[A12] an option of an unknown name is refused, and the error says which name was meant', () => {
    expect(issuesOf({ brightness: 1, color: 'red' })).toEqual([
      '  - options: has an unknown option: "color" (did you mean "colour"?)',
    ])
    expect(issuesOf({ brightness: 1, BRIGHTNES: 2, wheels: 4 })).toEqual([
      '  - options: has unknown options: "BRIGHTNES" (did you mean "brightness"?), "wheels"',
    ])
  })

  test('[A12] an unknown name in a nested object of options is refused too', () => {
    expect(issuesOf({ brightness: 1, stand: { heigthCm: 5 } })).toEqual([
      '  - stand: has an unknown option: "heigthCm" (did you mean "heightCm"?)',
    ])
  })

  test('[A12] where a required option is misspelt, the error has both names', () => {
    expect(issuesOf({ britghness: 1 })).toEqual([
      '  - brightness: must be a number',
      '  - options: has an unknown option: "britghness" (did you mean "brightness"?)',
    ])
  })
})

describe('the schema of options', () => {
  const errors = (shape: string): readonly string[] =>
    compileErrors(`
      import { z } from 'zod'
      import { optionsSchema } from '../src/options/assert-options.js'
      interface Lamp { readonly brightness: number; readonly colour?: string | undefined }
      export const LAMP = optionsSchema<Lamp>({ ${shape} })
    `)

  test('a schema with each option of the type compiles', () => {
    expect(errors('brightness: z.number(), colour: z.string().optional()')).toEqual([])
  })

  test('a schema that lacks an option of the type does not compile', () => {
    expect(errors('brightness: z.number()')).toEqual([
      expect.stringContaining("Property 'colour' is missing"),
    ])
  })

  test('a schema with an option that the type does not have does not compile', () => {
    const one = 'brightness: z.number(), colour: z.string().optional(), wheels: z.number()'
    expect(errors(one)).toEqual([expect.stringContaining("'wheels' does not exist")])
  })

  test('a schema that requires what is optional in the type does not compile', () => {
    expect(errors('brightness: z.number(), colour: z.string()')).toEqual([
      expect.stringContaining("is not assignable to type 'OptionalSchema'"),
    ])
  })

  test('the schema of a union needs the options of each member', () => {
    const shape = 'id: z.string(), secret: z.string().optional()'
    const errors = compileErrors(`
      import { z } from 'zod'
      import { optionsSchema } from '../src/options/assert-options.js'
      type Client = { readonly id: string } & ({ readonly secret: string } | { readonly key: string })
      export const CLIENT = optionsSchema<Client>({ ${shape} })
    `)
    expect(errors).toEqual([expect.stringContaining("Property 'key' is missing")])
  })
})
