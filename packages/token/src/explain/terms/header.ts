import { algorithmWords } from './algorithms.ts'
import { createTerms, type Terms } from './term.ts'

const NEVER_FOLLOWED = 'No verifier should take a key because the token says where it is.'

export const HEADER_TERMS: Terms = new Map([
  ...createTerms('RFC 7515', {
    alg: {
      title: 'Algorithm',
      means: 'How it is signed or encrypted. A name that is in no registry.',
      say: (value) => (typeof value === 'string' ? algorithmWords(value) : null),
      definedBy: '4.1.1',
    },
    jku: {
      title: 'Address of keys',
      means: `Where a key set is said to be. ${NEVER_FOLLOWED}`,
      definedBy: '4.1.2',
    },
    jwk: {
      title: 'Embedded key',
      means: 'A key that the token brings along. Only a DPoP proof should.',
      definedBy: '4.1.3',
    },
    kid: {
      title: 'Key id',
      means: 'Which key of the issuer it is; a name to look up, nothing else.',
      definedBy: '4.1.4',
    },
    x5u: {
      title: 'Address of a certificate',
      means: `Where a certificate is said to be. ${NEVER_FOLLOWED}`,
      definedBy: '4.1.5',
    },
    x5c: {
      title: 'Embedded certificates',
      means: 'A certificate chain that the token brings along. It proves nothing by itself.',
      definedBy: '4.1.6',
    },
    x5t: {
      title: 'Certificate thumbprint (SHA-1)',
      means: 'Names a certificate of the issuer.',
      definedBy: '4.1.7',
    },
    'x5t#S256': {
      title: 'Certificate thumbprint (SHA-256)',
      means: 'Names a certificate of the issuer.',
      definedBy: '4.1.8',
    },
    typ: {
      title: 'Type of token',
      means: 'What kind of token it is, so that none passes for another.',
      values: {
        JWT: 'Any JWT: it does not say for what.',
        'at+jwt': 'An access token (RFC 9068).',
        'application/at+jwt': 'An access token (RFC 9068).',
        'dpop+jwt': 'A proof that the sender holds a key (RFC 9449).',
        'secevent+jwt': 'News about an account or session (RFC 8417).',
        'logout+jwt': 'An order to end a session (OpenID Connect Back-Channel Logout).',
        'token-introspection+jwt': 'An answer about another token (RFC 9701).',
        'oauth-authz-req+jwt': 'A signed authorization request (RFC 9101).',
        'dc+sd-jwt': 'A credential with parts to be disclosed one by one (SD-JWT VC).',
      },
      definedBy: '4.1.9',
    },
    cty: {
      title: 'Type of content',
      means: 'What the payload is. JWT: another token.',
      definedBy: '4.1.10',
    },
    crit: {
      title: 'Critical members',
      means: 'Members that a verifier must understand, or else refuse the token.',
      reads: 'list',
      definedBy: '4.1.11',
    },
  }),
  ...createTerms('RFC 7516', {
    enc: {
      title: 'Content encryption',
      means: 'How the content is encrypted.',
      definedBy: '4.1.2',
    },
    zip: {
      title: 'Compression',
      means: 'The content was compressed before it was encrypted.',
      definedBy: '4.1.3',
    },
  }),
  ...createTerms('RFC 7518', {
    epk: {
      title: 'Ephemeral key',
      means: 'The public half of a key made for this token alone.',
      definedBy: '4.6.1.1',
    },
    apu: {
      title: 'Producer',
      means: 'Who made it, as input of the key agreement.',
      definedBy: '4.6.1.2',
    },
    apv: {
      title: 'Recipient',
      means: 'For whom it is, as input of the key agreement.',
      definedBy: '4.6.1.3',
    },
    p2s: { title: 'Salt', means: 'Salt of the password-based key.', definedBy: '4.8.1.1' },
    p2c: {
      title: 'Iterations',
      means: 'How much work the receiver is told to do.',
      definedBy: '4.8.1.2',
    },
  }),
  ...createTerms('RFC 7797', {
    b64: {
      title: 'Payload encoding',
      means: 'Whether the payload is base64url at all.',
      definedBy: '3',
    },
  }),
  ...createTerms('RFC 7519', {
    iss: {
      title: 'Issuer, repeated',
      means: 'The claim, where no key is needed to read it.',
      definedBy: '5.3',
    },
    sub: {
      title: 'Subject, repeated',
      means: 'The claim, where no key is needed to read it.',
      definedBy: '5.3',
    },
    aud: {
      title: 'Audience, repeated',
      means: 'The claim, where no key is needed to read it.',
      definedBy: '5.3',
    },
  }),
  ...createTerms('RFC 8555', {
    nonce: { title: 'Nonce', means: 'A value used once.', definedBy: '6.5.2' },
    url: { title: 'Address', means: 'The address that the message is for.', definedBy: '6.4.1' },
  }),
])
