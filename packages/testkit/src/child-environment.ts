/** The environment for a child process: this one's without the settings of any authority. */
export function environmentWith(settings: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SIGNET_'))
  return { ...Object.fromEntries(inherited), ...settings }
}
