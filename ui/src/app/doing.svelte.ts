import { complain } from './state.svelte';

/** What a screen is doing on somebody's word: its buttons wait for it, and what goes wrong is told. */
export class Doing {
  /** It goes on. */
  busy = $state(false);

  /** Does it. Nothing is thrown. */
  async run(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    try {
      await work();
    } catch (error) {
      complain(error);
    } finally {
      this.busy = false;
    }
  }
}
