/** Something went wrong in a run, or it could not take place: it counts for nothing. */
export class VoidRun extends Error {}
