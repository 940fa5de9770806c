import { useEffect, useRef } from 'preact/hooks'

/** Calls a function when a key is pressed, except in a form, where somebody types, or with a modifier. */
export function useKeys (keys: Readonly<Record<string, () => void>>): void {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const run = latest.current[event.key]
      if (run === undefined || event.ctrlKey || event.metaKey || event.altKey || needsKeys(event.target as Element)) return
      event.preventDefault()
      run()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}

function needsKeys (element: Element): boolean {
  return element.closest('input, textarea, select, pre, form') !== null
}
