import { failureOf, work, type UseCases } from '../host';
import type { Progress } from '../host/types/Progress';

/** Long work that a screen asked for: how far it is, and stopping it. One at a time. */
export class Work {
  /** It goes on. */
  busy = $state(false);
  /** It was asked to stop and has not ended yet. */
  stopping = $state(false);
  /** How far it is, once it told so. */
  progress = $state.raw<Progress>();
  #stop: AbortController | undefined;

  /** Does it. What went wrong is thrown, `cancelled` when it was stopped. */
  async run<K extends keyof UseCases>(name: K, request: UseCases[K]['request']): Promise<UseCases[K]['response']> {
    const stop = new AbortController();
    this.#stop = stop;
    this.busy = true;
    this.stopping = false;
    this.progress = undefined;
    try {
      return await work(name, request, (told) => (this.progress = told), stop.signal);
    } catch (error) {
      throw failureOf(error);
    } finally {
      this.busy = false;
      this.stopping = false;
      this.progress = undefined;
    }
  }

  /** Asks it to stop; it ends between two steps and leaves nothing half done. */
  stop(): void {
    this.stopping = true;
    this.#stop?.abort();
  }
}
