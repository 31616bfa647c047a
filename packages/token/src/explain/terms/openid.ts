// OpenID Connect Core 1.0 and its neighbours.
import { createTerms, type Terms } from './term.ts'

/** RFC 8176. */
const METHODS: Readonly<Record<string, string>> = {
  pwd: 'a password',
  otp: 'a one-time code',
  mfa: 'several factors',
  hwk: 'a key in hardware',
  swk: 'a key in software',
  fpt: 'a fingerprint',
  face: 'a face',
  pin: 'a PIN',
  sms: 'a text message',
  tel: 'a telephone call',
  rba: 'a judgement of risk',
  sc: 'a smart card',
  user: 'presence of a person',
  kba: 'questions',
  wia: 'Windows authentication',
  mca: 'several channels',
}

export const OPENID_TERMS: Terms = new Map([
  ...createTerms('OpenID Connect Core', {
    auth_time: {
      title: 'Logged in',
      means: 'When the person last proved who they are.',
      reads: 'moment',
      definedBy: '2',
    },
    nonce: {
      title: 'Nonce',
      means: 'Binds it to the one request that asked for it.',
      definedBy: '2',
    },
    acr: { title: 'Assurance', means: 'How sure the issuer is who it was.', definedBy: '2' },
    amr: {
      title: 'Login methods',
      means: 'How the person logged in.',
      reads: 'list',
      values: METHODS,
      definedBy: '2',
    },
    azp: { title: 'Authorized party', means: 'The application it was given to.', definedBy: '2' },
    at_hash: {
      title: 'Access token hash',
      means: 'Binds it to the access token beside it.',
      definedBy: '3.1.3.6',
    },
    c_hash: { title: 'Code hash', means: 'Binds it to the code beside it.', definedBy: '3.3.2.11' },
    name: { title: 'Name', means: 'Full name.', private: 'name', definedBy: '5.1' },
    given_name: { title: 'First name', means: 'First name.', private: 'name', definedBy: '5.1' },
    family_name: { title: 'Last name', means: 'Last name.', private: 'name', definedBy: '5.1' },
    middle_name: { title: 'Middle name', means: 'Middle name.', private: 'name', definedBy: '5.1' },
    nickname: {
      title: 'Nickname',
      means: 'How the person is called.',
      private: 'name',
      definedBy: '5.1',
    },
    preferred_username: {
      title: 'User name',
      means: 'For display; it can change hands and identifies nobody.',
      private: 'name',
      definedBy: '5.1',
    },
    profile: { title: 'Profile', means: 'Address of a page about the person.', definedBy: '5.1' },
    picture: { title: 'Picture', means: 'Address of a picture of the person.', definedBy: '5.1' },
    website: { title: 'Website', means: 'A page of the person.', definedBy: '5.1' },
    email: {
      title: 'E-mail',
      means: 'It can change hands and identifies nobody.',
      private: 'email',
      definedBy: '5.1',
    },
    email_verified: {
      title: 'E-mail verified',
      means: 'Whether the issuer saw that the address is theirs.',
      values: {
        true: 'The issuer saw that the address is theirs.',
        false: 'Anybody could have claimed that address.',
      },
      definedBy: '5.1',
    },
    gender: { title: 'Gender', means: 'Gender.', private: 'name', definedBy: '5.1' },
    birthdate: {
      title: 'Date of birth',
      means: 'Date of birth.',
      private: 'birthdate',
      definedBy: '5.1',
    },
    zoneinfo: { title: 'Time zone', means: 'Time zone of the person.', definedBy: '5.1' },
    locale: { title: 'Language', means: 'Language of the person.', definedBy: '5.1' },
    phone_number: {
      title: 'Telephone',
      means: 'Telephone number.',
      private: 'phone',
      definedBy: '5.1',
    },
    phone_number_verified: {
      title: 'Telephone verified',
      means: 'Whether the issuer saw that the number is theirs.',
      definedBy: '5.1',
    },
    address: { title: 'Address', means: 'Postal address.', private: 'address', definedBy: '5.1' },
    updated_at: {
      title: 'Profile changed',
      means: 'When the profile last changed.',
      reads: 'moment',
      definedBy: '5.1',
    },
    _claim_names: {
      title: 'Claims elsewhere',
      means: 'Names claims that are to be had somewhere else.',
      definedBy: '5.6.2',
    },
    _claim_sources: {
      title: 'Sources of claims',
      means: 'Where those claims are to be had.',
      definedBy: '5.6.2',
    },
  }),
  ...createTerms('OpenID Connect Back-Channel Logout', {
    sid: { title: 'Session', means: 'The login it belongs to, at its issuer.', definedBy: '2.1' },
  }),
  ...createTerms('FAPI 1.0', {
    s_hash: {
      title: 'State hash',
      means: 'Binds it to the state of the request.',
      definedBy: 'part 2, 5.2.2',
    },
  }),
])
