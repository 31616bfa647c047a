export const FORM = ['application/x-www-form-urlencoded']

const TEXT = { type: 'string', maxLength: 8_192 } as const

/** Parameters that every call takes: the client, where it does not say itself in the header. */
const CLIENT_PARAMETERS = { client_id: TEXT, client_secret: TEXT, client_assertion: TEXT } as const

/** Nothing stands in the address: it is logged, cached and passed on (RFC 6749, section 2.3.1). */
export const NO_QUERY = { type: 'object', additionalProperties: false, properties: {} } as const

/** Of RFC 7009 and RFC 7662 alike. The hint is not needed: tokens tell themselves what they are. */
export const TOKEN_FORM = {
  type: 'object',
  required: ['token'],
  properties: { ...CLIENT_PARAMETERS, token: TEXT, token_type_hint: TEXT },
} as const

export const GRANT_FORM = {
  type: 'object',
  required: ['grant_type'],
  properties: {
    ...CLIENT_PARAMETERS,
    grant_type: TEXT,
    scope: TEXT,
    audience: TEXT,
    resource: { type: 'array', items: TEXT },
  },
} as const
