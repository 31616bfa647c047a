// The chart of a growth run, drawn by hand: rates beside those of the smallest population.

const WIDTH = 720
const HEIGHT = 400
const LEFT = 64
const RIGHT = 150
const TOP = 56
const BOTTOM = 64

const STYLE = `
  text { font-family: system-ui, sans-serif; font-size: 13px; fill: #24292f }
  .title { font-size: 16px; font-weight: 600 }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .even { stroke: #57606a; stroke-width: 1; stroke-dasharray: 4 4 }
  .paper { fill: #ffffff }
  .a { color: #0550ae }
  .b { color: #a04100 }
  .c { color: #116329 }
  .line { fill: none; stroke: currentColor; stroke-width: 2.5 }
  .range { stroke: currentColor; stroke-width: 1.5 }
  .dot { fill: currentColor }
  .name { fill: currentColor; font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .grid { stroke: #30363d }
    .even { stroke: #8b949e }
    .paper { fill: #0d1117 }
    .a { color: #79c0ff }
    .b { color: #ffa657 }
    .c { color: #7ee787 }
    .name { fill: currentColor }
  }`

/**
 * @param lines at most three `{ name, points: [{ accounts, share, spread: [low, high] }] }`
 */
export function drawChart({ title, lines }) {
  const counts = lines[0].points.map(({ accounts }) => accounts)
  const [first, last] = [Math.log10(counts[0]), Math.log10(counts.at(-1))]
  const x = (accounts) =>
    Math.round(
      LEFT + ((Math.log10(accounts) - first) / (last - first || 1)) * (WIDTH - LEFT - RIGHT),
    )
  const y = (share) =>
    Math.round(HEIGHT - BOTTOM - (Math.min(share, MAX) / MAX) * (HEIGHT - TOP - BOTTOM))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
    `<text class="title" x="${LEFT}" y="32">${title}</text>`,
    ...GRID.map((share) => grid(share, y(share))),
    ...counts.map(
      (accounts) =>
        `<text x="${x(accounts)}" y="${HEIGHT - BOTTOM + 24}" text-anchor="middle">${accounts.toLocaleString('en-GB')}</text>`,
    ),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 14}" text-anchor="middle">accounts, one session each</text>`,
    ...lines.map(({ name, points }, index) => line({ name, points, index, x, y })),
    '</svg>',
    '',
  ].join('\n')
}

const MAX = 1.4
const GRID = [0, 0.25, 0.5, 0.75, 1, 1.25]

function grid(share, y) {
  const kind = share === 1 ? 'even' : 'grid'
  return `<line class="${kind}" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/><text x="${LEFT - 16}" y="${y + 4}" text-anchor="end">${share.toFixed(2)}</text>`
}

function line({ name, points, index, x, y }) {
  // Points of several lines at one place stand beside one another.
  const at = ({ accounts }) => x(accounts) + (index - 1) * 6
  const end = points.at(-1)
  return [
    `<g class="${'abc'[index]}">`,
    `<polyline class="line" points="${points.map((point) => `${at(point)},${y(point.share)}`).join(' ')}"/>`,
    ...points.map(
      (point) =>
        `<line class="range" x1="${at(point)}" x2="${at(point)}" y1="${y(point.spread[0])}" y2="${y(point.spread[1])}"/><circle class="dot" cx="${at(point)}" cy="${y(point.share)}" r="4"/>`,
    ),
    `<text class="name" x="${WIDTH - RIGHT + 20}" y="${TOP + 40 + index * 40}">${name}</text>`,
    `<text x="${WIDTH - RIGHT + 20}" y="${TOP + 57 + index * 40}">${end.share.toFixed(2)} at the end</text>`,
    '</g>',
  ].join('')
}
