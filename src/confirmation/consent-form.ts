import type { ElicitRequestFormParams } from '@modelcontextprotocol/server'

/** A form without fields: accepting it is the consent, and there is nothing that a program could fill in. */
export function consentForm(question: string): ElicitRequestFormParams {
  return {
    mode: 'form',
    message: question,
    requestedSchema: { type: 'object', properties: {} },
  }
}
