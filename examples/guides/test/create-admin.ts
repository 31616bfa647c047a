import { runSignet, type StartedAuthority } from '@signet/testkit'

/** Makes an account with the role `admin`, and answers an access token of it. */
export async function createAdmin(authority: StartedAuthority): Promise<string> {
  const [email, password] = ['root@example.com', 'correct horse battery']
  const made = await runSignet(['user', 'create', email, '--role', 'admin'], {
    cwd: authority.folder,
    stdin: password,
    settings: { SIGNET_DATABASE_URL: `sqlite:${authority.databasePath}` },
  })
  if (made.code !== 0) throw new Error(made.stderr)
  return (await authority.client.login(email, password)).body.accessToken
}
