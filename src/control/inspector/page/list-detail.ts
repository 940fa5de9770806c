import { useEffect, useRef, useState } from 'preact/hooks'
import { html, type Content } from './html.js'
import { useKeys } from './keyboard.js'
import { go } from './navigation.js'
import { hrefOf, type Route } from './route.js'

/** How many rows a list has at first, and how many it grows by. */
export const ROWS = 50

export interface ListDetailProps<T> {
  /** What the list is, for screen readers. */
  label: string
  route: Route
  /** The items of the list, in their order; `undefined` until they are loaded. */
  items: readonly T[] | undefined
  idOf: (item: T) => string
  rowOf: (item: T) => Content
  /** Above the list: its search and filters. */
  toolbar: Content
  /** How many items there are, shown or not. */
  total: number
  /** Shows more items. */
  onMore: () => void
  /** Shown in place of an empty list. */
  empty: Content
  /** The selected item. */
  detail: Content
  /** Shown in place of the detail when nothing is selected. */
  hint: string
}

/** A list, and beside it the selected item. The arrow keys go through the list, Escape closes the item. */
export function ListDetail<T> ({ label, route, items, idOf, rowOf, toolbar, total, onMore, empty, detail, hint }: ListDetailProps<T>) {
  const { view, id: selected, query } = route
  const list = useRef<HTMLDivElement>(null)
  const { shown, isBehind, hold } = useHeld(items, idOf, JSON.stringify([query, selected === undefined]))
  const select = (id: string | undefined) => go({ view, id, query })
  useKeys({
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Escape: () => selected !== undefined && select(undefined)
  })
  useEffect(() => list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }), [selected])

  function move (by: number): void {
    if (shown === undefined || shown.length === 0) return
    const at = shown.findIndex(item => idOf(item) === selected)
    const next = shown[at === -1 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1)]
    if (next !== undefined) select(idOf(next))
  }

  return html`
    <div class=${`split ${selected === undefined ? '' : 'has-detail'}`}>
      <section class="pane list-pane" aria-label=${label}>
        <div class="toolbar">${toolbar}</div>
        ${isBehind && html`<button type="button" class="newer" onClick=${() => {
          list.current?.scrollTo(0, 0)
          hold(false)
        }}>Show the newest</button>`}
        <div class="list" ref=${list} onScroll=${() => hold((list.current?.scrollTop ?? 0) > 0)}>
          ${shown?.length === 0 ? empty : html`
            <ul>
              ${shown?.map(item => html`
                <li key=${idOf(item)}>
                  <a class="row" href=${hrefOf({ view, id: idOf(item), query })} aria-current=${idOf(item) === selected ? 'true' : undefined}>${rowOf(item)}</a>
                </li>`)}
            </ul>`}
          ${shown !== undefined && shown.length < total && html`
            <p class="more">${shown.length.toLocaleString('en')} of ${total.toLocaleString('en')} <button type="button" onClick=${() => {
              hold(false)
              onMore()
            }}>Show more</button></p>`}
        </div>
      </section>
      <section class="pane detail-pane" aria-label="Details">
        ${selected === undefined ? html`<p class="hint">${hint}</p>` : html`
          <a class="back" href=${hrefOf({ view, query })}>Back to the list</a>
          ${detail}`}
      </section>
    </div>`
}

/**
 * Keeps the rows of a list while somebody reads further down, because a row must not move away. What a row says is always the newest, and
 * rows can follow below.
 * @param key the rows are not kept when it changes
 */
function useHeld<T> (items: readonly T[] | undefined, idOf: (item: T) => string, key: string) {
  const [held, setHeld] = useState<readonly T[]>()
  useEffect(() => setHeld(undefined), [key])
  const newest = new Map(items?.map(item => [idOf(item), item]))
  const last = held?.at(-1)
  const end = last === undefined ? -1 : [...newest.keys()].indexOf(idOf(last))
  const below = end === -1 ? [] : items?.slice(end + 1) ?? []
  const shown = held === undefined ? items : [...held.map(item => newest.get(idOf(item)) ?? item), ...below]
  const isBehind = shown?.map(idOf).join() !== items?.map(idOf).join()
  return { shown, isBehind, hold: (isHeld: boolean) => setHeld(before => isHeld ? before ?? items : undefined) }
}
