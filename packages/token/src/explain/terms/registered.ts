// The claims of the RFCs (IANA JSON Web Token Claims), as far as tokens of people and services
// carry them.
import type { JsonValue } from '../explanation.ts'
import { createTerms, type Terms } from './term.ts'

const CONFIRMATIONS: Readonly<Record<string, string>> = {
  jkt: 'bound to a key by DPoP: a thief without that key cannot use it (RFC 9449)',
  'x5t#S256': 'bound to a client certificate by mutual TLS (RFC 8705)',
  jwk: 'bound to the key written here (RFC 7800)',
  jwe: 'bound to a key written here encrypted (RFC 7800)',
  kid: 'bound to a key that is named here (RFC 7800)',
  jku: 'bound to a key that is to be fetched from an address (RFC 7800)',
}

export const REGISTERED_TERMS: Terms = new Map([
  ...createTerms('RFC 7519', {
    iss: { title: 'Issuer', means: 'Who says it. Compare it as a whole.', definedBy: '4.1.1' },
    sub: { title: 'Subject', means: 'Whom it is about, unique at its issuer.', definedBy: '4.1.2' },
    aud: {
      title: 'Audience',
      means: 'For whom it is meant. Everybody else must refuse it.',
      reads: 'list',
      definedBy: '4.1.3',
    },
    exp: {
      title: 'Expires',
      means: 'From then on it must be refused.',
      reads: 'moment',
      definedBy: '4.1.4',
    },
    nbf: {
      title: 'Not before',
      means: 'Before that it must be refused.',
      reads: 'moment',
      definedBy: '4.1.5',
    },
    iat: { title: 'Issued', means: 'When it was made.', reads: 'moment', definedBy: '4.1.6' },
    jti: {
      title: 'Token id',
      means: 'Names this token, to revoke it or to see it twice.',
      definedBy: '4.1.7',
    },
  }),
  ...createTerms('RFC 8693', {
    act: {
      title: 'Actor',
      means: 'Who acts in the name of the subject.',
      say: (value) => actorWords(value),
      definedBy: '4.1',
    },
    scope: {
      title: 'Scopes',
      means: 'What it lets its bearer do.',
      reads: 'list',
      definedBy: '4.2',
    },
    client_id: { title: 'Client', means: 'The application it was given to.', definedBy: '4.3' },
    may_act: {
      title: 'May act',
      means: 'Who may act in the name of the subject.',
      definedBy: '4.4',
    },
  }),
  ...createTerms('RFC 7800', {
    cnf: {
      title: 'Confirmation',
      means: 'Only who proves to hold a key may use it.',
      say: (value) => confirmationWords(value),
      definedBy: '3.1',
    },
  }),
  ...createTerms('RFC 8417', {
    events: {
      title: 'Events',
      means: 'What happened.',
      say: (value) => eventWords(value),
      definedBy: '2.2',
    },
    txn: { title: 'Transaction', means: 'What led to it, across tokens.', definedBy: '2.2' },
    toe: { title: 'Time of event', means: 'When it happened.', reads: 'moment', definedBy: '2.2' },
  }),
  ...createTerms('RFC 9449', {
    htm: {
      title: 'HTTP method',
      means: 'The proof counts for requests with this method only.',
      definedBy: '4.2',
    },
    htu: {
      title: 'HTTP address',
      means: 'The proof counts for requests to this address only.',
      definedBy: '4.2',
    },
    ath: {
      title: 'Access token hash',
      means: 'The proof counts with this access token only.',
      definedBy: '4.2',
    },
  }),
  ...createTerms('RFC 7643', {
    roles: { title: 'Roles', means: 'Roles of the subject.', reads: 'list', definedBy: '4.1.2' },
    groups: {
      title: 'Groups',
      means: 'Groups the subject belongs to.',
      reads: 'list',
      definedBy: '4.1.2',
    },
    entitlements: {
      title: 'Entitlements',
      means: 'What the subject may do.',
      reads: 'list',
      definedBy: '4.1.2',
    },
  }),
  ...createTerms('RFC 9396', {
    authorization_details: {
      title: 'Authorization details',
      means: 'What it lets its bearer do, in detail.',
      definedBy: '9.1',
    },
  }),
  ...createTerms('RFC 9493', {
    sub_id: {
      title: 'Subject identifier',
      means: 'Whom it is about, with the kind of identifier.',
      definedBy: '4.1',
    },
  }),
  ...createTerms('RFC 9701', {
    token_introspection: {
      title: 'Introspection',
      means: 'What the issuer says about another token.',
      definedBy: '5',
    },
  }),
])

function actorWords(value: JsonValue): string | null {
  let depth = 0
  let actor: JsonValue = value
  while (typeof actor === 'object' && actor !== null && 'sub' in actor) {
    depth++
    actor = 'act' in actor ? (actor.act ?? null) : null
  }
  if (depth === 0) return null
  const before = depth === 1 ? '' : `, behind ${depth - 1} more`
  return `Somebody else acts in the name of the subject${before}.`
}

function confirmationWords(value: JsonValue): string | null {
  const [first] = Object.keys(value ?? {}).flatMap((name) => CONFIRMATIONS[name] ?? [])
  return first === undefined ? null : `It is ${first}.`
}

function eventWords(value: JsonValue): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const kinds = Object.keys(value).map((name) => name.split('/').at(-1)?.slice(0, 40) ?? '')
  return kinds.length === 0 ? null : `What happened: ${kinds.slice(0, 5).join(', ')}.`
}
