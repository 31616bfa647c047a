// Certificates of the tests, of any age. Each is its own authority: clients trust it by its file.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openTempFolder, type TempFolder } from '@signet/testkit'

const run = promisify(execFile)

export interface Certificate {
  /** PEM files. */
  readonly cert: string
  readonly key: string
}

export interface CertificateMaker extends AsyncDisposable {
  /** For localhost, good from and until so many days from now. */
  make(days: { from: number; until: number }): Promise<Certificate>
}

export async function openCertificates(): Promise<CertificateMaker> {
  const folder = await openTempFolder()
  let made = 0
  return {
    make: (days) => make(folder, { ...days, name: `certificate-${made++}` }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

const SETTINGS = `
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:localhost,IP:127.0.0.1
`

async function make(
  { path }: TempFolder,
  { name, from, until }: { name: string; from: number; until: number },
): Promise<Certificate> {
  const openssl = (words: string) => run('openssl', words.split(' '), { cwd: path })
  await writeFile(join(path, 'settings'), SETTINGS)
  await writeFile(join(path, 'index.txt'), '')
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
  await openssl(`req -new ${key} -subj /CN=${name} -keyout ${name}.key -out ${name}.csr`)
  const span = `-startdate ${moment(from)} -enddate ${moment(until)}`
  const files = `-keyfile ${name}.key -in ${name}.csr -out ${name}.crt`
  await openssl(`ca -batch -selfsign -notext -config settings ${span} ${files}`)
  return { cert: join(path, `${name}.crt`), key: join(path, `${name}.key`) }
}

/** As openssl takes it: 20261123100000Z. */
function moment(daysFromNow: number): string {
  const date = new Date(Date.now() + daysFromNow * 86_400_000)
  return `${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`
}
