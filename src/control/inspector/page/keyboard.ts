import { useEffect, useRef } from 'preact/hooks'

/** Calls a function when a key is pressed, except where somebody types or a modifier is held. */
export function useKeys (keys: Readonly<Record<string, () => void>>): void {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const run = latest.current[event.key]
      if (run === undefined || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target as Element)) return
      event.preventDefault()
      run()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}

function isTyping (element: Element): boolean {
  return element.closest('input, textarea, select, pre') !== null
}
