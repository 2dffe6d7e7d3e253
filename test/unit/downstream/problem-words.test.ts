import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isOrdinaryName } from '../../../src/downstream/ordinary-name.js'
import { problemWords } from '../../../src/downstream/problem-words.js'
import type { Json } from '../../../src/openapi/json.js'

const NO_NAMES = new Set<string>()
const zodError = z.object({ seats: z.number() }).safeParse({ seats: 'SECRET' }).error

describe('which argument is wrong is read in what this kind of API writes', () => {
  test.each<[string, Json, string]>([
    [
      'GitHub',
      {
        message: 'Validation Failed',
        errors: [
          { resource: 'Issue', field: 'title', code: 'missing_field' },
          { resource: 'Label', code: 'custom', message: 'is taken' },
        ],
        documentation_url: 'https://docs.example/',
      },
      'Validation Failed; Issue.title: missing_field; is taken',
    ],
    [
      'Stripe',
      { error: { code: 'parameter_missing', message: 'Missing: amount.', param: 'amount' } },
      'amount: Missing: amount.',
    ],
    [
      'Stripe, without a text',
      { error: { code: 'parameter_missing', type: 'invalid_request_error', param: 'amount' } },
      'amount: parameter_missing',
    ],
    [
      'Google',
      {
        error: {
          ...{ code: 400, message: 'Invalid argument.', status: 'INVALID_ARGUMENT' },
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.BadRequest',
              fieldViolations: [{ field: 'start.date', description: 'must be in the future' }],
            },
          ],
        },
      },
      'Invalid argument.; start.date: must be in the future',
    ],
    [
      'Google, the older form',
      {
        error: {
          code: 400,
          message: 'Bad',
          errors: [{ domain: 'global', reason: 'required', location: 'end', locationType: 'q' }],
        },
      },
      'Bad; end: required',
    ],
    [
      'Spring',
      {
        ...{ status: 400, error: 'Bad Request', path: '/bookings' },
        errors: [
          {
            ...{ codes: ['NotNull'], objectName: 'booking', rejectedValue: 'SECRET' },
            ...{ field: 'seats', defaultMessage: 'must not be null' },
          },
        ],
      },
      'Bad Request; seats: must not be null',
    ],
    [
      'OData',
      {
        error: {
          ...{ code: 'BadRequest', message: 'Invalid filter', target: '$filter' },
          details: [{ code: 'x', target: 'seats', message: 'bad seats' }],
          innererror: { message: 'SECRET', trace: ['SECRET'], details: [{ message: 'SECRET' }] },
        },
      },
      '$filter: Invalid filter; seats: bad seats',
    ],
    [
      'Atlassian',
      { errorMessages: ['Does not exist'], errors: { summary: 'You must specify it' } },
      'summary: You must specify it; Does not exist',
    ],
    [
      'Rails',
      { errors: { seats: ["can't be blank", 'is not a number'] } },
      "seats: can't be blank; seats: is not a number",
    ],
    [
      'zod, its issues',
      { error: { name: 'ZodError', issues: [{ path: ['seats', 0], message: 'too small' }] } },
      'seats.0: too small',
    ],
    [
      'zod, as it is serialized',
      JSON.parse(JSON.stringify({ success: false, error: zodError })) as Json,
      'seats: Invalid input: expected number, received string',
    ],
    [
      'zod, flattened',
      { formErrors: ['is odd'], fieldErrors: { seats: ['too small'] } },
      'seats: too small; is odd',
    ],
    [
      'ASP.NET',
      { title: 'Errors', status: 400, errors: { '$.seats': ['is no number'] }, traceId: 'SECRET' },
      'Errors; $.seats: is no number',
    ],
    [
      'Ajv',
      { errors: [{ instancePath: '/seats', message: 'must be integer' }] },
      '/seats: must be integer',
    ],
    [
      'Nest',
      { statusCode: 400, message: ['seats must be positive'], error: 'Bad' },
      'Bad; seats must be positive',
    ],
    [
      'express-validator',
      {
        errors: [
          { type: 'field', msg: 'Invalid', path: 'seats', location: 'body', value: 'SECRET' },
        ],
      },
      'seats: Invalid',
    ],
    [
      'JSON:API, a parameter',
      { errors: [{ title: 'bad', source: { parameter: 'include' } }] },
      'include: bad',
    ],
    [
      'Mongoose',
      { errors: { seats: { message: 'too many', path: 'seats', value: 'SECRET' } } },
      'seats: too many',
    ],
    [
      'Kubernetes',
      { message: 'invalid', details: { kind: 'Pod', causes: [{ field: 'spec', message: 'bad' }] } },
      'invalid; spec: bad',
    ],
    ['a list of texts', ['seats must be positive'], 'seats must be positive'],
    ['a list of errors', [{ path: ['a', 0], message: 'must be' }], 'a.0: must be'],
    ['a text', 'seats must be positive', 'seats must be positive'],
    ['a place alone', { errors: [{ field: 'seats' }] }, 'seats'],
    [
      'values beside nested errors',
      { errors: { seats: { value: 'SECRET', other: ['is bad'] } } },
      'seats.other: is bad',
    ],
  ])('%s', (_who, problem, words) => {
    expect(problemWords(problem, NO_NAMES)).toBe(words)
  })
})

