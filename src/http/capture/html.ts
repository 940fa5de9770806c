/** Finished HTML, which is not escaped again. */
export class Html {
  constructor (readonly text: string) {}
}

/** A piece to insert into HTML: text, which is escaped, or HTML. */
export type Piece = string | Html | readonly Html[]

/** Writes HTML. Every inserted text is escaped, so that data cannot become markup. */
export function html (parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(String.raw({ raw: parts }, ...pieces.map(write)))
}

function write (piece: Piece): string {
  if (typeof piece === 'string') return piece.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
  return piece instanceof Html ? piece.text : piece.map(write).join('')
}
