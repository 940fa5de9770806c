import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { validationError } from '../../contract/errors.js'
import { ref, schemaOf } from '../../contract/schema.js'
import { isRepresentable, parseDuration, timestamp } from '../../contract/time.js'
import type { Clock } from '../../domain/clock.js'
import { ClockState } from '../../domain/state.js'
import { type ClockMove, timeAfter } from '../../domain/clock-move.js'
import { bodyErrors, controlSchema } from '../control-schema.js'

/** A change of the clock. `advance` counts from `set`, if both are given. */
export interface ClockChange {
  /** The time to set: ISO 8601. */
  set?: string
  /** How far to move the clock: milliseconds, or a duration such as `24h` or `23h59m59s`. A negative value moves it back. */
  advance?: number | string
  /** Whether to stop the clock, or to let it run again. */
  freeze?: boolean
}

export const ClockChange = schemaOf<ClockChange>()(Type.Object({
  set: Type.Optional(Type.String({ format: 'date-time', description: 'The time to set' })),
  advance: Type.Optional(Type.Unsafe<number | string>({
    type: ['number', 'string'], description: 'How far to move the clock: milliseconds, or a duration such as 24h or 23h59m59s; with a minus back'
  })),
  freeze: Type.Optional(Type.Boolean({ description: 'Whether to stop the clock, or to let it run again' }))
}, { $id: 'ClockChange', additionalProperties: false, description: 'A change of the clock' }))

/** The clock of a workspace. */
export const clockRoutes: FastifyPluginAsyncTypebox = async app => {
  app.get('/clock', {
    schema: controlSchema('readClock', 'Read the clock', {
      description: 'The time of the workspace, and whether it stands still.',
      response: { 200: ref(ClockState) }
    })
  }, async ({ workspace: { world } }) => clockStateOf(world.clock))

  app.post('/clock', {
    schema: controlSchema('changeClock', 'Set, advance, freeze or release the clock', {
      description: 'Sets the clock, moves it, stops it or lets it run again; several of these in that order. Responds when everything ' +
        'that is due by then is done. Idempotency keys expire when the clock has passed their 24 hours.',
      body: ref(ClockChange),
      response: { 200: ref(ClockState) }
    })
  }, async ({ body, workspace: { world: { clock, timeline } } }) => {
    const move = moveOf(body)
    if (!isRepresentable(timeAfter(clock.now(), move))) throw outOfRange // before anything is changed
    if (body.freeze !== undefined) await clock.freeze(body.freeze)
    if ((body.set !== undefined || body.advance !== undefined) && !await timeline.moveTo(move)) throw outOfRange
    return clockStateOf(clock)
  })

  app.delete('/clock', {
    schema: controlSchema('resetClock', 'Return to real time', {
      description: 'The clock is that of the machine again, and runs. Responds when everything that is due by then is done.',
      response: { 200: ref(ClockState) }
    }, ...bodyErrors)
  }, async ({ workspace: { world: { clock, timeline } } }) => {
    await clock.reset()
    await timeline.settled()
    return clockStateOf(clock)
  })
}

/** The time of a clock, and whether it is frozen. */
export function clockStateOf (clock: Clock): ClockState {
  return { now: timestamp(clock.now()), frozen: clock.frozen }
}

const outOfRange = validationError([{ loc: ['body', 'advance'], msg: 'must not lead out of the years 1 to 9998', type: 'value_error' }])

function moveOf ({ set, advance = 0 }: ClockChange): ClockMove {
  const milliseconds = typeof advance === 'number' ? advance : parseDuration(advance)
  if (milliseconds === undefined) {
    throw validationError([{ loc: ['body', 'advance'], msg: 'must be milliseconds, or a duration such as 24h or 23h59m59s', type: 'value_error' }])
  }
  return { set: set === undefined ? undefined : Date.parse(set), advance: milliseconds }
}
