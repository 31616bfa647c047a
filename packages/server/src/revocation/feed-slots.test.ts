import { expect, test } from 'vitest'
import { FeedSlots } from './feed-slots.ts'

/** Slots, and whose stream was ended to make room. */
function createSlots(limits: { overall: number; perHolder: number }) {
  const slots = new FeedSlots(limits)
  const cut: string[] = []
  const take = (holder: string, name = holder) => slots.take(holder, () => cut.push(name))
  return { slots, cut, take }
}

test('one holder has no more than one may have, and gets a slot back for each that is freed', () => {
  const { slots, take } = createSlots({ overall: 10, perHolder: 2 })
  const free = take('a')
  take('a')
  expect(() => take('a')).toThrow(expect.objectContaining({ code: 'feed_slots_taken' }))
  take('b')
  free()
  free()
  expect(slots.taken).toBe(2)
  take('a')
  expect(slots.taken).toBe(3)
})

test('when all are taken, who has few takes the newest of who has the most', () => {
  const { slots, cut, take } = createSlots({ overall: 4, perHolder: 4 })
  for (const name of ['first', 'second', 'third', 'fourth']) take('greedy', name)
  take('b')
  take('b')
  expect(cut).toEqual(['fourth', 'third'])
  // Two and two: nobody has clearly more.
  expect(() => take('b')).toThrow(expect.objectContaining({ code: 'overloaded' }))
  expect(() => take('greedy')).toThrow(expect.objectContaining({ code: 'overloaded' }))
  take('c')
  expect(cut).toHaveLength(3)
  expect(slots.taken).toBe(4)
})

test('one that lost its slot to others frees nothing more when it ends', () => {
  const { slots, take } = createSlots({ overall: 2, perHolder: 2 })
  take('greedy')
  const free = take('greedy')
  take('b')
  free()
  expect(slots.taken).toBe(2)
})

test('a single holder can never take the last slot of another', () => {
  const { cut, take } = createSlots({ overall: 100, perHolder: 90 })
  take('small')
  for (let index = 0; index < 90; index++) take('greedy')
  for (let index = 0; index < 9; index++) take(`other-${index}`)
  for (let index = 0; index < 40; index++) take(`late-${index}`)
  expect(new Set(cut)).toEqual(new Set(['greedy']))
})
