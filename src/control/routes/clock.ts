import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { type Clock, isTellable, timestamp } from '../../clock.js'
import { validationError } from '../../errors.js'
import { bodyErrors, controlSchema } from '../control-schema.js'
import { ClockState } from '../state.js'

/** What to do with the clock, in this order. */
export const ClockChange = Type.Object({
  set: Type.Optional(Type.String({ format: 'date-time', description: 'Put it to this time' })),
  advance: Type.Optional(Type.Unsafe<number | string>({
    type: ['number', 'string'], description: 'Move it by so many milliseconds, or by a duration as 24h or 23h59m59s; back with a minus'
  })),
  freeze: Type.Optional(Type.Boolean({ description: 'Let it stand still, or run again' }))
}, { additionalProperties: false })
export type ClockChange = Static<typeof ClockChange>

/** The clock of a workspace, which everything obeys. */
export const clockRoutes: FastifyPluginAsyncTypebox = async app => {
  app.get('/clock', {
    schema: controlSchema('readClock', 'Read the clock', {
      description: 'The time that everything obeys, and whether it stands still.',
      response: { 200: ClockState }
    })
  }, async ({ workspace: { clock } }) => stateOf(clock))

  app.post('/clock', {
    schema: controlSchema('changeClock', 'Set, move, freeze or release the clock', {
      description: 'Puts the clock to a time, moves it, freezes it or lets it run again; several of these in that order. ' +
        'What is kept for 24 hours goes when the clock has passed them.',
      body: ClockChange,
      response: { 200: ClockState }
    })
  }, async ({ body, workspace: { clock } }) => {
    const moment = momentAfter(clock, body)
    if (body.freeze !== undefined) clock.freeze(body.freeze)
    if (body.set !== undefined || body.advance !== undefined) clock.set(moment)
    return stateOf(clock)
  })

  app.delete('/clock', {
    schema: controlSchema('resetClock', 'Go back to real time', {
      description: 'The time is that of the machine again, and runs.',
      response: { 200: ClockState }
    }, ...bodyErrors)
  }, async ({ workspace: { clock } }) => {
    clock.reset()
    return stateOf(clock)
  })
}

function stateOf (clock: Clock): ClockState {
  return { now: timestamp(clock.now()), frozen: clock.frozen }
}

function momentAfter (clock: Clock, { set, advance = 0 }: ClockChange): number {
  const milliseconds = typeof advance === 'number' ? advance : parseDuration(advance)
  if (milliseconds === undefined) {
    throw validationError([{ loc: ['body', 'advance'], msg: 'must be milliseconds, or a duration as 24h or 23h59m59s', type: 'value_error' }])
  }
  const moment = (set === undefined ? clock.now() : Date.parse(set)) + Math.trunc(milliseconds)
  if (isTellable(moment)) return moment
  throw validationError([{ loc: ['body', 'advance'], msg: 'must not lead out of the years 1 to 9998', type: 'value_error' }])
}

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

/** A duration as `24h`, `23h59m59s` or `-1d`, in milliseconds; `undefined` when it is none. */
function parseDuration (text: string): number | undefined {
  const parts = /^(-?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text)
  if (parts === null || parts[0] === parts[1]) return undefined
  const total = Object.values(units).reduce((sum, unit, index) => sum + Number(parts[index + 2] ?? 0) * unit, 0)
  return parts[1] === '-' ? -total : total
}
