import { setTimeout as wait } from 'node:timers/promises'
import type { Receiver } from '../receiver.js'

const PAUSE = 20 // milliseconds

/**
 * Asks until the answer is yes: for what another process does without saying so. Rejects when that takes far too long.
 * @param what what is waited for, as a clause: `the engine responds`
 */
export async function until (what: string, isSo: () => boolean | Promise<boolean>, { seconds = 60 } = {}): Promise<void> {
  const deadline = performance.now() + seconds * 1_000
  while (!await isSo()) {
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s in vain until ${what}`)
    await wait(PAUSE)
  }
}

/** Resolves when so many webhooks have come in all. */
export async function untilReceived ({ received }: Receiver, count: number): Promise<void> {
  await until(`${count} webhooks have come`, () => received.length >= count)
}
