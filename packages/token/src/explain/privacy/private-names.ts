import type { PrivateKind } from '../explanation.ts'
import { isPasswordName, plainName } from '../input/secret-names.ts'

const NAMES: Readonly<Partial<Record<PrivateKind, readonly string[]>>> = {
  secret: [
    'secret',
    'clientsecret',
    'appsecret',
    'apikey',
    'apitoken',
    'secretkey',
    'secretaccesskey',
    'signingkey',
    'encryptionkey',
    'masterkey',
    'pin',
    'otp',
    'totpsecret',
    'mfasecret',
    'recoverycodes',
    'securityanswer',
    'passwordhash',
    'dburl',
    'databaseurl',
    'connectionstring',
    'cvv',
    'cvc',
  ],
  'private-key': ['privatekey', 'privkey'],
  token: ['refreshtoken', 'accesstoken', 'idtoken', 'sessiontoken', 'bearertoken'],
  card: ['cardnumber', 'creditcard', 'creditcardnumber', 'iban', 'bankaccount', 'accountnumber'],
  email: [
    'email',
    'mail',
    'emailaddress',
    'emails',
    'verifiedprimaryemail',
    'verifiedsecondaryemail',
  ],
  phone: [
    'phone',
    'phonenumber',
    'mobile',
    'mobilenumber',
    'mobilephone',
    'telephone',
    'telephonenumber',
    'msisdn',
  ],
  name: [
    'name',
    'givenname',
    'familyname',
    'middlename',
    'firstname',
    'lastname',
    'fullname',
    'surname',
    'displayname',
    'nickname',
    'preferredusername',
    'username',
    'upn',
    'uniquename',
    'gender',
    'sex',
  ],
  birthdate: ['birthdate', 'birthday', 'dateofbirth', 'dob'],
  address: ['address', 'streetaddress', 'postaladdress', 'homeaddress', 'postalcode', 'zipcode'],
  'national-id': [
    'ssn',
    'socialsecuritynumber',
    'nationalid',
    'nationalidnumber',
    'nin',
    'nationalinsurancenumber',
    'passport',
    'passportnumber',
    'taxid',
    'tin',
    'steuerid',
    'personnummer',
    'cpf',
    'cnp',
    'dni',
    'nif',
    'aadhaar',
    'idcardnumber',
    'driverslicense',
  ],
  'ip-address': ['ip', 'ipaddr', 'ipaddress', 'clientip', 'clientaddress', 'remoteaddr'],
}

const KINDS = new Map(
  Object.entries(NAMES).flatMap(([kind, names]) =>
    names.map((name) => [name, kind as PrivateKind]),
  ),
)

/** By its name alone; of a name that is an address, by the end of it. */
export function privateKindOfName(name: string): PrivateKind | null {
  const last = name.slice(-256).split(/[/:]/).at(-1) ?? name
  if (isPasswordName(last)) return 'password'
  return KINDS.get(plainName(last)) ?? null
}
