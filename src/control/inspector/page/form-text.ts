/** The text of a field of a form; empty when the form has no such field. */
export function textOf (form: FormData, name: string): string {
  return form.get(name) as string | null ?? ''
}
