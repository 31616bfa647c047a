import { createTerms } from '../terms/term.ts'
import { claimOf, findIssuerHost, isHostWithin, type VendorTable } from './vendor.ts'

const CLIENT_PROOFS = {
  0: 'A public client: it proved nothing.',
  1: 'The application showed a secret.',
  2: 'The application showed a certificate.',
}
const INTERNAL = { title: 'Internal', means: 'For Microsoft alone; make nothing of it.' }

// learn.microsoft.com/entra/identity-platform: claims of access tokens (v1.0, v2.0), ID tokens and
// optional claims.
export const ENTRA: VendorTable = {
  name: 'Microsoft Entra',
  recognise(claims) {
    const host = findIssuerHost(claims)
    const isTheirs = [
      'sts.windows.net',
      'login.microsoftonline.com',
      'login.microsoftonline.us',
      'login.partner.microsoftonline.cn',
      'ciamlogin.com',
      'b2clogin.com',
    ].some((one) => isHostWithin(host, one))
    if (isTheirs) return 'iss'
    return Object.hasOwn(claims, 'tid') ? claimOf(claims, 'oid', 'uti') : null
  },
  terms: new Map(
    createTerms('Microsoft Entra', {
      ver: {
        title: 'Version',
        means: 'Version of the token format.',
        values: {
          '1.0': 'Format 1.0: iss is sts.windows.net, the client is appid.',
          '2.0': 'Format 2.0: iss is login.microsoftonline.com, the client is azp.',
        },
      },
      tid: {
        title: 'Tenant',
        means: 'The directory of the subject. With applications of many tenants, check it.',
      },
      oid: {
        title: 'Object',
        means: 'The subject, the same in all applications of the tenant; with tid the best key.',
      },
      sub: { title: 'Subject', means: 'The subject as this one application sees it.' },
      appid: { title: 'Application', means: 'The application it was given to (v1.0).' },
      azp: { title: 'Application', means: 'The application it was given to (v2.0).' },
      appidacr: {
        title: 'Proof of the application',
        means: 'How the application proved itself (v1.0).',
        values: CLIENT_PROOFS,
      },
      azpacr: {
        title: 'Proof of the application',
        means: 'How the application proved itself (v2.0).',
        values: CLIENT_PROOFS,
      },
      idtyp: {
        title: 'Kind of subject',
        means: 'Whether a person or an application.',
        values: { app: 'An application for itself; no person is behind it.', user: 'A person.' },
      },
      scp: {
        title: 'Scopes',
        means: 'What it lets the application do in the name of the person.',
        reads: 'list',
      },
      roles: {
        title: 'App roles',
        means:
          'Roles that the application defines; for an application without a person, its permissions.',
        reads: 'list',
      },
      wids: {
        title: 'Directory roles',
        means: 'Administrator roles of the tenant, by template id.',
        reads: 'list',
      },
      hasgroups: {
        title: 'Too many groups',
        means: 'There are too many groups to list: ask Microsoft Graph.',
      },
      upn: {
        title: 'User name',
        means: 'It can change hands and identifies nobody.',
        private: 'name',
      },
      unique_name: {
        title: 'Shown name',
        means: 'For display; not unique in spite of its name.',
        private: 'name',
      },
      ipaddr: {
        title: 'Network address',
        means: 'Where the person logged in from.',
        private: 'ip-address',
      },
      login_hint: { title: 'Login hint', means: 'Fills in the login form.', private: 'name' },
      acct: {
        title: 'Account',
        means: 'Whether member or guest.',
        values: { 0: 'A member of the tenant.', 1: 'A guest of the tenant.' },
      },
      acrs: {
        title: 'Authentication contexts',
        means: 'Extra proofs that were given.',
        reads: 'list',
      },
      idp: {
        title: 'Identity provider',
        means: 'Who checked the person, when it was not the tenant.',
      },
      ctry: { title: 'Country', means: 'Country of the person.', private: 'address' },
      deviceid: { title: 'Device', means: 'The registered device.' },
      in_corp: { title: 'Inside', means: 'The login came from the corporate network.' },
      onprem_sid: {
        title: 'Security identifier',
        means: 'The account in the on-premises directory.',
      },
      pwd_exp: { title: 'Password ends', means: 'Seconds until the password has to be changed.' },
      pwd_url: { title: 'Password page', means: 'Where the password can be changed.' },
      verified_primary_email: { title: 'Addresses', means: 'Primary addresses.', private: 'email' },
      verified_secondary_email: {
        title: 'Addresses',
        means: 'Secondary addresses.',
        private: 'email',
      },
      xms_cc: {
        title: 'Client abilities',
        means: 'cp1: the application understands claims challenges.',
        reads: 'list',
      },
      xms_tcdt: { title: 'Tenant created', means: 'When the tenant was created.', reads: 'moment' },
      aio: INTERNAL,
      rh: INTERNAL,
      uti: { title: 'Token id', means: 'Their jti, for support cases.' },
      puid: INTERNAL,
    }),
  ),
}
