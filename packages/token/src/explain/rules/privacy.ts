// Whoever carries a token reads it: browsers, proxies, logs, and who finds it there.
import type { TokenContext } from '../context.ts'
import type { PrivateKind, Severity, TokenKind } from '../explanation.ts'
import type { Rule } from './rule.ts'

type Words = readonly [severity: Severity, title: string, reference: string]

const KINDS: Readonly<Record<PrivateKind, Words>> = {
  password: ['error', 'A password', 'CWE-522, CWE-312'],
  secret: ['error', 'A secret or an API key', 'CWE-522, CWE-798'],
  'private-key': ['error', 'A private key', 'CWE-522, CWE-321'],
  token: ['error', 'Another token', 'CWE-522, RFC 9700 4.14'],
  card: ['error', 'A payment card or bank account', 'PCI DSS 3.5, CWE-359'],
  'national-id': ['error', 'A number that a state gave to a person', 'CWE-359, RFC 9068 6'],
  email: ['warning', 'An e-mail address', 'CWE-359, RFC 9068 6'],
  phone: ['warning', 'A telephone number', 'CWE-359, RFC 9068 6'],
  birthdate: ['warning', 'A date of birth', 'CWE-359, RFC 9068 6'],
  address: ['warning', 'A postal address', 'CWE-359, RFC 9068 6'],
  name: ['info', 'Who a person is', 'CWE-359, RFC 9068 6'],
  'ip-address': ['info', 'A network address', 'CWE-359, RFC 9068 6'],
}
/** An ID token is there to tell an application who it is: that is less of a surprise. */
const PERSONAL: readonly TokenKind[] = ['id-token']

export const PRIVACY_RULES: readonly Rule<TokenContext>[] = Object.entries(KINDS).map(
  ([kind, [severity, title, reference]]): Rule<TokenContext> => ({
    id: `private-content:${kind}`,
    area: 'privacy',
    severity,
    title: `${title} in the token`,
    why: 'Everybody who carries or finds the token can read it: it is signed, not sealed.',
    remedy:
      severity === 'error'
        ? 'Take it out, and change it: it has been seen.'
        : 'Take it out; let services ask for what they need, by the subject.',
    reference,
    check: (context) => {
      const isDue = severity === 'warning' && PERSONAL.includes(context.kind)
      return context.privateContent
        .filter((content) => content.kind === kind)
        .map(({ path: at }) => (isDue ? { at, severity: 'info' } : { at }))
    },
  }),
)
