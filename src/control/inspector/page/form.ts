import { useRef, useState } from 'preact/hooks'

/**
 * Submits a form with a call instead of by the browser. While the call is made, the form cannot be submitted again.
 * @param submit makes the call; a rejection becomes `error`
 */
export function useForm (submit: (form: FormData) => Promise<unknown>) {
  const [error, setError] = useState<Error>()
  const isRunning = useRef(false)
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (isRunning.current) return
    isRunning.current = true
    setError(undefined)
    try {
      await submit(new FormData(event.target as HTMLFormElement))
    } catch (error) {
      setError(error as Error)
    }
    isRunning.current = false
  }
  return { error, onSubmit }
}

/** The text of a field; empty when the form has no such field. */
export function textOf (form: FormData, name: string): string {
  return form.get(name) as string | null ?? ''
}
