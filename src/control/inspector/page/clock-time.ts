import { useEffect, useState } from 'preact/hooks'
import type { ClockState } from '../../../domain/state.js'

/** The time on the clock of the mock, in milliseconds since 1970. It ticks once a second, unless the clock is frozen. */
export function useClockTime ({ now, frozen }: ClockState): number {
  const [shown, setShown] = useState(Date.parse(now))
  useEffect(() => {
    const received = performance.now()
    const tick = () => setShown(Date.parse(now) + (frozen ? 0 : performance.now() - received))
    tick()
    if (frozen) return undefined
    const timer = setInterval(tick, 1_000)
    return () => clearInterval(timer)
  }, [now, frozen])
  return shown
}
