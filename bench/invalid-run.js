/** A run that failed, or that could not take place. Its measurements are discarded. */
export class InvalidRun extends Error {}