describe('texts by the names of arguments, without a member around them (Django REST framework)', () => {
  const known = new Set(['seats', 'address', 'city', 'tags'])

  test('are read where the tool has such arguments', () => {
    const problem = {
      seats: ['This field is required.'],
      address: { city: ['is unknown'] },
      non_field_errors: ['Start must be before end'],
    }
    expect(problemWords(problem, known)).toBe(
      'Start must be before end; seats: This field is required.; address.city: is unknown',
    )
  })

  test.each<[string, Json]>([
    ['a name that the tool does not have', { stack: ['SECRET'] }],
    ['such a name beside one that it has', { seats: ['a'], stack: ['SECRET'] }],
    ['what the API keeps', { id: 7, tags: ['SECRET'] }],
    ['a name that every object has', { constructor: ['SECRET'], toString: ['SECRET'] }],
  ])('are not read where there is %s', (_what, problem) => {
    expect(problemWords(problem, known)).toBeUndefined()
  })
})

describe('a name of an argument stays', () => {
  test.each([
    '/data/attributes/oauth2_client_redirect_uri',
    'shipping_address_line_1_street',
    'customer_billing_address_2',
    'billingAccountIBANCheckDigits',
    'bookings[0].passengers[3].nationalIdentificationNumber',
    'SHIPPING_ADDRESS_POSTAL_CODE',
    'X-Request-Correlation-Identifier',
    'filter[customerReferenceNumber][from]',
    '/trips/5e1f8a3c-2b7d-4c1e-9f00-aabbccddeeff/nationalIdentificationNumber',
  ])('%s', (name) => {
    const problem = { detail: `Look at '${name}'.`, errors: [{ pointer: name, detail: 'no' }] }
    expect(problemWords(problem, NO_NAMES)).toBe(`Look at '${name}'.; ${name}: no`)
  })

  test('however it looks, where the tool has it', () => {
    const name = 'x9Qz7Kp2Lm4Nb6Vc8Xa1Sd3Fg5'
    const problem = { errors: [{ pointer: `/data/${name}/0`, detail: `${name} is bad` }] }
    expect(problemWords(problem, NO_NAMES)).toBe('/data/[scrubbed]: [scrubbed] is bad')
    expect(problemWords(problem, new Set([name]))).toBe(`/data/${name}/0: ${name} is bad`)
  })
})

describe('a token goes', () => {
  const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'
  test.each([
    ['behind a name', `/data/attributes/oauth2_client_redirect_uri=${JWT}`],
    ['in brackets', 'items[ghp_AB3dEFgh1jKLmn0PQRstuVWxyz0123456789]'],
    ['with slashes', 'ab/cd/ghp+AB3dEFgh1jKLmn0PQRstuVWxyz/0123456789'],
    ['behind a name that is known', `seats.${JWT}`],
    ['whose beginning looks like a name', 'eyJhbGciOiJub.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'],
  ])('%s', (_where, text) => {
    const said = problemWords(
      { detail: text, errors: [{ field: text, detail: 'no' }] },
      new Set(['seats']),
    )
    expect(said).toContain('[scrubbed]')
    expect(said).not.toMatch(/eyJ|AB3d|VWxyz|c2lnbm|0123/)
  })

  test.each(['base64url', 'hex'] as const)('that is random, in %s', (encoding) => {
    const tokens = Array.from({ length: 5_000 }, () => randomBytes(24).toString(encoding))
    expect(tokens.filter(isOrdinaryName).length).toBeLessThan(15)
  })
})
