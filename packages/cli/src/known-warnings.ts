// Node calls its SQLite experimental at every start. What is used of it runs in the tests of every
// version; a person at a terminal can do nothing about the sentence. All other warnings are shown.
const show = process.emitWarning

process.emitWarning = (warning: string | Error, ...details: unknown[]) => {
  if (String(warning).includes('SQLite is an experimental feature')) return
  Reflect.apply(show, process, [warning, ...details])
}
