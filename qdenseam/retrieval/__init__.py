"""The verb, its result, and recall in two halves: submit now, fetch later."""
