/** Field names as `Key-Inflection` writes them. */
export const inSnake = (name: string): string => name
export const inCamel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
export const inKebab = (name: string): string => name.replaceAll('_', '-')
