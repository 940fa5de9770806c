/** HTML that is complete: it is not escaped again. */
export class Html {
  constructor (readonly text: string) {}
}

/** What can be put into HTML: text, which is escaped, or HTML. */
export type Piece = string | Html | readonly Html[]

/** Writes HTML. Every text that is put in is escaped, so that nobody's data becomes a part of the page. */
export function html (parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(String.raw({ raw: parts }, ...pieces.map(write)))
}

function write (piece: Piece): string {
  if (typeof piece === 'string') return piece.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
  return piece instanceof Html ? piece.text : piece.map(write).join('')
}
